"""Vectors from a server: a real one on loopback, which answers as it is told to."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import SecretStr

from pipeline.errors import ConfigurationError, EncoderUnavailable, SettingError
from pipeline.settings import Settings
from pipeline.text import embeddings_server
from pipeline.text.encoder import Encoder, dimensions_of, open_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIMENSIONS = 3
KEY = "sk-hunter2"


class Server:
    """Answers each request by the next of `answers`, the last one for ever; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Callable[[list[str]], tuple[int, Any]]] = [vectors]
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.paths: list[str] = []
        self.drip_s = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append(asked)
                server.keys.append(self.headers["Authorization"])
                server.paths.append(self.path)
                answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                status, body = answer(asked["input"])
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.end_headers()
                try:
                    for at in range(0, len(content), 20 if server.drip_s else len(content)):
                        self.wfile.write(content[at : at + 20] if server.drip_s else content)
                        time.sleep(server.drip_s)
                except OSError:  # the client had enough
                    pass

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"


def vector(text: str) -> list[float]:
    return [float(len(text)), 1.0, 0.0]


def vectors(texts: list[str]) -> tuple[int, Any]:
    """As the protocol has it; it says of each its place, and need not keep the order."""
    rows = [{"index": index, "embedding": vector(text)} for index, text in enumerate(texts)]
    return 200, {"object": "list", "data": rows[::-1]}


def saying(status: int, body: object) -> Callable[[list[str]], tuple[int, Any]]:
    return lambda _: (status, body)


def one(embedding: object) -> Callable[[list[str]], tuple[int, Any]]:
    return saying(200, {"data": [{"index": 0, "embedding": embedding}]})


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings_server, "PAUSE_S", 0.001)


def opened(server: Server, **tuned: Any) -> Encoder:  # noqa: ANN401
    given: dict[str, Any] = {"encoder_dimensions": DIMENSIONS, "encoder_timeout_s": 5.0, **tuned}
    settings = Settings(encoder="server", encoder_base_url=server.url, encoder_model="small", **given)
    encoder = open_encoder(settings)
    assert encoder is not None
    return encoder


def test_each_text_gets_its_own_vector_of_length_1(server: Server) -> None:
    found = opened(server).encode(["a", "bbb", ""])
    assert found.shape == (3, DIMENSIONS)
    assert found.dtype == np.float32
    expected = np.array([vector("a"), vector("bbb"), vector(" ")])
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert server.asked == [{"model": "small", "input": ["a", "bbb", " "]}]
    assert server.paths == ["/v1/embeddings"]


def test_nothing_is_asked_where_there_is_nothing_to_encode(server: Server) -> None:
    assert opened(server).encode([]).shape == (0, DIMENSIONS)
    assert server.asked == []


def test_many_texts_go_in_several_requests(server: Server) -> None:
    texts = ["x" * (number + 1) for number in range(2 * embeddings_server.BATCH_TEXTS + 1)]
    found = opened(server).encode(texts)
    assert [len(each["input"]) for each in server.asked] == [64, 64, 1]
    assert np.allclose(found[:, 0] / found[:, 1], [len(text) for text in texts])


def test_the_key_is_sent_and_never_shown(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:  # noqa: ANN401
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    settings = Settings(encoder_api_key=SecretStr(KEY))
    assert KEY not in repr(settings) + settings.model_dump_json()
    server.answers = [saying(401, {"error": "no such key"})]
    encoder = opened(server, encoder_api_key=SecretStr(KEY))
    with pytest.raises(ConfigurationError, match=r"status 401.*no such key.*GROUNDPLAN_ENCODER_API_KEY") as caught:
        encoder.encode(["a"])
    assert server.keys == [f"Bearer {KEY}"]
    assert KEY not in str(caught.value)
    with pytest.raises(ConfigurationError):
        opened(server).encode(["a"])
    assert server.keys[1:] == [None]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_tried_again(server: Server, status: int) -> None:
    server.answers = [saying(status, {"error": "busy"}), saying(status, {"error": "busy"}), vectors]
    assert opened(server).encode(["a"]).shape == (1, DIMENSIONS)
    assert len(server.asked) == 3


def test_a_server_that_stays_busy_is_a_reason_to_try_later(server: Server) -> None:
    server.answers = [saying(503, {"error": "loading"})]
    with pytest.raises(EncoderUnavailable, match=r"status 503.*loading") as caught:
        opened(server).encode(["a"])
    assert (caught.value.exit_code, len(server.asked)) == (75, embeddings_server.ATTEMPTS)


def test_no_server_is_a_reason_to_try_later(server: Server) -> None:
    server.http.server_close()
    with pytest.raises(EncoderUnavailable, match="no answer") as caught:
        opened(server, encoder_timeout_s=1).encode(["a"])
    assert server.url in str(caught.value)


def test_a_server_that_drips_its_answer_is_left_when_the_time_is_over(server: Server) -> None:
    server.drip_s = 0.1
    started = time.monotonic()
    with pytest.raises(EncoderUnavailable, match=r"no answer within 0.3 s.*GROUNDPLAN_ENCODER_TIMEOUT_S"):
        opened(server, encoder_timeout_s=0.3).encode(["a" * 9, "b", "c", "d"])
    assert time.monotonic() - started < 2


def test_an_answer_that_does_not_end_is_left(server: Server) -> None:
    server.answers = [saying(200, b" " * 3_000_000)]
    with pytest.raises(ConfigurationError, match="more than 1000120 bytes"):
        opened(server).encode(["a"])


@pytest.mark.parametrize(
    ("status", "remedy"), [(403, "ENCODER_API_KEY"), (404, "ENCODER_BASE_URL"), (400, "MAX_CHUNK_CHARS"), (301, "")]
)
def test_a_refusal_is_not_repeated_and_says_what_to_do(server: Server, status: int, remedy: str) -> None:
    server.answers = [saying(status, {"error": "no"})]
    with pytest.raises(ConfigurationError, match=f"'small' with status {status}") as caught:
        opened(server).encode(["a"])
    assert remedy in caught.value.remedy
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (saying(200, b"<html>"), "JSONDecodeError"),
        (saying(200, {"vectors": []}), "KeyError"),
        (saying(200, {"data": None}), "TypeError"),
        (saying(200, {"data": []}), "0 vectors came for 1 texts"),
        (saying(200, {"data": [{"index": 7, "embedding": [1, 2, 3]}]}), "1 vectors came for 1 texts"),
        (one(["a", "b", "c"]), "ValueError"),
        (one([0, 0, 0]), "no finite, positive length"),
        (one([float("nan"), 0, 1]), "no finite, positive length"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    server: Server, answer: Callable[[list[str]], tuple[int, Any]], said: str
) -> None:
    server.answers = [answer]
    with pytest.raises(ConfigurationError, match=said):
        opened(server).encode(["a"])


@pytest.mark.parametrize("embedding", [[1, 2], [1, 2, 3, 4], 5])
def test_vectors_of_other_dimensions_are_refused_with_the_setting(server: Server, embedding: object) -> None:
    server.answers = [one(embedding)]
    with pytest.raises(ConfigurationError, match=r"3 dimensions are expected.*GROUNDPLAN_ENCODER_DIMENSIONS"):
        opened(server).encode(["a"])


def test_an_address_that_is_none_is_refused() -> None:
    settings = Settings(encoder="server", encoder_base_url="127.0.0.1:80/v1", encoder_model="m")
    encoder = open_encoder(settings)
    assert encoder is not None
    with pytest.raises(ConfigurationError, match="is no address of an embeddings server"):
        encoder.encode(["a"])


def test_a_server_without_address_or_model_is_refused_before_anything_is_asked() -> None:
    for known in ({}, {"encoder_model": "m"}, {"encoder_base_url": "http://h"}):
        with pytest.raises(SettingError, match="GROUNDPLAN_ENCODER_BASE_URL"):
            open_encoder(Settings(encoder="server", **known))  # type: ignore[arg-type]


def test_another_model_or_another_length_of_vectors_is_another_encoder(server: Server) -> None:
    names = {opened(server).name, opened(server, encoder_dimensions=4).name}
    assert len(names) == 2
    assert dimensions_of(Settings(encoder="none")) is None
    assert open_encoder(Settings(encoder="none")) is None
