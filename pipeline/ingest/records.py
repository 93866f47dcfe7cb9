"""What lies between the stages: JSON lines on disk, one file a document and stage, named by what it was made from.

A file is written beside its place and renamed, and its last line says how many lines it has; one that is torn counts as
not there. A crashed run resumes from these files, and what other machines extracted is loaded from them.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from graph_schema.models import Chunk, Claim, Document, Evidence, LocalEntity, Mention, StatedValue, Value
from pipeline.files import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Record = Document | Chunk | LocalEntity | Mention | StatedValue | Claim
R = TypeVar("R")
_CLASSES: dict[str, type[Record]] = {
    each.__name__: each for each in (Document, Chunk, LocalEntity, Mention, StatedValue, Claim)
}
_FIELDS = {each: tuple(field.name for field in fields(each)) for each in (*_CLASSES.values(), Value)}
_END = "End"


class Records:
    """The record files of one stage: `<folder>/<first two digits>/<key>.jsonl`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Where the records named `key` lie."""
        return self.folder / key[:2] / f"{key}.jsonl"

    def write(self, key: str, records: Iterable[Record]) -> None:
        """Write all records, or nothing. Raises as `writing`."""
        path = self.path(key)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("w", encoding="utf-8") as file:
                    lines = 0
                    for record in records:
                        file.write(json.dumps(_as_json(record), ensure_ascii=False) + "\n")
                        lines += 1
                    file.write(json.dumps({"type": _END, "lines": lines}) + "\n")
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)

    def remove(self, key: str) -> None:
        """Delete the records named `key`, if there are any. Raises as `writing`."""
        with writing(self.path(key)):
            self.path(key).unlink(missing_ok=True)

    def read(self, key: str) -> tuple[Record, ...] | None:
        """The records named `key`, or `None` when they are not there, not whole or no records."""
        try:
            with self.path(key).open(encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
        except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
            return None
        if not rows or rows[-1] != {"type": _END, "lines": len(rows) - 1}:
            return None
        try:
            return tuple(_from_json(row) for row in rows[:-1])
        except (KeyError, TypeError, ValueError):  # edited by hand: extracted again
            return None


def evidence_records(evidence: Evidence) -> Iterator[Record]:
    """What extraction adds to a segmented document."""
    yield from evidence.entities
    yield from evidence.mentions
    yield from evidence.values
    yield from evidence.claims


def of_class(records: Iterable[Record], wanted: type[R]) -> tuple[R, ...]:
    """The records of one class, in order."""
    return tuple(record for record in records if isinstance(record, wanted))


def _as_json(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {"type": type(record).__name__}
    for name in _FIELDS[type(record)]:
        value = getattr(record, name)
        row[name] = {each: getattr(value, each) for each in _FIELDS[Value]} if isinstance(value, Value) else value
    return row


def _from_json(row: dict[str, Any]) -> Record:
    known = _CLASSES[row.pop("type")]
    if row.get("value") is not None:
        row["value"] = Value(**row["value"])
    if "aliases" in row:
        row["aliases"] = tuple(row["aliases"])
    return known(**row)
