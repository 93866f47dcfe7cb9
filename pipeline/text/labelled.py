"""Labelled data in JSON Lines: read and checked whole.

Everything wrong with a file is said at once, each with its line, its field and what is allowed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from graph_schema.ontology_check import closest
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_PROBLEMS_SHOWN = 20
M = TypeVar("M", bound=BaseModel)


class Problems:
    """What is wrong with a file, collected while it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[str] = []

    def add(self, line: int, field: str, message: str) -> None:
        """Take note of one; `field` is empty for what concerns the whole line."""
        self.found.append(f"line {line}, {field}: {message}" if field else f"line {line}: {message}")

    def stop(self) -> None:
        """Raise `UsageError` when anything is wrong."""
        if not self.found:
            return
        shown = "\n  ".join(self.found[:MAX_PROBLEMS_SHOWN])
        more = len(self.found) - MAX_PROBLEMS_SHOWN
        rest = f"\n  and {more} more" if more > 0 else ""
        raise UsageError(
            f"{str(self.path)!r} has labels that cannot be used:\n  {shown}{rest}\n",
            "docs/evaluation.md has the format.",
        )


def rows_of(path: Path, model: type[M], problems: Problems) -> Iterator[tuple[int, M]]:
    """(line, row) of each line that is not empty; what cannot be read becomes a problem."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {str(path)!r}: {error}.", "Give a file of JSON Lines in UTF-8.") from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise UsageError(
            f"{str(path)!r} holds no line.", "Give one JSON object a line; docs/evaluation.md has the format."
        )
    for number, line in numbered:
        try:
            yield number, model.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            problems.add(number, "", f"is not JSON: {error.msg} at column {error.colno}")
        except ValidationError as error:
            for detail in error.errors():
                field = ".".join(str(part) for part in detail["loc"])
                problems.add(number, field, _described(detail, field, model))


def _described(detail: Any, field: str, model: type[BaseModel]) -> str:  # noqa: ANN401
    if detail["type"] == "extra_forbidden" and "." not in field:
        return unknown("field", field, model.model_fields)
    given = "" if detail["type"] == "missing" else f" (given {detail['input']!r})"
    return f"{detail['msg'].lower()}{given}"


def unknown(what: str, given: str, known: Iterable[str]) -> str:
    """That there is no `what` called `given`, with the nearest and all that there are."""
    meant = closest(given, known)
    hint = f" (did you mean {meant!r}?)" if meant else ""
    return f"there is no {what} {given!r}{hint}; allowed: {', '.join(known)}"


def refuse_repeats(given: Iterable[tuple[int, str, str]], problems: Problems) -> None:
    """Take note of every (line, field, value) whose value stood in an earlier line."""
    first: dict[str, int] = {}
    for line, field, value in given:
        if first.setdefault(value, line) != line:
            problems.add(line, field, f"{value!r} stands in line {first[value]} already")
