"""One record of a file of many: which of its fields are what, and whether its id is its own."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline.ingest.readers.base import Broken, Options, Parsed, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_HASH_BYTES = 12
_MAX_NAMES = 20
_NAME_THE_FIELD = "Name the field that holds the text, or mend the record."


class Records:
    """Turns the records of one file into documents; of the ids it has seen it holds a hash and a line number."""

    def __init__(self, options: Options) -> None:
        self._fields = options.fields
        self._lines: dict[bytes, int] = {}

    def parse(self, values: Mapping[str, object], line: int, notes: tuple[str, ...] = ()) -> Parsed | Broken:
        """The document in `values`, which began on `line`. A record without an id has its line number for one."""
        values = {name.strip().casefold(): value for name, value in values.items()}
        record, problem = _scalar(values, self._fields.id)
        if problem:
            return broken(line, problem, "Make the id a string or a number.")
        record = record or str(line)
        text = _first(values, self._fields.text)
        if not isinstance(text, str):
            return broken(line, _no_text(values, self._fields.text, text), _NAME_THE_FIELD, record=record)
        first = self._lines.setdefault(blake2b(record.encode(), digest_size=_HASH_BYTES).digest(), line)
        if first != line:
            remedy = "Give every record of the file an id of its own."
            return broken(line, f"the id {record!r} is that of line {first}", remedy, record=record)
        title, bad_title = _scalar(values, self._fields.title)
        date, bad_date = _scalar(values, self._fields.date)
        notes += tuple(f"{problem}: left out" for problem in (bad_title, bad_date) if problem)
        return Parsed(text=text, title=title, date=date, record=record, notes=notes)


def broken(line: int, reason: str, remedy: str, *, record: str | None = None) -> Broken:
    """A record that begins on `line` and cannot be read."""
    return Broken(record=record, reason=f"line {line}: {reason}.", remedy=remedy)


def names(fields: Mapping[str, object]) -> str:
    """The names of `fields`, quoted, for a message."""
    more = f" and {len(fields) - _MAX_NAMES} more" if len(fields) > _MAX_NAMES else ""
    return ", ".join(map(repr, list(fields)[:_MAX_NAMES])) + more


def _no_text(values: Mapping[str, object], wanted: tuple[str, ...], found: object) -> str:
    if found is not None:
        return f"its text is {_kind(found)}, not a string"
    present = [name for name in wanted if name.casefold() in values]
    if present:
        return f"its field {present[0]!r} is empty"
    return f"it has none of the fields {', '.join(map(repr, wanted))}; it has {names(values) or 'none at all'}"


def _first(values: Mapping[str, object], wanted: tuple[str, ...]) -> object:
    """The value of the first field that is there and not empty."""
    for name in wanted:
        value = values.get(name.casefold())
        if value is not None and not (isinstance(value, str) and not value.strip()):
            return value
    return None


def _scalar(values: Mapping[str, object], wanted: tuple[str, ...]) -> tuple[str | None, str | None]:
    """A string or number as one line of text, or what is wrong with it; neither when there is none."""
    value = _first(values, wanted)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return None, f"its {wanted[0]} is {_kind(value)}, not a string or a number"
    return (None if value is None else one_line(str(value))), None


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
