"""When and where someone was born and died, as the opening of a text about them says it: "(born 3 May 1890 in Oslo –
4 June 1950)", "was born in Oslo", "He died on 4 June 1950 in Bergen"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.query.names import name_at
from pipeline.text.names import fold
from pipeline.text.values import MONTHS, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING_CHARS = 400
OWN_CHARS = 40
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{3,4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{3,4}}"
    rf"|{_MONTH},?\s+\d{{3,4}}|\d{{4}}-\d\d-\d\d|\d{{3,4}})(?![\d\w])"
)
_ABOUT = r"(?:(?:c\.|ca\.|circa|about|on|in|around|early|late|probably|before|after|between)\s*)*"
_DASH = r"\s*[-‐‑‒–—−]\s*"
_BRACKETS = re.compile(r"\(([^()]{3,160}(?:\([^()]*\)[^()]{0,80})?)\)")
_LIFE = re.compile(
    rf"(?P<birth>{_DATE})(?P<bornat>[^()–—]{{0,60}}?){_DASH}{_ABOUT}(?:d\.\s*|died\s+)?{_ABOUT}(?P<death>{_DATE})(?P<diedat>.{{0,60}})",
    re.I,
)
_BORN = re.compile(rf"\b(?:born|b\.)(?:\s+[^\W\d_][^;()\d]{{0,40}}?)??[\s,;:]*{_ABOUT}(?P<birth>{_DATE})", re.I)
_DIED = re.compile(rf"(?:\b(?:died|dies|d\.)|†|{_DASH.strip()})\s*{_ABOUT}(?P<death>{_DATE})", re.I)
_WAS_BORN = re.compile(rf"\b(?:was\s+)?born\b[^.;()]{{0,60}}?\b(?:on|in)\s+(?:the\s+)?{_ABOUT}(?P<birth>{_DATE})", re.I)
_HE_DIED = re.compile(
    rf"\b(?:died|was killed|was assassinated|was executed|passed away|death)\b[^.;()]{{0,70}}?\b(?:on|in)\s+(?:the\s+)?{_ABOUT}(?P<death>{_DATE})",
    re.I,
)
_BORN_IN = re.compile(
    rf"\b[Bb]orn\b(?:\s+(?:on\s+)?{_ABOUT}{_DATE})?,?\s*(?:[^.;()]{{0,40}}?\s)?(?:in|at|near)\s+(?:the\s+(?:city|town|village)\s+of\s+)?(?=[A-ZÀ-Þ])(?P<place>)",
    re.I,
)
_DIED_IN = re.compile(
    rf"\b(?:[Dd]ied|[Pp]assed away|was killed|was executed|death)\b[^.;()]{{0,60}}?\s(?:in|at|near)\s+(?:(?:his|her)\s+home\s+(?:in|at)\s+)?(?:the\s+(?:city|town|village)\s+of\s+)?(?=[A-ZÀ-Þ])(?P<place>)"
)
_AT = re.compile(r"\s*(?:,|in|at|near)?\s*(?:in\s+|at\s+|near\s+)?(?=[A-ZÀ-Þ])")

Fact = Literal["birth", "death", "birthplace", "deathplace"]


@dataclass(frozen=True, slots=True)
class Told:
    """The characters `start` to `end` (half-open) tell a value: a date is `normalised` as in ISO 8601, cut to its
    precision."""

    start: int
    end: int
    text: str
    normalised: str | None = None


def told(fact: Fact, text: str) -> Told | None:
    """What a text about someone, from its first words, tells of their birth or death; `None` where it does not."""
    found = _bracketed(fact, text)
    if found is not None:
        return found
    return _date_in_prose(fact, text) if fact in {"birth", "death"} else _place_in_prose(fact, text)


def normal_date(text: str) -> str | None:
    """A date in ISO 8601, cut to its precision, with four figures in every year."""
    parsed = parse_date(text)
    if parsed is not None:
        return parsed.normalised
    early = re.fullmatch(rf"(?:(?P<before>.*?)[\s,]+)?(?P<year>\d{{3}})", text.strip())
    if early is None:
        return None
    year = f"0{early['year']}"
    if not early["before"]:
        return year
    placed = parse_date(f"{early['before']} 2000")
    return f"{year}{placed.normalised[4:]}" if placed is not None else None


def _bracketed(fact: Fact, text: str) -> Told | None:
    """What the first brackets with a date say; they may hold an earlier name."""
    for brackets in _BRACKETS.finditer(text[:OPENING_CHARS]):
        inside, offset = brackets[1], brackets.start(1)
        life = _LIFE.search(inside)
        born, died = _BORN.search(inside), _DIED.search(inside)
        if life is None and born is None and died is None:
            continue
        return _of_brackets(fact, text, offset, life, born, died)
    return None


def _of_brackets(
    fact: Fact,
    text: str,
    offset: int,
    life: re.Match[str] | None,
    born: re.Match[str] | None,
    died: re.Match[str] | None,
) -> Told | None:
    first, last = life or born, life or died
    if fact == "birth":
        return _dated(first, "birth", offset) if first else None
    if fact == "death":
        return _dated(last, "death", offset) if last else None
    group, match = ("birth", first) if fact == "birthplace" else ("death", last)
    return _place_at(text, offset + match.end(group)) if match else None


def _dated(match: re.Match[str], group: str, offset: int) -> Told | None:
    normalised = normal_date(match[group])
    if normalised is None:
        return None
    return Told(offset + match.start(group), offset + match.end(group), match[group], normalised)


def _date_in_prose(fact: Fact, text: str) -> Told | None:
    pattern = _WAS_BORN if fact == "birth" else _HE_DIED
    for match in pattern.finditer(text):
        if _is_of_the_subject(text, match.start()):
            return _dated(match, "birth" if fact == "birth" else "death", 0)
    return None


def _place_in_prose(fact: Fact, text: str) -> Told | None:
    pattern = _BORN_IN if fact == "birthplace" else _DIED_IN
    for match in pattern.finditer(text):
        if _is_of_the_subject(text, match.start()) and (place := _place_at(text, match.start("place"))):
            return place
    return None


def _place_at(text: str, start: int) -> Told | None:
    """A place with the larger ones it lies in: "Oslo, Norway"."""
    match = _AT.match(text, start)
    begin = match.end() if match else start
    first = name_at(text, begin)
    if first is None or normal_date(first.text) or first.text.split()[0].rstrip(".") in _MONTHS:
        return None
    end = first.end
    own = set(fold(text[:OWN_CHARS]).split())
    while (more := re.match(r",\s*(?=[A-ZÀ-Þ])", text[end:])) and (name := name_at(text, end + more.end())):
        if normal_date(name.text) or name.text.split()[0].rstrip(".") in _MONTHS or set(fold(name.text).split()) <= own:
            break
        end = name.end
    return Told(begin, end, text[begin:end])


_MONTHS = frozenset(month.capitalize() for month in MONTHS)
_RELATIVES = re.compile(r"\b(?:son|daughter|wife|husband|father|mother|brother|sister|children|child|parents|who)\b")


def _is_of_the_subject(text: str, position: int) -> bool:
    """Whether the sentence up to `position` speaks of nobody else."""
    start = max((match.end() for match in _sentence_ends(text, position)), default=0)
    before = text[start:position]
    return not _RELATIVES.search(re.sub(r"^.*\b(?:he|she)\b", "", before))


def _sentence_ends(text: str, position: int) -> Iterator[re.Match[str]]:
    return (match for match in re.finditer(r"(?<![A-Z])[.!?]\s+(?=[A-Z\"“])", text[:position]))
