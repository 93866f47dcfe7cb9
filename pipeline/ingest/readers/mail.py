"""E-mail: one mail and what is attached to it; each attachment is a document through the reader of its format.

Headers stand at the head of the text as lines of their own (`From: Anna Berg <anna@x.example>`), a blank line behind
them, so that what is said of people there has characters to point at; no line of a header holds a line end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import DocumentError
from pipeline.ingest.readers import Format, format_of, reader_of
from pipeline.ingest.readers.base import Broken, Options, Parsed, explained, one_line
from pipeline.ingest.readers.decode import decode
from pipeline.text.addresses import addresses, unquoted, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    Mail: TypeAlias = Message[str, str]

MEDIA_TYPE = "message/rfc822"
MAX_MAIL_BYTES = 100_000_000
_MAX_HEADER_CHARS = 200_000
_MAX_STRUCTURE_CHARS = 10_000  # the parser's time is quadratic in a header on structure
_MAX_NAME_CHARS = 200
_MAX_NESTED_PARTS = 100  # what a mail holds is walked by recursion
_HEADERS = ("From", "To", "Cc", "Bcc", "Date", "Subject")
_ADDRESSED = frozenset({"From", "To", "Cc", "Bcc"})
_SUFFIXES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
# In these, bytes below 128 are not ASCII's characters, so that they cannot be tried as UTF-8.
_SHIFTED = re.compile(r"iso-2022|hz|utf-?7|utf-?16|utf-?32", re.IGNORECASE)


class _Policy(Compat32):
    """The lenient policy: that of structured headers fails on some broken ones, and takes time quadratic in their
    length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Refuse a header before anything reads it."""
        length = sum(map(len, sourcelines))
        structural = sourcelines[0][:8].lower() == "content-"
        allowed = _MAX_STRUCTURE_CHARS if structural else _MAX_HEADER_CHARS
        if length > allowed:
            name = sourcelines[0].partition(":")[0][:80]
            raise DocumentError(
                f"its header {name!r} has {length} characters; {allowed} are allowed.", "Mend the mail."
            )
        return super().header_source_parse(sourcelines)


_POLICY = _Policy()


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """The mail and its attachments. Its title is its subject, its date that of its header; an attachment's record is
    its name. Raises `DocumentError` for a file that is no mail."""
    with path.open("rb") as file:
        data = file.read(MAX_MAIL_BYTES + 1)
    if len(data) > MAX_MAIL_BYTES:
        raise DocumentError(
            f"it has more than {MAX_MAIL_BYTES} bytes.", "Save its attachments as files, and the mail without them."
        )
    if not data.strip():
        raise DocumentError("it holds no text.", "Remove it from the source.")
    yield from documents(parsed(data), None, options)


def parsed(data: bytes) -> Mail:
    """The mail in `data`. Raises `DocumentError` when there is none, or its parts, attached mails among them, nest too
    deep."""
    try:
        mail = message_from_bytes(data, policy=_POLICY)
    except RecursionError:
        raise _too_deep() from None
    if _nested_parts(mail) > _MAX_NESTED_PARTS:
        raise _too_deep()
    if not any(name in mail for name in _HEADERS):
        raise DocumentError(f"it is no mail: it has none of the headers {', '.join(_HEADERS)}.", "Rename it.")
    return mail


def documents(mail: Mail, record: str | None, options: Options) -> Iterator[Parsed | Broken]:
    """The mail under the id `record`, then what is attached to it under ids of their own; what breaks a reader is
    broken alone."""
    try:
        yield from _documents(mail, record, options)
    except OSError:  # of this machine, not of the mail
        raise
    except Exception as error:
        yield _broken(record, error)


def _documents(mail: Mail, record: str | None, options: Options) -> Iterator[Parsed | Broken]:
    content = _Content()
    content.add(mail)
    if content.broken is not None:
        yield _broken(record, content.broken)
    else:
        yield Parsed(
            text="\n\n".join(("\n".join(_header_lines(mail)), *content.texts)),
            title=header(mail, "Subject"),
            date=_date(mail),
            record=record,
            media_type=MEDIA_TYPE,
            notes=(*content.notes, *_defects(mail)),
        )
    for name, part in content.attached():
        yield from _attachment(part, name, record, options)


@dataclass(slots=True)
class _Content:
    """What the parts of a mail are: its text in order, what is attached, what nobody reads, and why its text cannot be
    read, if so."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Mail] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: DocumentError | None = None

    def add(self, part: Mail) -> None:
        """Sort `part` and what it holds."""
        kind = part.get_content_type()
        named = part.get_filename() is not None or part.get_content_disposition() == "attachment"
        if kind == "multipart/alternative" and part.is_multipart():
            self._add_alternatives(part)
        elif kind.startswith("multipart/") and part.is_multipart():
            for each in _parts(part):
                self.add(each)
        elif (not named and kind in {"text/plain", "text/html"}) or kind.startswith("multipart/"):
            self._add_text(part)
        elif _format(part) is not None:
            self.attachments.append(part)
        else:
            what = PurePath(_name(part) or "").suffix.lower() or kind
            self.notes.append(f"attachment left out, no reader knows its type: {what}")

    def _add_text(self, part: Mail) -> None:
        try:
            text = _text(part)
        except Exception as error:
            self.broken = self.broken or explained(error)
        else:
            self.texts += [text] if text else []

    def _add_alternatives(self, part: Mail) -> None:
        """Of several ways to say the same the plainest that says anything, and what is attached to any."""
        texts: list[str] = []
        broken = None
        for each in sorted(_parts(part), key=lambda each: each.get_content_type() != "text/plain"):
            content = _Content()
            content.add(each)
            texts, broken = texts or content.texts, broken or content.broken
            self.attachments += content.attachments
            self.notes += content.notes
        self.texts += texts
        self.broken = self.broken or (None if texts else broken)

    def attached(self) -> Iterator[tuple[str, Mail]]:
        """Name and part of each attachment; a name that comes again has its number behind it."""
        times: dict[str, int] = {}
        for part in self.attachments:
            name = _name(part) or f"attachment{_SUFFIXES.get(part.get_content_type(), '')}"
            times[name] = times.get(name, 0) + 1
            yield (name if times[name] == 1 else f"{name}~{times[name]}"), part


def _attachment(part: Mail, name: str, record: str | None, options: Options) -> Iterator[Parsed | Broken]:
    own = name if record is None else f"{record}/{name}"
    known = _format(part)
    assert known is not None
    if part.get_content_type() == MEDIA_TYPE and part.is_multipart():
        yield from documents(_parts(part)[0], own, options)
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "attachment"
        path.write_bytes(_payload(part))
        try:
            for item in reader_of(known)(path, options):
                yield _of_attachment(item, own, PurePath(name).stem, known)
        except OSError:
            raise
        except Exception as error:
            yield _broken(own, error)


def _broken(record: str | None, error: Exception) -> Broken:
    said = explained(error)
    return Broken(record=record, reason=said.message, remedy=said.remedy)


def _of_attachment(item: Parsed | Broken, record: str, title: str, known: Format) -> Parsed | Broken:
    record = record if item.record is None else f"{record}/{item.record}"
    if isinstance(item, Broken):
        return replace(item, record=record)
    media_type = item.media_type or known.media_type
    return replace(item, record=record, title=item.title or title, media_type=media_type)


def header(mail: Mail, name: str) -> str | None:
    """The first header of that name, as one line of text."""
    return next((_decoded(value) for each, value in mail.raw_items() if each.lower() == name.lower()), None)


def _header_lines(mail: Mail) -> Iterator[str]:
    given = [(name.lower(), value) for name, value in mail.raw_items()]
    for name in _HEADERS:
        for value in (value for each, value in given if each == name.lower()):
            said = _address_list(value) if name in _ADDRESSED else _decoded(value)
            if said:
                yield f"{name}: {said}"


def _address_list(value: str) -> str:
    """The list with its names decoded: what was encoded may hold a comma."""
    entries = []
    for each in addresses(value):
        name = "" if each.name is None else _decoded(unquoted(value[slice(*each.name)])) or ""
        address = "" if each.address is None else _decoded(value[slice(*each.address)]) or ""
        entries.append(written(name, address))
    return ", ".join(filter(None, entries)) or _decoded(value) or ""


def _decoded(text: str | None) -> str | None:
    """A header's value as one line: encoded words decoded, bytes that are no ASCII read as UTF-8 or Windows-1252."""
    if text is None:
        return None
    if not text.isascii():
        raw = text.encode("utf-8", "surrogateescape")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    if "=?" in text:
        text = _words(" ".join(text.split()))
    return one_line(text)


def _words(text: str) -> str:
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(
        piece if isinstance(piece, str) else _characters(piece, charset or "ascii") for piece, charset in pieces
    )


def _characters(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _date(mail: Mail) -> str | None:
    value = header(mail, "Date")
    try:
        return parsedate_to_datetime(value).date().isoformat() if value else None
    except (ValueError, OverflowError):
        return value


def _text(part: Mail) -> str:
    data, charset = _payload(part), part.get_content_charset() or ""
    text = None
    if _SHIFTED.match(charset):
        try:
            text = data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            text = None
    if text is None:
        text, _ = decode(data, declared=charset or None)
    if part.get_content_type() == "text/html":
        from pipeline.ingest.readers.html import to_text  # most mails need it not

        text = to_text(text)
    return text.strip()


def _payload(part: Mail) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _parts(part: Mail) -> list[Mail]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _nested_parts(mail: Mail) -> int:
    """How many parts lie within each other."""
    count, within = 0, [mail]
    while within:
        count, within = count + 1, [each for part in within for each in _parts(part)]
    return count


def _too_deep() -> DocumentError:
    return DocumentError("its parts nest too deep.", "Save the innermost mail by itself.")


def _name(part: Mail) -> str | None:
    """The file name that a part gives itself, without folders; of an attached mail its subject."""
    name = _decoded(part.get_filename())
    if name is None and part.get_content_type() == MEDIA_TYPE:
        inner = _parts(part)
        name = header(inner[0], "Subject") if inner else None
        name = None if name is None else f"{name}.eml"
    return None if name is None else re.split(r"[/\\]", name)[-1][-_MAX_NAME_CHARS:] or None


def _format(part: Mail) -> Format | None:
    """The format of an attachment, by its name or else by its type."""
    kind = part.get_content_type()
    if kind == MEDIA_TYPE:
        return format_of(".eml")
    return format_of(PurePath(_name(part) or "").suffix) or format_of(_SUFFIXES.get(kind, ""))


def _defects(mail: Mail) -> tuple[str, ...]:
    names = {type(defect).__name__ for part in mail.walk() for defect in part.defects}
    return tuple(f"the mail is broken: {name}" for name in sorted(names))
