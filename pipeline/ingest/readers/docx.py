"""DOCX: paragraphs, lists, tables and notes, read as a stream from the parts of the package.

The libraries for it build each part as a tree, unpack without a ceiling, and leave out footnotes or text boxes.
"""

from __future__ import annotations

import posixpath
import struct
import zlib
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from pipeline.errors import DocumentError
from pipeline.ingest.readers.base import Broken, Options, Parsed
from pipeline.ingest.readers.flow import Flow, Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO
    from zipfile import ZipInfo

Attributes = dict[str, str]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_DAMAGE = (
    BadZipFile, EOFError, LookupError, NotImplementedError, OverflowError, RuntimeError, ValueError, expat.ExpatError,
    struct.error, zlib.error,
)  # fmt: skip
_BLOCK_BYTES = 65_536
_UNPACKED_FREELY_BYTES = 10_000_000
_MAX_RATIO = 200
_MAX_PART_BYTES = 500_000_000
_NAMES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
# What was deleted or moved away, the second of two ways to show one thing, and what is not shown.
_LEFT_OUT = frozenset("Fallback del delText instrText moveFrom pPrChange rPrChange sectPrChange tblPrChange".split())
_TITLE_STYLES = frozenset({"title", "heading1"})
_NO_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_OFF = frozenset({"0", "false", "off"})
_UNREAD = {
    "aFChunk": "embedded documents left out",
    "comments": "comments left out",
    "footer": "page headers and footers left out",
    "header": "page headers and footers left out",
}


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """One document: a blank line between paragraphs, a line a list item or table row, cells apart by `" | "`, footnotes
    and endnotes at its end. Title and date are its properties', or else the title the first heading.

    Raises `DocumentError` for a file that is encrypted, damaged, larger than allowed once unpacked, or no DOCX.
    """
    try:
        with path.open("rb") as file:
            _refuse_other(file)
            with ZipFile(file) as archive:
                yield _document(_Package(archive), options)
    except _DAMAGE as error:
        reason = f"it is damaged: {type(error).__name__}: {str(error).rstrip('.')}."
        raise DocumentError(reason, "Open it in a word processor and save it again.") from None


def _refuse_other(file: BinaryIO) -> None:
    head = file.read(len(_OLE))
    if not head:
        raise DocumentError("it holds no text.", "Remove it from the source.")
    if head == _OLE:
        with mmap(file.fileno(), 0, access=ACCESS_READ) as whole:
            if whole.find(_ENCRYPTED_STREAM) >= 0:
                raise DocumentError("it is encrypted.", "Save a copy without a password.")
        raise DocumentError("it is in the format of before 2007.", "Save it as DOCX.")
    if not head.startswith(b"PK"):
        raise DocumentError("it is no DOCX: it is not a zip archive.", "Rename it for what it is, or save it as DOCX.")


def _document(package: _Package, options: Options) -> Parsed:
    package_parts = package.related("")
    if "officeDocument" not in package_parts:
        raise DocumentError("it is no DOCX: it names no main part.", "Save it as DOCX.")
    main = package_parts["officeDocument"]
    parts = package.related(main)
    text = _Text(options)
    package.parse(main, text.start, text.end, text.characters)
    if text.root != "document":
        raise DocumentError(f"it is no DOCX: its main part is a {text.root!r}.", "Rename it for what it is.")
    for notes in ("footnotes", "endnotes"):
        if notes in parts:
            package.parse(parts[notes], text.start, text.end, text.characters)
    properties = _Properties()
    if "core-properties" in package_parts:
        package.parse(package_parts["core-properties"], properties.start, properties.end, properties.characters)
    return Parsed(
        text=str(text.flow),
        title=properties.first("title") or "".join(text.heading),
        date=properties.first("created", "modified"),
        notes=tuple(sorted({note for kind, note in _UNREAD.items() if kind in parts})),
    )


class _Package:
    """The parts of a DOCX, unpacked block by block under a ceiling; nothing outside it is ever looked up."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def related(self, part: str) -> dict[str, str]:
        """Kind -> name of the first part of that kind that `part` (`""`: the package) names."""
        folder, name = posixpath.split(part)
        found: dict[str, str] = {}

        def start(_: str, attributes: Attributes) -> None:
            if attributes.get("TargetMode") != "External" and "Target" in attributes:
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
                found.setdefault(kind, target.lstrip("/"))

        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if part == "" or relations in self._archive.NameToInfo:
            self.parse(relations, start)
        return found

    def parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] = lambda _: None,
        characters: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Feed the elements of `part` to the handlers; names are `namespace name`. Raises `DocumentError` when it is
        missing, declares a document type (and with it entities), or unpacks to more than allowed."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, _refuse_doctype
        for block in self._blocks(part):
            parser.Parse(block, False)
        parser.Parse(b"", True)

    def _blocks(self, part: str) -> Iterator[bytes]:
        info = self._archive.NameToInfo.get(part)
        if info is None:
            raise DocumentError(f"its part {part!r} is missing.", "Open it in a word processor and save it again.")
        if info.flag_bits & 1:
            raise DocumentError("it is encrypted.", "Save a copy without a password.")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise DocumentError(f"its part {part!r} is not compressed as in a DOCX.", "Save it as DOCX again.")
        unpacked = 0
        with self._archive.open(info) as file:
            while block := file.read(_BLOCK_BYTES):
                unpacked += len(block)
                _refuse_bomb(info, unpacked)
                yield block


def _refuse_bomb(info: ZipInfo, unpacked: int) -> None:
    allowed = min(_MAX_PART_BYTES, max(_UNPACKED_FREELY_BYTES, _MAX_RATIO * info.compress_size))
    if unpacked > allowed:
        raise DocumentError(
            f"its part {info.filename!r} has {info.compress_size} bytes and unpacks to more than {allowed}, like a zip "
            "bomb.",
            "Remove it, or if it is to be trusted, save it as plain text or PDF.",
        )


def _refuse_doctype(*_: object) -> None:
    raise DocumentError(
        "a part of it declares a document type, with which it could name entities and other files.",
        "No word processor writes that: remove it, or open it in one and save it again.",
    )


class _Properties:
    """Handlers for the core properties."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._name = ""

    def first(self, *names: str) -> str | None:
        """The first of `names` that has a value."""
        return next((value for name in names if (value := self._values.get(name, "").strip())), None)

    def start(self, name: str, _: Attributes) -> None:
        self._name = name.rpartition(" ")[2]

    def end(self, _: str) -> None:
        self._name = ""

    def characters(self, data: str) -> None:
        if self._name:
            self._values[self._name] = self._values.get(self._name, "") + data


class _Text:
    """Handlers that turn the elements of document and notes into flowing text.

    A text box lies in a paragraph and holds paragraphs, a cell may hold a table: hence the stacks.
    """

    def __init__(self, options: Options) -> None:
        self.flow = Flow()
        self.root = ""
        self.heading: list[str] = []
        self._options = options
        self._chars = 0
        self._skipped = 0
        self._shown = False
        self._runs: list[bool] = []
        self._paragraphs: list[_Paragraph] = []
        self._last_listed = False
        self._cells: list[bool] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        space, _, local = name.rpartition(" ")
        self.root = self.root or local
        if self._skipped or local in _LEFT_OUT or _value(attributes, "type", space) in _NO_NOTES:
            self._skipped += 1
        elif local == "t":
            self._shown = not (self._runs and self._runs[-1])
        elif space in _NAMES:
            self._start(local, _value(attributes, "val", space))

    def _start(self, local: str, value: str | None) -> None:
        match local:
            case "p":
                self._paragraphs.append(_Paragraph())
            case "r":
                self._runs.append(False)
            case "vanish" if self._runs:
                self._runs[-1] = value not in _OFF
            case "numPr" if self._paragraphs:
                self._paragraphs[-1].listed = True
            case "pStyle" if self._paragraphs:
                style = (value or "").lower()
                self._paragraphs[-1].heads = style in _TITLE_STYLES and not self.heading
                self._paragraphs[-1].listed |= style.startswith("list")
            case "br" | "cr" if self._runs:
                self.flow.gap("line")
            case "tab" | "ptab" if self._runs:
                self.flow.gap("space")
            case "noBreakHyphen" if self._runs:
                self._text("-")
            case "tc":
                self._cells.append(False)
                self.flow.gap("cell")
            case "tr":
                self.flow.gap("line")
            case "tbl" | "txbxContent":
                self._block()

    def end(self, name: str) -> None:
        """An element ends."""
        space, _, local = name.rpartition(" ")
        if self._skipped:
            self._skipped -= 1
        elif local == "t":
            self._shown = False
        elif space in _NAMES:
            self._end(local)

    def _end(self, local: str) -> None:
        match local:
            case "p" if self._paragraphs:
                paragraph = self._paragraphs.pop()
                if paragraph.begun:
                    self._last_listed = paragraph.listed
            case "r" if self._runs:
                self._runs.pop()
            case "tc" if self._cells:
                self._cells.pop()
            case "tr":
                self.flow.gap("line")
            case "tbl" | "txbxContent":
                self._block()

    def characters(self, data: str) -> None:
        """Characters between tags; only those of text elements are the document's."""
        if self._shown and not self._skipped:
            self._text(data)

    def _text(self, data: str) -> None:
        self._chars += len(data)
        if self._chars > self._options.max_chars:
            raise self._options.too_long(f"more than {self._options.max_chars} characters")
        paragraph = self._paragraphs[-1] if self._paragraphs else _Paragraph()
        if not paragraph.begun and data.strip():
            paragraph.begun = True
            self.flow.gap(self._gap(paragraph))
        if paragraph.heads:
            self.heading.append(data)
        self.flow.text(data)

    def _gap(self, paragraph: _Paragraph) -> Gap:
        """How far a paragraph stands from what came before."""
        if self._cells:
            first, self._cells[-1] = not self._cells[-1], True
            return "none" if first else "line"
        return "line" if paragraph.listed and self._last_listed else "paragraph"

    def _block(self) -> None:
        self._last_listed = False
        self.flow.gap("line" if self._cells else "paragraph")


class _Paragraph:
    """Whether it is a list item, whether it is the title, and whether any of its text came yet."""

    __slots__ = ("begun", "heads", "listed")

    def __init__(self) -> None:
        self.listed = self.heads = self.begun = False


def _value(attributes: Attributes, name: str, space: str) -> str | None:
    return attributes.get(f"{space} {name}")
