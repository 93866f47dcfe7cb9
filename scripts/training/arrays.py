"""Writing trained arrays so that the same arrays are the same bytes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from pipeline.text.weights import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)


def save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write `arrays` as an npz file whose bytes depend on nothing but them."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(arrays):
            data = io.BytesIO()
            np.lib.format.write_array(data, arrays[name], allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data.getvalue(), compresslevel=9)


def digests(texts: Iterable[str]) -> np.ndarray:
    """What `trained_on` in the weights holds: the distinct digests of labelled texts, sorted."""
    return np.array(sorted({digest_of(text) for text in texts}), dtype=np.uint64)
