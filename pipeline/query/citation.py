"""Citations: the characters of a document that an answer rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Citation:
    """The characters `start` to `end` of a document, and the document. `supports` is False where they deny the fact."""

    source: str
    path: str
    record: str | None
    title: str | None
    start: int
    end: int
    quote: str
    supports: bool = True
    valid_from: str | None = None
    valid_to: str | None = None
    value_text: str | None = None

    @property
    def place(self) -> str:
        """Where a person finds it."""
        record = f"#{self.record}" if self.record else ""
        return f"{self.source}/{self.path}{record}[{self.start}:{self.end}]"


def citation_of(row: dict[str, Any]) -> Citation:
    """The citation in a row of the graph."""
    return Citation(
        source=row["source"],
        path=row["path"],
        record=row["record"],
        title=row["title"],
        start=row["start"],
        end=row["end"],
        quote=row["quote"],
        supports=row.get("supports", True),
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        value_text=row.get("value_text"),
    )
