"""Comma-, semicolon-, tab- or bar-separated values: a header, then one document a row."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, TextIO

from pipeline.errors import DocumentError
from pipeline.ingest.readers.decode import lines, open_text
from pipeline.ingest.readers.records import Records, broken, names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.ingest.readers.base import Broken, Fields, Options, Parsed

_DELIMITERS = ",;\t|"
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_OTHER_CELLS_CHARS = 1_000_000


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """The file's documents, row by row; a broken row is one `Broken`, an empty one nothing.

    Rows that are not UTF-8 are read as Windows-1252, with a note. Raises `DocumentError` for a header without a
    column of text.
    """
    with open_text(path) as file:
        rows = _Rows(file, options)
        records = Records(options)
        for line, row in rows:
            if isinstance(row, str):
                yield broken(line, row, "Mend the row; check its quotes and delimiters.")
            elif row:
                yield _record(dict(zip(rows.header, row, strict=False)), line, records)


def _record(cells: dict[str, str], line: int, records: Records) -> Parsed | Broken:
    if not any(map(_ESCAPED_BYTE.search, cells.values())):
        return records.parse(cells, line)
    try:
        cells = {name: cell.encode("utf-8", "surrogateescape").decode("cp1252") for name, cell in cells.items()}
    except UnicodeDecodeError:
        return broken(line, "it is neither UTF-8 nor Windows-1252", "Save the file as UTF-8.")
    return records.parse(cells, line, ("encoding assumed to be Windows-1252",))


class _Rows:
    """The header, then the number of the first line and the cells of each row, or what is wrong with it."""

    def __init__(self, file: TextIO, options: Options) -> None:
        self._limit = options.max_chars + _OTHER_CELLS_CHARS
        self._lines = lines(file, self._limit)
        self._line = 0
        self._cut: int | None = None
        first = self._next_line()
        self._reader = csv.reader(self._feed(first), delimiter=_delimiter(first, options.fields), strict=True)
        # The limit on a cell is the whole process's, and 128 KiB at first.
        csv.field_size_limit(max(csv.field_size_limit(), self._limit))
        self.header = self._header(options.fields)

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        while True:
            line = self._line + 1
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, f"it is not a row: {error}"
                continue
            yield line, self._problem(row, line) or row

    def _problem(self, row: list[str], line: int) -> str | None:
        if self._cut is not None and self._cut >= line:
            return f"line {self._cut} has more than {self._limit} characters"
        if len(row) > len(self.header):
            return f"it has {len(row)} cells, the header {len(self.header)}"
        return None

    def _header(self, fields: Fields) -> list[str]:
        try:
            cells = [cell.strip() for cell in next(self._reader, [])]
        except csv.Error as error:
            raise DocumentError(f"its header is not a row: {error}.", "Mend its first line.") from None
        named = [cell.casefold() for cell in cells if cell]
        header = dict.fromkeys(named)
        if not _has_text(header, fields):
            raise DocumentError(
                f"its header names none of {', '.join(map(repr, fields.text))}; it names {names(header) or 'nothing'}.",
                "Add a header row, or name the column that holds the text.",
            )
        if len(header) < len(named):
            raise DocumentError(f"its header names a column twice: {cells}.", "Rename one of the two.")
        return cells

    def _feed(self, line: str) -> Iterator[str]:
        while line:
            yield line
            line = self._next_line()

    def _next_line(self) -> str:
        """The next line; a line end in the place of one that is too long, which `_cut` remembers."""
        self._line, line = next(self._lines, (self._line, ""))
        if line is None:
            self._cut = self._line
        return "\n" if line is None else line


def _delimiter(header: str, fields: Fields) -> str:
    """The delimiter that finds a column of text in the header; of several, the one that makes most columns."""

    def found(delimiter: str) -> tuple[bool, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        return _has_text(dict.fromkeys(cell.strip().casefold() for cell in cells), fields), len(cells)

    return max(_DELIMITERS, key=found)


def _has_text(header: dict[str, None], fields: Fields) -> bool:
    return any(name.casefold() in header for name in fields.text)
