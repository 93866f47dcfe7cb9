"""Extracts: what was read in a text, with the sentence around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.text.names import fold

if TYPE_CHECKING:
    from pipeline.query.relations import Gender

OWN_CHARS = 40

_END = re.compile(r"([.!?][\"”’']?)\s+(?=[\"“(]?[A-ZÀ-Þ0-9])")
_NO_END = re.compile(r"(?:\b[A-Z]|\b(?:St|Jr|Sr|Dr|Mr|Mrs|Ms|No|vs|Vol|Prof|Rev|Gen|Col|Capt|Lt|ca|c|b|d))\.$")


@dataclass(frozen=True, slots=True)
class Read:
    """The characters `start` to `end` (half-open) of a text answer a relation, in the sentence `quote_start` to
    `quote_end`. `normalised` is a date in ISO 8601 or a country; `forms` are the name and its shorter forms;
    `gender` is what the sentence tells of someone, by a title or by the order of two parents."""

    text: str
    start: int
    end: int
    quote_start: int
    quote_end: int
    forms: tuple[str, ...] = ()
    normalised: str | None = None
    gender: Gender | None = None


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a text begin and end; initials and short forms end none."""
    ends = [match.end(1) for match in _END.finditer(text) if not _NO_END.search(text[: match.end(1)])]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return tuple((start, end) for start, end in spans if text[start:end].strip())


def quoted(text: str, start: int, end: int, forms: tuple[str, ...] = (), normalised: str | None = None) -> Read:
    """What stands at `start` to `end` of a text, in its sentence."""
    first, last = next((each for each in sentences(text) if each[0] <= start < each[1]), (start, end))
    first += len(text[first:last]) - len(text[first:last].lstrip())
    last = max(end, first + len(text[first:last].rstrip()))
    return Read(text[start:end], start, end, first, last, forms or (text[start:end],), normalised)


def own_words(text: str) -> frozenset[str]:
    """The folded words that a text about something opens with: its name is among them."""
    return frozenset(fold(text[:OWN_CHARS]).split())
