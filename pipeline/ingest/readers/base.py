"""What every reader takes and yields, and the normalisation that all text goes through."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGE_BREAK = re.compile("[\x0b\x0c]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_BREAK_OR_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASCII = re.compile("[\x00-\x7f]")
_PIECE_CHARS = 1_000_000
_MAX_ERROR_CHARS = 300
_DATE = re.compile(r"(\d{4})(?:([-/])(\d\d)(?:\2(\d\d)(?:[T ].*)?)?)?", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})()(\d\d)(\d\d)(?:T.*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Names a record's fields may have, in any case; the first one that is there and not empty counts."""

    id: tuple[str, ...] = ("id", "_id", "key")
    title: tuple[str, ...] = ("title",)
    text: tuple[str, ...] = ("text", "body", "content", "passage")
    date: tuple[str, ...] = ("date",)


DEFAULT_FIELDS = Fields()


def named_fields(given: Mapping[str, str]) -> Fields:
    """The default fields with those of `given` in their place. Raises `UsageError` for a name that is none of them."""
    unknown = [name for name in given if name not in Fields.__slots__]
    if unknown:
        raise UsageError(f"there is no field {unknown[0]!r}.", f"Allowed: {', '.join(Fields.__slots__)}.")
    return replace(DEFAULT_FIELDS, **{name: (field,) for name, field in given.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What one document may hold, which setting says so, and what records call their fields."""

    max_chars: int
    setting: str = "max_document_chars"
    fields: Fields = DEFAULT_FIELDS

    def too_long(self, length: str) -> DocumentError:
        """The error for a document of `length`: a number with its unit."""
        return DocumentError(
            f"it holds {length}; the setting {self.setting} allows {self.max_chars}.",
            f"Split the document, or raise {self.setting}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One document as its format gives it: `date` still in the format's own words, `record` only in files of many,
    `media_type` only where it is not the file's."""

    text: str
    title: str | None = None
    date: str | None = None
    record: str | None = None
    media_type: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One record that cannot be read; the rest of its file goes on."""

    record: str | None
    reason: str
    remedy: str


def explained(error: Exception) -> DocumentError:
    """What to say of a document that `error` kept from being read: ours says it itself; any other is a defect of the
    reader or its parser, and is named."""
    if isinstance(error, DocumentError):
        return error
    said = f"{type(error).__name__}: {one_line(str(error)) or 'without a word'}"[:_MAX_ERROR_CHARS].rstrip(".")
    return DocumentError(
        f"its reader failed: {said}.", "Save it in another format, and report the error with the file."
    )


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    r"""NFC text whose newlines are `\n`, without C0 control characters other than `\n` and `\t`, and notes on
    what was replaced.

    A form feed or vertical tab separates what stands around it and becomes a newline; other controls are removed; a
    lone surrogate, which no UTF-8 can carry, becomes U+FFFD. Idempotent.
    """
    notes = []
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _BREAK_OR_CONTROL.search(text):
        text, breaks = _PAGE_BREAK.subn("\n", text)
        text, controls = _CONTROL.subn("", text)
        notes.append(f"{breaks + controls} control characters removed")
    if text.isascii():
        return text, tuple(notes)
    text, surrogates = _SURROGATE.subn("\ufffd", text)
    if surrogates:
        notes.append(f"{surrogates} lone surrogates replaced by U+FFFD")
    return _nfc(text), tuple(notes)


def _nfc(text: str) -> str:
    """NFC, in pieces: the whole at once takes eight bytes a character. No ASCII character composes with what stands
    before it, so that a piece may begin with one."""
    pieces = []
    start = 0
    while start < len(text):
        border = _ASCII.search(text, start + _PIECE_CHARS)
        end = border.start() if border else len(text)
        pieces.append(unicodedata.normalize("NFC", text[start:end]))
        start = end
    return "".join(pieces)


def one_line(text: str | None) -> str | None:
    """`text` cleaned, its white space collapsed; `None` when nothing is left."""
    return " ".join(clean(text)[0].split()) or None if text else None


def iso_date(given: str) -> str | None:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD` when `given` is such a date, with slashes, as `YYYYMMDD` or with a time behind
    it; `None` for everything else: `03/04/2024` has two readings."""
    match = _DATE.fullmatch(given.strip()) or _COMPACT_DATE.fullmatch(given.strip())
    if match is None:
        return None
    year, _, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)
