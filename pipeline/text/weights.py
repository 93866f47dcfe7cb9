"""Trained weights that ship with the package: plain numpy arrays, and which texts they were trained on.

`pipeline/weights/<name>.md` is the model card of `<name>.npz`: data and licences, scores, how to rebuild.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from io import BytesIO

import numpy as np

DIGEST_BYTES = 8


@cache
def load(name: str) -> dict[str, np.ndarray]:
    """The arrays of the weights called `name`; loaded once a process. Raises `FileNotFoundError` when none ship."""
    with np.load(BytesIO(_bytes(name)), allow_pickle=False) as arrays:
        return dict(arrays)


@cache
def fingerprint(name: str) -> str:
    """Hash of the weights called `name`: what was extracted with others is extracted again."""
    return blake2b(_bytes(name), digest_size=16).hexdigest()


def _bytes(name: str) -> bytes:
    return (files("pipeline") / "weights" / f"{name}.npz").read_bytes()


def trained_on(name: str, text: str) -> bool:
    """Whether the labels of `text` were among what the weights called `name` were trained on."""
    known = load(name)["trained_on"]
    digest = np.uint64(digest_of(text))
    at = int(np.searchsorted(known, digest))
    return at < len(known) and bool(known[at] == digest)


def digest_of(text: str) -> int:
    """64 bits that stand for a text, whatever its white space."""
    return int.from_bytes(blake2b(" ".join(text.split()).encode(), digest_size=DIGEST_BYTES).digest(), "big")


def packed(strings: list[str]) -> np.ndarray:
    """Strings without line ends as one array of bytes."""
    return np.frombuffer("\n".join(strings).encode(), dtype=np.uint8)


def unpacked(array: np.ndarray) -> list[str]:
    """The strings of a packed array."""
    return array.tobytes().decode().split("\n")
