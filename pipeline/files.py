"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError, GroundplanError, OutOfSpace, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Write `path`, a file or folder of the home, inside the block: an `OSError` there is raised as `unwritable`."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def writing_asked(what: str, path: Path) -> Iterator[None]:
    """Write the file `path`, which the caller named for his `what`, inside the block. Raises `UsageError` for an
    `OSError` there."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"the {what} file {str(path)!r} cannot be written: {error.strerror}.",
            "Name a file in a folder that this user can write.",
        ) from None


def unwritable(path: Path, error: OSError) -> GroundplanError:
    """The error to raise where a file or folder of the home cannot be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutOfSpace(
            f"{str(path)!r} cannot be written: {error.strerror}.",
            "Free some space (everything under records/ in the home may be deleted), then run the same command again.",
        )
    return ConfigurationError(
        f"{str(path)!r} cannot be written: {error.strerror}.",
        "Give this user the right to, or set GROUNDPLAN_HOME to another folder.",
    )


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` in UTF-8: whoever reads it, and whatever crashes, finds the old or the new. Raises
    `OSError` where its folder is not there or cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
