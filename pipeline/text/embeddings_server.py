"""Vectors from a server that speaks OpenAI's embeddings protocol: llama.cpp, vLLM, Ollama, TEI, OpenAI and others."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import ConfigurationError, EncoderUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import requests
    from pydantic import SecretStr

BATCH_TEXTS = 64
ATTEMPTS = 4
PAUSE_S = 0.5
READ_BYTES = 65_536
MAX_BYTES_A_NUMBER = 40
MAX_BYTES_BESIDE = 1_000_000
TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class EmbeddingsServer:
    """An encoder at `<base_url>/embeddings`. Nothing is asked of the server before `encode`.

    A request carries at most `BATCH_TEXTS` texts and is over after `timeout_s`, all its attempts together: what may
    pass (no connection, 408, 429, 5xx) is tried again. Raises `EncoderUnavailable` when it did not, and
    `ConfigurationError` for a refusal and for an answer that is none.
    """

    def __init__(self, base_url: str, model: str, *, key: SecretStr | None, dimensions: int, timeout_s: float) -> None:
        self.url = f"{base_url.rstrip('/')}/embeddings"
        self.model = model
        self.name = f"server {model} {dimensions}"
        self.dimensions = dimensions
        self.timeout_s = timeout_s
        self._key = key

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of `texts`, of length 1: float32 [texts, dimensions]."""
        import requests

        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        with requests.Session() as session:
            for start in range(0, len(texts), BATCH_TEXTS):
                part = texts[start : start + BATCH_TEXTS]
                vectors[start : start + len(part)] = self._vectors(session, part)
        return vectors

    def _vectors(self, session: requests.Session, texts: Sequence[str]) -> np.ndarray:
        body = self._answer(session, texts)
        try:
            rows = sorted(json.loads(body)["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._misunderstood(f"its answer is none: {type(error).__name__}: {error}") from None
        if len(rows) != len(texts) or [row["index"] for row in rows] != list(range(len(texts))):
            raise self._misunderstood(f"{len(rows)} vectors came for {len(texts)} texts")
        if vectors.shape[1:] != (self.dimensions,):
            raise ConfigurationError(
                f"the model {self.model!r} at {self.url!r} gives vectors of shape {list(vectors.shape[1:])}, and "
                f"{self.dimensions} dimensions are expected.",
                "Set GROUNDPLAN_ENCODER_DIMENSIONS to what the model gives.",
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise self._misunderstood("a vector has no finite, positive length")
        vectors /= lengths
        return vectors

    def _answer(self, session: requests.Session, texts: Sequence[str]) -> bytes:
        """The body of the first answer with status 200."""
        deadline = time.monotonic() + self.timeout_s
        for attempt in range(1, ATTEMPTS + 1):
            status, body = self._post(session, texts, deadline)
            if status == HTTPStatus.OK:
                return body
            if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in TRY_AGAIN:
                raise self._refused(status, body)
            pause = PAUSE_S * 2 ** (attempt - 1)
            if attempt == ATTEMPTS or time.monotonic() + pause >= deadline:
                break
            time.sleep(pause)
        said = "no answer" if status is None else f"status {status}"
        told = body.decode(errors="replace")[:200]
        raise EncoderUnavailable(
            f"the embeddings server at {self.url!r} gave {said} within {self.timeout_s:g} s: {told}.",
            "Start it, or try again later; GROUNDPLAN_ENCODER_TIMEOUT_S allows it more time.",
        )

    def _post(self, session: requests.Session, texts: Sequence[str], deadline: float) -> tuple[int | None, bytes]:
        """Status and body, read no further than an answer can be long; without a status, what went wrong."""
        import requests

        most = len(texts) * self.dimensions * MAX_BYTES_A_NUMBER + MAX_BYTES_BESIDE
        question = {"model": self.model, "input": [text or " " for text in texts]}  # "" is refused by some
        body = bytearray()
        try:
            with session.post(
                self.url,
                json=question,
                auth=self._authorised,
                timeout=max(0.01, deadline - time.monotonic()),
                stream=True,
                allow_redirects=False,
            ) as answer:
                for piece in answer.iter_content(READ_BYTES):
                    body += piece
                    if time.monotonic() > deadline:
                        return None, b"it was still answering"
                    if len(body) > most:
                        raise self._misunderstood(f"it answered with more than {most} bytes")
                return answer.status_code, bytes(body)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            return None, str(error).encode()
        except (requests.RequestException, ValueError) as error:
            raise ConfigurationError(
                f"{self.url!r} is no address of an embeddings server: {error}.",
                "Set GROUNDPLAN_ENCODER_BASE_URL to, for example, http://127.0.0.1:8080/v1.",
            ) from None

    def _authorised(self, request: Any) -> Any:  # noqa: ANN401 - requests' own
        """As a function, so that no password of a `.netrc` takes its place."""
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        return request

    def _refused(self, status: int, body: bytes) -> ConfigurationError:
        told = body.decode(errors="replace")[:200]
        remedy = {
            HTTPStatus.UNAUTHORIZED: "Set GROUNDPLAN_ENCODER_API_KEY to a key that it takes.",
            HTTPStatus.FORBIDDEN: "Set GROUNDPLAN_ENCODER_API_KEY to a key that it takes.",
            HTTPStatus.NOT_FOUND: "See that GROUNDPLAN_ENCODER_BASE_URL ends as the server wants it (often /v1) and "
            "that GROUNDPLAN_ENCODER_MODEL is one it has.",
        }
        return ConfigurationError(
            f"the embeddings server at {self.url!r} refused {self.model!r} with status {status}: {told}.",
            remedy.get(status, "A chunk may be longer than the model takes: lower GROUNDPLAN_MAX_CHUNK_CHARS."),  # type: ignore[call-overload]
        )

    def _misunderstood(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"the server at {self.url!r} does not answer as an embeddings server does: {what}.",
            "Set GROUNDPLAN_ENCODER_BASE_URL to the address of one that speaks OpenAI's protocol.",
        )
