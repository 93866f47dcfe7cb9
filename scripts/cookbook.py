"""Runs the statements of docs/cookbook.md on the graph of the settings in force, which holds the sample archive, and
writes their answers into the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.store.analyst import cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.store.analyst import Table

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "cookbook.md"
RECIPE = re.compile(
    r"^### (?P<question>.+?)\n(?P<about>.*?)```cypher\n(?P<statement>.*?)```\n(?P<answer>.*?)(?=^##|\Z)", re.M | re.S
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A question, its statement, and the answer as the page shows it."""

    question: str
    statement: str
    answer: str


def recipes(page: str) -> Iterator[Recipe]:
    """The recipes of the page, in order."""
    for found in RECIPE.finditer(page):
        yield Recipe(found["question"], found["statement"].strip(), found["answer"].strip())


def shown(table: Table) -> str:
    """An answer as the page shows it: a table, or that there is no row."""
    if not table.rows:
        return "(No row.)"
    rows = [table.columns, ["---"] * len(table.columns), *(map(_cell, row) for row in table.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(value: object) -> str:
    return " ".join(cell(value).split()).replace("|", "\\|")


def main() -> None:
    from pipeline.api import Groundplan

    with Groundplan.open() as kg:

        def answered(found: re.Match[str]) -> str:
            head = found[0][: found.end("statement") - found.start()]
            return f"{head}```\n\n{shown(kg.cypher(found['statement'].strip()))}\n\n"

        page = RECIPE.sub(answered, DOCUMENT.read_text(encoding="utf-8"))
    DOCUMENT.write_text(page.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
