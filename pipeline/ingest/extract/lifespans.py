"""When someone was born and died, as the brackets right after a name say it: "(1950-2010)", "(b. 12 May 1950)"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text.values import parse_date

if TYPE_CHECKING:
    from graph_schema.models import Value

MAX_AGE, LEAST_AGE_BY_YEARS = 120, 16
_DATE = r"(?:\d{4}-\d\d-\d\d|(?:\d{1,2}(?:st|nd|rd|th)?\s+)?[A-Z][a-z]+\.?(?:\s+\d{1,2})?,?\s+\d{4}|\d{4})"
_BORN = rf"(?:born|b\.)\s*(?:on\s+|in\s+)?(?P<birth>{_DATE})"
_DIED = rf"(?:died|d\.)\s*(?:on\s+|in\s+)?(?P<death>{_DATE})"
_FORMS = tuple(
    re.compile(rf"\s?\(\s*{form}\s*[,;)]")
    for form in (
        rf"(?:born\s+|b\.\s*)?(?P<birth>{_DATE})\s*[-‐‑‒–—−]\s*(?:died\s+|d\.\s*)?(?P<death>{_DATE})",
        rf"{_BORN}(?:\s*[,;]?\s*(?:and\s+)?{_DIED})?",
        _DIED,
    )
)


@dataclass(frozen=True, slots=True)
class Life:
    """Birth and death, as far as they are told; `end` is the offset at which the words that tell them end."""

    born: Value | None
    died: Value | None
    end: int


def life_after(text: str, offset: int) -> Life | None:
    """What brackets that open at `offset`, at the end of a person's name, tell. Two years that are too near for a life
    ("Lund (1994-1998)") are taken for those of an office, and nothing is told."""
    for form in _FORMS:
        if matched := form.match(text, offset):
            groups = matched.groupdict()
            born, died = (parse_date(said) if (said := groups.get(end)) else None for end in ("birth", "death"))
            if born is None or died is None:
                return Life(born, died, matched.end()) if born or died else None
            return Life(born, died, matched.end()) if _is_life(born, died) else None
    return None


def _is_life(born: Value, died: Value) -> bool:
    years = int(died.normalised[:4]) - int(born.normalised[:4])
    by_years = born.precision == died.precision == "year"
    return (LEAST_AGE_BY_YEARS if by_years else 0) <= years <= MAX_AGE and born.normalised <= died.normalised
