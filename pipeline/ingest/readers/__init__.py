"""One small module a format, found by suffix. Each has `read(path, options) -> Iterator[Parsed | Broken]`.

A module is imported when its first file is read, so that listing a folder costs none of the parsers.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.ingest.readers.base import Broken, Options, Parsed

__all__ = ["PLAIN", "SUFFIXES", "Format", "Read", "format_of", "reader_of"]


class Read(Protocol):
    """Reads one file. Raises `DocumentError` when the file as a whole cannot be read, `OSError` as it comes."""

    def __call__(self, path: Path, options: Options) -> Iterator[Parsed | Broken]:
        """Yield the file's documents in its own order; never hold more than one of many."""


@dataclass(frozen=True, slots=True)
class Format:
    """A media type and the module of this package that reads it."""

    media_type: str
    module: str


PLAIN = Format("text/plain", "text")
_MARKDOWN = Format("text/markdown", "markdown")
_HTML = Format("text/html", "html")
_JSONL = Format("application/jsonl", "jsonl")
_CSV = Format("text/csv", "csv")
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_BY_SUFFIX = {
    ".csv": _CSV,
    ".docx": Format(_DOCX, "docx"),
    ".eml": Format("message/rfc822", "mail"),
    ".htm": _HTML,
    ".html": _HTML,
    ".jsonl": _JSONL,
    ".markdown": _MARKDOWN,
    ".mbox": Format("application/mbox", "mbox"),
    ".md": _MARKDOWN,
    ".ndjson": _JSONL,
    ".pdf": Format("application/pdf", "pdf"),
    ".text": PLAIN,
    ".tsv": _CSV,
    ".txt": PLAIN,
    ".xhtml": _HTML,
}
SUFFIXES = tuple(_BY_SUFFIX)


def format_of(suffix: str) -> Format | None:
    """The format of files that end in `suffix` (with its dot, any case), or `None` when it is unknown."""
    return _BY_SUFFIX.get(suffix.lower())


def reader_of(known: Format) -> Read:
    """The function that reads `known`."""
    return cast("Read", import_module(f"{__name__}.{known.module}").read)
