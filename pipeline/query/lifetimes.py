"""When and where someone was born and died, as the opening of a text about them says it: "(born 3 May 1890 in Oslo -
4 June 1950)", "was born in Oslo", "He died on 4 June 1950 in Bergen"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.query.extracts import own_words, sentences
from pipeline.query.names import name_at
from pipeline.text.names import fold
from pipeline.text.values import MONTHS, parse_date

OPENING_CHARS = 400

_MONTHS = frozenset(month.capitalize() for month in MONTHS)
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{3,4}}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{3,4}}"
    rf"|{_MONTH},?\s+\d{{3,4}}|\d{{4}}-\d\d-\d\d|\d{{3,4}})(?![\d\w])"
)
_ABOUT = r"(?:(?:c\.|ca\.|circa|about|on|in|around|early|late|probably|before|after|between)\s*)*"
_DASH = r"[-‐‑‒–—−]"
_KILLED = r"(?:died|was killed|was assassinated|was executed|passed away|death)"
_TOWN = r"(?:the\s+(?:city|town|village)\s+of\s+)?(?=[A-ZÀ-Þ])"
_BRACKETS = re.compile(r"\(([^()]{3,160}(?:\([^()]*\)[^()]{0,80})?)\)")
_LIFE = re.compile(
    rf"(?P<birth>{_DATE})[^()–—]{{0,60}}?\s*{_DASH}\s*{_ABOUT}(?:d\.\s*|died\s+)?{_ABOUT}(?P<death>{_DATE})",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"\b(?:born|b\.)(?:\s+[^\W\d_][^;()\d]{{0,40}}?)??[\s,;:]*{_ABOUT}(?P<birth>{_DATE})", re.IGNORECASE
)
_DIED = re.compile(rf"(?:\b(?:died|dies|d\.)|†|{_DASH})\s*{_ABOUT}(?P<death>{_DATE})", re.IGNORECASE)
_WAS_BORN = re.compile(rf"\bborn\b[^.;()]{{0,60}}?\b(?:on|in)\s+(?:the\s+)?{_ABOUT}(?P<date>{_DATE})", re.IGNORECASE)
_HE_DIED = re.compile(
    rf"\b{_KILLED}\b[^.;()]{{0,70}}?\b(?:on|in)\s+(?:the\s+)?{_ABOUT}(?P<date>{_DATE})", re.IGNORECASE
)
_BORN_IN = re.compile(
    rf"\b[Bb]orn\b(?:\s+(?:on\s+)?{_ABOUT}{_DATE})?,?\s*(?:[^.;()]{{0,40}}?\s)?(?:in|at|near)\s+{_TOWN}"
)
_DIED_IN = re.compile(
    rf"\b(?:[Dd]ied|[Pp]assed away|was killed|was executed|death)\b[^.;()]{{0,60}}?\s(?:in|at|near)\s+"
    rf"(?:(?:his|her)\s+home\s+(?:in|at)\s+)?{_TOWN}"
)
_AT = re.compile(r"\s*,?\s*(?:in\s+|at\s+|near\s+)?(?=[A-ZÀ-Þ])")
_WITHIN = re.compile(r",\s*(?=[A-ZÀ-Þ])")
_OTHERS = re.compile(r"\b(?:son|daughter|wife|husband|father|mother|brother|sister|children|child|parents|who)\b")


@dataclass(frozen=True, slots=True)
class Told:
    """The characters `start` to `end` (half-open) tell a value: a date is `normalised` as in ISO 8601, cut to its
    precision."""

    start: int
    end: int
    text: str
    normalised: str | None = None


def told(relation: str, text: str) -> Told | None:
    """What a text about someone, from its first words, tells of their `birth` or `death`, or of the `birthplace` or
    `deathplace`; `None` where it does not."""
    found = _bracketed(relation, text)
    if found is not None:
        return found
    return _date_in_prose(relation, text) if relation in {"birth", "death"} else _place_in_prose(relation, text)


def normal_date(text: str) -> str | None:
    """A date in ISO 8601, cut to its precision, with four figures in every year."""
    parsed = parse_date(text)
    if parsed is not None:
        return parsed.normalised
    early = re.fullmatch(r"(?:(?P<before>.*?)[\s,]+)?(?P<year>0?\d{3})", text.strip())
    if early is None:
        return None
    year = early["year"].zfill(4)
    if not early["before"]:
        return year
    placed = parse_date(f"{early['before']} 2000")
    return f"{year}{placed.normalised[4:]}" if placed is not None else None


def _bracketed(relation: str, text: str) -> Told | None:
    """What the first brackets with a date of birth or death say; they may hold an earlier name."""
    for brackets in _BRACKETS.finditer(text[:OPENING_CHARS]):
        inside, offset = brackets[1], brackets.start(1)
        life = _LIFE.search(inside)
        first, last = life or _BORN.search(inside), life or _DIED.search(inside)
        if first is None and last is None:
            continue
        match, group = (first, "birth") if relation in {"birth", "birthplace"} else (last, "death")
        if match is None:
            return None
        if relation in {"birth", "death"}:
            return _dated(match, group, offset)
        return _place_at(text, offset + match.end(group))
    return None


def _dated(match: re.Match[str], group: str, offset: int) -> Told | None:
    normalised = normal_date(match[group])
    if normalised is None:
        return None
    return Told(offset + match.start(group), offset + match.end(group), match[group], normalised)


def _date_in_prose(relation: str, text: str) -> Told | None:
    pattern = _WAS_BORN if relation == "birth" else _HE_DIED
    matches = (match for match in pattern.finditer(text) if _is_of_the_subject(text, match.start()))
    return next((_dated(match, "date", 0) for match in matches), None)


def _place_in_prose(relation: str, text: str) -> Told | None:
    pattern = _BORN_IN if relation == "birthplace" else _DIED_IN
    matches = (match for match in pattern.finditer(text) if _is_of_the_subject(text, match.start()))
    return next((place for match in matches if (place := _place_at(text, match.end()))), None)


def _place_at(text: str, start: int) -> Told | None:
    """A place with the larger ones it lies in: "Oslo, Norway"."""
    match = _AT.match(text, start)
    begin = match.end() if match else start
    first = name_at(text, begin)
    if first is None or _is_date(first.text):
        return None
    end = first.end
    own = own_words(text)
    while (more := _WITHIN.match(text, end)) and (name := name_at(text, more.end())):
        if _is_date(name.text) or set(fold(name.text).split()) <= own:
            break
        end = name.end
    return Told(begin, end, text[begin:end])


def _is_date(name: str) -> bool:
    return normal_date(name) is not None or name.split()[0].rstrip(".") in _MONTHS


def _is_of_the_subject(text: str, position: int) -> bool:
    """Whether the sentence up to `position` speaks of nobody else."""
    start = next((first for first, last in sentences(text) if first <= position < last), 0)
    return not _OTHERS.search(re.sub(r"^.*\b(?:he|she)\b", "", text[start:position]))
