"""The `read` stage: from a file of a source to documents of clean text."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_schema import keys
from graph_schema.models import Document, Failed
from pipeline.ingest.readers import PLAIN, Format, format_of, reader_of
from pipeline.ingest.readers.base import (
    DEFAULT_FIELDS,
    Broken,
    Fields,
    Options,
    Parsed,
    clean,
    explained,
    iso_date,
    one_line,
)
from pipeline.ingest.sources import Source, document_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings import Settings

__all__ = ["READ_VERSION", "Fields", "RawDocument", "read_file"]

STAGE = "read"
# To be raised with every change of what a reader makes of a file: then every file is read again.
READ_VERSION = "1"
# Zero-width characters are no white space to Python, and no text either.
_BLANK = re.compile("[\\s\u200b-\u200f\u2060\ufeff]*")
_LASTING = frozenset(
    {errno.EACCES, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EPERM}
)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document and its text, `len(text) == document.length`: every offset that follows points into this text.

    `notes` says what was assumed or replaced on the way from bytes to text.
    """

    document: Document
    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """Where documents come from, for their identity and for what is reported of them."""

    source: Source
    relative: Path
    format: Format
    options: Options

    def failed(self, record: str | None, reason: str, remedy: str, *, transient: bool = False) -> Failed:
        return Failed(
            source=self.source.name,
            path=document_path(self.relative),
            record=record,
            stage=STAGE,
            reason=reason,
            remedy=remedy,
            transient=transient,
        )


def read_file(
    source: Source, relative_path: Path, settings: Settings, *, fields: Fields = DEFAULT_FIELDS
) -> Iterator[RawDocument | Failed]:
    """Yield the documents of one file of `source`: many of JSON Lines, CSV and mailboxes, read as a stream, a mail and
    its attachments, one of all others.

    `relative_path` is as `paths` yields it. Nothing that is wrong with a file raises: it yields a `Failed` in the
    place of the file or of the record. One whose `transient` is true may succeed when read again: a file that changed
    while it was read, for one, of which nothing is yielded that was read after the change.
    """
    known = format_of(relative_path.suffix) or PLAIN
    file = _File(source, relative_path, known, _options(known, settings, fields))
    try:
        yield from _unchanged(source.root / relative_path, file)
    except OSError as error:
        yield _unreadable(error, file)
    except Exception as error:
        said = explained(error)
        yield file.failed(None, said.message, said.remedy)


def _options(known: Format, settings: Settings, fields: Fields) -> Options:
    """Plain text may be longer than what has to be parsed, which takes many times its size in memory."""
    if known is PLAIN or settings.max_document_chars <= settings.max_parsed_chars:
        return Options(max_chars=settings.max_document_chars, fields=fields)
    return Options(max_chars=settings.max_parsed_chars, setting="max_parsed_chars", fields=fields)


def _unchanged(path: Path, file: _File) -> Iterator[RawDocument | Failed]:
    """The documents of `path`, each only once it is known that the file was the same until after it had been read."""
    before = _stamp(path)
    held: RawDocument | Failed | None = None
    for item in reader_of(file.format)(path, file.options):
        if held is not None:
            if _stamp(path) != before:
                break
            yield held
        held = _document(item, file) if isinstance(item, Parsed) else _broken(item, file)
    if _stamp(path) != before:
        yield file.failed(None, "it changed while it was read.", "Run again when it is written.", transient=True)
    elif held is not None:
        yield held


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _document(parsed: Parsed, file: _File) -> RawDocument | Failed:
    text, notes = clean(parsed.text)
    if _BLANK.fullmatch(text):
        return file.failed(parsed.record, "it holds no text.", "Remove it from the source.")
    if len(text) > file.options.max_chars:
        error = file.options.too_long(f"{len(text)} characters")
        return file.failed(parsed.record, error.message, error.remedy)
    date = iso_date(parsed.date) if parsed.date else None
    if parsed.date and date is None:
        notes += (f"date {parsed.date[:80]!r} not understood",)
    title = one_line(parsed.title)
    if title is None and parsed.record is None:
        title = one_line(file.relative.stem)
    return _raw(parsed, file, text, title, date, notes)


def _raw(
    parsed: Parsed, file: _File, text: str, title: str | None, date: str | None, notes: tuple[str, ...]
) -> RawDocument:
    media_type = parsed.media_type or file.format.media_type
    document = Document(
        source=file.source.name,
        path=document_path(file.relative),
        record=parsed.record,
        title=title,
        date=date,
        media_type=media_type,
        content_hash=keys.content_hash(text, title, date, media_type),
        length=len(text),
    )
    return RawDocument(document, text, parsed.notes + notes)


def _broken(broken: Broken, file: _File) -> Failed:
    return file.failed(broken.record, broken.reason, broken.remedy)


def _unreadable(error: OSError, file: _File) -> Failed:
    if isinstance(error, FileNotFoundError):
        return file.failed(None, "it is gone since the source was listed.", "Run again.", transient=True)
    lasting = error.errno in _LASTING
    remedy = "Give this user the right to read it." if isinstance(error, PermissionError) else "Run again."
    return file.failed(None, f"it cannot be read: {error.strerror}.", remedy, transient=not lasting)
