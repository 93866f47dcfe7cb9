"""From bytes to characters: which encoding a file has, and lines of bounded length."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import DocumentError
from pipeline.ingest.readers.base import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

    from pipeline.ingest.readers.base import Options

HEAD_BYTES = 65_536
_MAX_CONTROL_SHARE = 0.05
_CONTROL_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\x0b\x0c\r")
_MAX_BYTES_PER_CHAR = 4
# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def load(path: Path, options: Options) -> bytes:
    """The bytes of `path`. Raises `DocumentError`, before reading them, when they must be more characters than are
    allowed in any encoding."""
    most = _MAX_BYTES_PER_CHAR * (options.max_chars + 1)
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > most:
            raise options.too_long(f"{size} bytes")
        file.seek(0)
        data = file.read(most + 1)
    if len(data) > most:  # it grew meanwhile
        raise options.too_long(f"more than {most} bytes")
    return data


def read_text(
    path: Path, options: Options, *, declared: Callable[[bytes], str | None] = lambda _: None
) -> tuple[str, tuple[str, ...]]:
    """The file's clean text and notes on what was assumed or replaced.

    `declared` finds the encoding that a file's own bytes name. Raises `DocumentError` when the file is not text or
    holds more characters than are allowed.
    """
    data = load(path, options)
    text, assumed = decode(data, declared=declared(data))
    del data  # as long as the text
    text, notes = clean(text)
    if len(text) > options.max_chars:
        raise options.too_long(f"{len(text)} characters")
    return text, assumed + notes


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Characters of `data`: by its byte order mark, as UTF-8, as `declared`, as UTF-8 with damage, as Windows-1252.

    Returns the text and notes on every assumption. Raises `DocumentError` when `data` is not text.
    """
    marked = _marked(data)
    if marked is None:
        refuse_binary(data[:HEAD_BYTES])
    try:
        return data.decode(marked or "utf-8"), ()
    except UnicodeDecodeError as error:
        if marked is not None:
            raise DocumentError(
                f"its byte order mark says {marked}, which it is not: {error.reason} at byte {error.start}.",
                "Save the file as UTF-8.",
            ) from None
    return _declared(data, declared) or _damaged_utf8(data) or _windows_1252(data)


def refuse_binary(head: bytes) -> None:
    """Raise `DocumentError` when the first bytes of a file are not those of a text, whatever its encoding."""
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if _marked(head) is None and (b"\0" in head or controls > _MAX_CONTROL_SHARE * len(head)):
        raise DocumentError(
            f"it is binary: {controls} of its first {len(head)} bytes are control characters.",
            "Convert the file to text or remove it from the source.",
        )


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """`path` opened for `lines`; bytes that are not UTF-8 become surrogates, as `surrogateescape` makes them.

    Raises `DocumentError` when the file is binary, or breaks the encoding that its byte order mark announces.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_binary(head)
    encoding = _marked(head) or "utf-8"
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    with path.open(encoding=encoding, errors=errors, newline="") as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            raise DocumentError(
                f"its byte order mark says {encoding}, which it is not: {error.reason}.", "Save the file as UTF-8."
            ) from None


def lines(file: TextIO, limit: int) -> Iterator[tuple[int, str | None]]:
    """Number (from 1) and characters of each line, its end included; `None` for one of more than `limit`, which is
    never held whole."""
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) <= limit or line.endswith(("\n", "\r")):
            yield number, line
            continue
        while (rest := file.readline(limit + 1)) and not rest.endswith(("\n", "\r")):
            pass
        yield number, None


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _declared(data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]] | None:
    if declared is None:
        return None
    # Pages that declare Latin-1 are written in its superset Windows-1252, and browsers read them so.
    name = "cp1252" if declared.lower() in {"iso-8859-1", "latin-1", "us-ascii", "ascii"} else declared
    try:
        return data.decode(name), ()
    except (UnicodeDecodeError, LookupError):
        return None


def _damaged_utf8(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """UTF-8 when more of its non-ASCII characters are whole than are not: one bad byte is no other encoding."""
    text = data.decode("utf-8", "replace")
    marks = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - marks
    bad = marks - data.count(b"\xef\xbf\xbd")
    return (text, (f"{bad} byte sequences that are not UTF-8 replaced by U+FFFD",)) if whole > bad else None


def _windows_1252(data: bytes) -> tuple[str, tuple[str, ...]]:
    if len(data) == len(data.translate(None, _CONTROL_BYTES)):
        try:
            return data.decode("cp1252"), ("encoding assumed to be Windows-1252",)
        except UnicodeDecodeError:
            pass
    raise DocumentError("its encoding is neither UTF-8 nor Windows-1252.", "Save the file as UTF-8.")
