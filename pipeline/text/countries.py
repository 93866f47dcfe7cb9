"""Countries: which country a name or an adjective in a text stands for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = Literal["name", "adjective"]


@dataclass(frozen=True, slots=True)
class CountryWord:
    """The characters `start` to `end` (half-open) of a text say `country`."""

    start: int
    end: int
    text: str
    country: str
    form: Form


@cache
def _words() -> dict[str, tuple[str, Form]]:
    """Word -> country and whether it is its name or an adjective."""
    table = tomllib.loads((files("pipeline.text") / "countries.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, Form]] = {}
    for row in table["countries"]:
        country, names, adjectives = (part.strip() for part in row.split("|"))
        for name in (country, *names.split(",")):
            if name.strip():
                found.setdefault(name.strip(), (country, "name"))
        for adjective in adjectives.split(","):
            if adjective.strip():
                found.setdefault(adjective.strip(), (country, "adjective"))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_words(), key=len, reverse=True)
    return re.compile(r"(?<![\w])(?:" + "|".join(re.escape(word) for word in words) + r")(?![\w])")


def country_words(text: str) -> Iterator[CountryWord]:
    """The countries that `text` names, in order; capitals count, for "Polish" is no polish."""
    for match in _pattern().finditer(text):
        country, form = _words()[match.group()]
        yield CountryWord(match.start(), match.end(), match.group(), country, form)


def country_of(text: str) -> str | None:
    """The country that `text` as a whole names, by its name or an adjective; `None` for any other text."""
    known = _words().get(text.strip())
    return known[0] if known is not None else None
