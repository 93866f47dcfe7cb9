"""PDF: the text layer, page by page. What pypdf raises is mapped here and nowhere else."""

from __future__ import annotations

import errno
import logging
import re
import struct
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pypdf
from pypdf.errors import DependencyError, DeprecationError, FileNotDecryptedError, LimitReachedError, PyPdfError

from pipeline.errors import DocumentError
from pipeline.ingest.readers.base import Broken, Options, Parsed, clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# pypdf documents that a damaged file may raise more than its own errors; these families are what it raises on files
# with flipped, cut and repeated bytes.
_DAMAGE = (
    PyPdfError,
    DeprecationError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n(?=[^\W\d_A-Z])")
_FILLED_SHARE = 0.7
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_MAX_NOTES = 3


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """One document: its pages, a blank line between, lines of a paragraph joined. Title and date are its metadata's.

    Raises `DocumentError` for a file that is encrypted, damaged or has no text layer.
    """
    with _pypdf_messages() as messages, path.open("rb") as file:
        try:
            reader = pypdf.PdfReader(file)
            pages = _pages(reader, options)
            title, date = _metadata(reader)
        except (FileNotDecryptedError, DependencyError):
            raise DocumentError("it is encrypted.", "Save a copy without a password.") from None
        except LimitReachedError as error:
            raise DocumentError(
                f"it is larger than pypdf reads: {str(error).rstrip('.')}.", "Split the document."
            ) from None
        except _DAMAGE as error:
            raise _damaged(error) from None
        except OSError as error:
            if error.errno != errno.EINVAL:  # a place before the file's start, given by the file
                raise
            raise _damaged(error) from None
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise DocumentError(f"no text layer on any page (pages: {len(pages)}).", "Run it through OCR first.")
    yield Parsed(text=text, title=title, date=date, notes=(*_unread(pages), *messages[:_MAX_NOTES]))


def _damaged(error: Exception) -> DocumentError:
    reason = f"it is damaged: {type(error).__name__}: {str(error).rstrip('.')}."
    return DocumentError(reason, "Open it in a viewer and save it again.")


def _pages(reader: pypdf.PdfReader, options: Options) -> list[str]:
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        pages.append(_paragraphs(clean(page.extract_text())[0]))
        length += len(pages[-1])
        if length > options.max_chars:
            raise options.too_long(f"more than {options.max_chars} characters on its first {len(pages)} pages")
    return pages


def _paragraphs(page: str) -> str:
    """`page` with hyphenation undone and a line that fills the page joined to the next; short lines (headings, table
    rows, ends of paragraphs) stay lines."""
    lines = [line.strip() for line in _HYPHENATED.sub("", page).split("\n")]
    filled = _FILLED_SHARE * max(map(len, lines))
    parts: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        joins = following and (len(line) >= filled or following[0].islower())
        parts.append(line + (" " if line and joins else "\n"))
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _metadata(reader: pypdf.PdfReader) -> tuple[str | None, str | None]:
    metadata = reader.metadata
    if metadata is None:
        return None, None
    created = str(metadata.creation_date_raw or "")
    match = _DATE.match(created)
    date = "-".join(part for part in match.groups() if part) if match else created
    # A title may be any object that the file names, whatever the type says.
    return str(metadata.title) if isinstance(metadata.title, str) else None, date or None


def _unread(pages: list[str]) -> tuple[str, ...]:
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page]
    if not empty:
        return ()
    more = f" and {len(empty) - 20} more" if len(empty) > 20 else ""
    return (f"{len(empty)} of {len(pages)} pages have no text layer: {', '.join(empty[:20])}{more}",)


@contextmanager
def _pypdf_messages() -> Iterator[list[str]]:
    """What pypdf logs and warns of, collected instead of printed."""
    messages: list[str] = []
    logger, handler = logging.getLogger("pypdf"), _Collector(messages)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield messages
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


class _Collector(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message once."""
        message = f"pypdf: {record.getMessage()}"
        if message not in self._messages:
            self._messages.append(message)
