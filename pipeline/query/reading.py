"""Read: what the text about something says of a relation, in its own words, with the characters that say it.

The text is one that is called after the thing, so that its first sentence speaks of it, and "he", "his" and "the film"
after that do too. What is said in any other form is not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.query.extracts import Read, own_words, quoted, sentences
from pipeline.query.family import about_it, parents
from pipeline.query.lifetimes import normal_date, told
from pipeline.query.names import names_at
from pipeline.query.phrases import BEFORE_NAMES, BROADER, OF_WORKS
from pipeline.query.relations import relations
from pipeline.text.countries import country_words
from pipeline.text.names import fold
from pipeline.text.values import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.query.relations import Relation
    from pipeline.text.countries import CountryWord

_MONTH = "(?:" + "|".join(month.capitalize() for month in sorted(MONTHS, key=len, reverse=True)) + ")"
_DATED = rf"(?P<date>(?:\d{{1,2}}\s+{_MONTH},?\s+|{_MONTH}\s+\d{{1,2}},?\s+|{_MONTH},?\s+)?(?:1\d{{3}}|20\d\d))(?!s)\b"
_IS = re.compile(r"\b(?:[Ii]s|was|are|were)\s+(?:(?:an?|the|one of the)\s+)?")
_IS_OF = re.compile(rf"(?:[\w'-]+\s+){{0,3}}?{_DATED}")
_RELEASED = re.compile(
    r"\b(?:released|published|premiered|launched|issued|first appeared|broadcast|aired)\b[^.;]{0,60}?\b(?:on|in)\s+"
    + _DATED
)
_FROM = re.compile(rf"\bfrom\s+{_DATED}")
_BEGUN = re.compile(
    r"\b(?:founded|established|set up|created|started|opened|inaugurated|incorporated|formed|launched|built|published|"
    rf"began|completed|dedicated)\b[^.;]{{0,60}}?\b(?:on|in|since|from)\s+{_DATED}"
)
_LASTED = re.compile(rf"\(\s*{_DATED}\s*[-–—]")
_WORK = re.compile(
    r"\b(?:film|movie|song|album|novel|series|documentary|magazine|newspaper|comedy|drama|single|band)\b"
)
_CAUSE = re.compile(
    r"\b(?:died|death)\s+(?:\w+\s+){0,3}?(?:of|from|due to)\s+(?:an?\s+|the\s+)?(?P<cause>[a-z][a-z -]{2,40}?)"
    r"(?=\s+(?:in|on|at|during|while|when|after|and|caused|aged)\b|[.,;()])"
)
_ANOTHER_WORK = re.compile(
    r"\b(?:remake|sequel|prequel|based on|adaptation of|adapted from|version|inspired by|not to be confused)\b[^,;]*$"
)
_ANOTHERS_KIN = re.compile(r"\b(?:son|daughter|child|children|brother|sister)s? of\b")


def read(relation: str, text: str) -> tuple[Read, ...]:
    """What the text about a thing says of `relation`, in order, each answer once."""
    asked = relations()[relation]
    found = _READERS.get(relation, _named)(asked, text)
    first: dict[str, Read] = {}
    for each in found:
        first.setdefault(each.normalised or fold(each.text), each)
    return tuple(first.values())


def _of_life(relation: Relation, text: str) -> Iterator[Read]:
    found = told(relation.name, text)
    if found is not None:
        forms = (found.text.split(",")[0], found.text) if found.normalised is None else ()
        yield quoted(text, found.start, found.end, forms, found.normalised)


def _named(relation: Relation, text: str) -> Iterator[Read]:
    """The names behind a phrase that says the relation, in a sentence about the thing itself."""
    own = own_words(text)
    of_work = relation.name in OF_WORKS
    for first, last in sentences(text) if of_work else about_it(text):
        found = list(_in_sentence(relation, text, first, last, own))
        yield from found
        if found and of_work:
            return


def _in_sentence(relation: Relation, text: str, first: int, last: int, own: frozenset[str]) -> Iterator[Read]:
    """The names behind the first of the relation's phrases that a sentence holds."""
    sentence = text[first:last]
    for pattern in BEFORE_NAMES.get(BROADER.get(relation.name, relation.name), ()):
        found = [
            quoted(text, name.start, name.end, name.forms)
            for match in pattern.finditer(sentence)
            if _is_said_of_it(relation, sentence, match)
            for name in names_at(text, first + match.end())
            if relation.answer != "person" or not set(fold(name.text).split()) <= own
        ]
        if found:
            yield from found
            return


def _is_said_of_it(relation: Relation, sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing before the phrase in its sentence turns it to another: a remake, the play a film is based on, the
    wife of someone's father."""
    before = sentence[: match.start()]
    if relation.name in OF_WORKS:
        return not _ANOTHER_WORK.search(before) or "," in before
    if re.match(r"[Hh]is|[Hh]er", match.group()) and _ANOTHERS_KIN.search(before):
        return False
    return not re.search(r"\b(?:whose|who)\b[^,]*$", before)


# countries


def _predicate(text: str) -> tuple[int, int, tuple[CountryWord, ...]] | None:
    """Where what the first sentence says something "is" begins and ends, with the countries it names there."""
    _, last = sentences(text)[0]
    brackets = re.match(r"[^()]{0,120}\([^()]*\)", text)
    verb = _IS.search(text, brackets.end() if brackets else 0, last)
    if verb is None:
        return None
    return verb.end(), last, tuple(each for each in country_words(text[:last]) if each.start >= verb.end())


def _of_country(text: str, word: CountryWord) -> Read:
    return quoted(text, word.start, word.end, (word.text,), word.country)


def _nationality(relation: Relation, text: str) -> Iterator[Read]:  # noqa: ARG001
    """The adjectives of countries right behind "is a" in the first sentence, or the country that one is "from"."""
    said = _predicate(text)
    if said is None:
        return
    begin, last, words = said
    position = begin
    for word in words:
        between = text[position : word.start]
        if word.form == "name" or not re.fullmatch(r"[-\s/]*(?:and\s+)?(?:[a-z-]+\s+){0,2}", between):
            break
        other = re.match(r"-\s?born\b| descent", text[word.end :])
        if other is None:
            yield _of_country(text, word)
        position = word.end + (other.end() if other else 0)
    origin = re.search(r"\bfrom\s+(?=[A-Z])", text[begin:last]) if position == begin else None
    yield from (_of_country(text, word) for word in words if origin and word.start == begin + origin.end())


def _country(relation: Relation, text: str) -> Iterator[Read]:  # noqa: ARG001
    """The country that the first sentence puts a place or a work in: of a place the first that it names, of a work the
    adjectives before its kind."""
    said = _predicate(text)
    if said is None:
        return
    begin, last, words = said
    work = _WORK.search(text, begin, last)
    if work is not None:
        yield from (_of_country(text, word) for word in words if word.form == "adjective" and word.start < work.end())
        return
    yield from (_of_country(text, word) for word in ([each for each in words if each.form == "name"] or words)[:1])


# dates and causes


def _release(relation: Relation, text: str) -> Iterator[Read]:  # noqa: ARG001
    """ "is a 1961 Hindi film", else "released on 3 May 1961"."""
    first, last = sentences(text)[0]
    said = _predicate(text)
    match = _IS_OF.match(text, said[0], last) if said is not None else None
    match = match or _RELEASED.search(text) or _FROM.search(text, first, last)
    if match is not None:
        yield _dated(text, match)


def _inception(relation: Relation, text: str) -> Iterator[Read]:  # noqa: ARG001
    match = _BEGUN.search(text) or _LASTED.search(text, *sentences(text)[0])
    if match is not None:
        yield _dated(text, match)


def _dated(text: str, match: re.Match[str]) -> Read:
    return quoted(text, match.start("date"), match.end("date"), (), normal_date(match["date"]))


def _cause(relation: Relation, text: str) -> Iterator[Read]:  # noqa: ARG001
    if match := _CAUSE.search(text):
        yield quoted(text, match.start("cause"), match.end("cause"))


_READERS: dict[str, Callable[[Relation, str], Iterator[Read]]] = {
    "birth": _of_life,
    "death": _of_life,
    "birthplace": _of_life,
    "deathplace": _of_life,
    "mother": parents,
    "father": parents,
    "parent": parents,
    "nationality": _nationality,
    "country": _country,
    "release": _release,
    "inception": _inception,
    "cause": _cause,
}
