"""Texts as vectors: what an encoder is, and which one the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from pipeline.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from pipeline.settings import Settings

MAX_TITLE_CHARS = 200


class Encoder(Protocol):
    """Turns texts into vectors. `name` says what makes them: whenever a text's vector would be another, so is the
    name. `dimensions` is known without loading anything."""

    @property
    def name(self) -> str:
        """Model, version and dimensions."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of `texts`, of length 1: float32 [texts, dimensions]. May be called from several threads."""
        ...


def open_encoder(settings: Settings, *, threads: int = 1) -> Encoder | None:
    """The encoder that `settings` name, or `None` where they name none. Cheap: what has to be loaded is loaded by its
    first use, once a process. `threads` is how many texts are encoded at a time within this process. Raises
    `SettingError` for a server without its address or model."""
    match settings.encoder:
        case "none":
            return None
        case "minilm":
            from pipeline.text.minilm import MiniLM

            return MiniLM(threads=threads)
        case "server":
            from pipeline.text.embeddings_server import EmbeddingsServer

            if not settings.encoder_base_url or not settings.encoder_model:
                raise SettingError(
                    "the encoder is 'server', and which server and model is not said.",
                    "Set GROUNDPLAN_ENCODER_BASE_URL (http://host:port/v1) and GROUNDPLAN_ENCODER_MODEL, or unset "
                    "GROUNDPLAN_ENCODER to use the one that ships.",
                )
            return EmbeddingsServer(
                settings.encoder_base_url,
                settings.encoder_model,
                key=settings.encoder_api_key,
                dimensions=settings.encoder_dimensions,
                timeout_s=settings.encoder_timeout_s,
            )
    assert_never(settings.encoder)


def dimensions_of(settings: Settings) -> int | None:
    """Length of the vectors under `settings`; `None` where there are none."""
    encoder = open_encoder(settings)
    return None if encoder is None else encoder.dimensions


def passage(text: str, title: str | None) -> str:
    """What is encoded of a chunk: its text under the title of its document, unless it begins with that. Another form
    would need another `name` of every encoder."""
    title = (title or "")[:MAX_TITLE_CHARS].strip()
    return text if not title or text.lstrip().startswith(title) else f"{title}\n{text}"
