"""Family: whom a text about someone calls their parents, and who is a man or a woman."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.query.extracts import Read, own_words, quoted, sentences
from pipeline.query.names import names_at
from pipeline.query.phrases import OWN
from pipeline.text.names import fold, gender_of_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.names import NameAt
    from pipeline.query.relations import Gender, Relation

OPENING_CHARS = 600

_PARENT_OF = re.compile(
    r"\b(?:(?:son|daughter|child|children|offspring|heiress|heir)s?\s+(?:and\s+\w+\s+)?(?:of|to)"
    r"|born\b[^.;()]{0,60}?\bto)"
    r"\s+(?:parents\s+)?"
)
_NAMED = re.compile(OWN + r"(?P<who>father|mother),?\s+(?:was\s+|is\s+)?(?:(?:the|an?)\s+)?")
_REVERSED = re.compile(r"\b(?P<who>father|mother)\s+(?:was|is)\s+(?:(?:the|an?)\s+)?")
_OF_ANOTHER = re.compile(r"\b(?:who|whose|married|(?:wife|husband|father|mother)\b(?! of\b[^,]* and\b))")
_ABOUT = frozenset({"He", "She", "It", "His", "Her", "Its", "he", "she", "his", "her"})
_OPENERS = frozenset({"Born", "The", "In", "On", "After", "At"})
_FEMALE = re.compile(
    r"\b(?:[Ss]he|[Hh]er|actress|queen|princess|duchess|countess|empress|daughter of|wife of|heiress|abbess)\b"
)
_MALE = re.compile(r"\b(?:[Hh]e|[Hh]is|[Hh]im|actor|king|prince|duke|count|emperor|son of|husband of|businessman)\b")
_FEMALE_TITLES = frozenset(
    "queen princess duchess countess empress lady infanta archduchess landgravine margravine dame baroness mrs miss "
    "actress wife marchioness viscountess".split()
)
_MALE_TITLES = frozenset(
    "king prince duke count emperor lord infante archduke landgrave margrave sir baron earl mr marquess viscount "
    "sultan tsar shah emir caliph khan".split()
)


def parents(relation: Relation, text: str) -> Iterator[Read]:
    """The parents that a text about someone names, those of the relation's gender or of none that is told."""
    for first, last in about_it(text):
        sentence = text[first:last]
        for pattern in (_NAMED, _REVERSED):
            for match in pattern.finditer(sentence):
                gender: Gender = "f" if match["who"] == "mother" else "m"
                names = names_at(text, first + match.end())[:1]
                if relation.gender in {None, gender} and names:
                    yield _parent(text, names[0], gender)
        said = _PARENT_OF.search(sentence)
        if said is None or _OF_ANOTHER.search(sentence[: said.start()]):
            continue
        both = names_at(text, first + said.end())[:2]
        for name, told in zip(both, _genders(text, both), strict=True):
            if relation.gender is None or told in {relation.gender, None}:
                yield _parent(text, name, told)


def gender_of(text: str) -> Gender | None:
    """Whether the opening of a text about a person says "she" or "he", whichever more; `None` when it says neither."""
    opening = text[:OPENING_CHARS]
    said = Counter(f=len(_FEMALE.findall(opening)), m=len(_MALE.findall(opening)))
    return None if said["f"] == said["m"] else "f" if said["f"] > said["m"] else "m"


def about_it(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text about something that speak of it: the first, and those that begin with its name, "he" or
    "his"."""
    own = own_words(text)
    for number, (first, last) in enumerate(sentences(text)):
        words = text[first:last].split()
        head = {word.strip(",") for word in words[:4]}
        if number == 0 or head & _ABOUT or words[0] in _OPENERS or fold(words[0]) in own:
            yield first, last


def _parent(text: str, name: NameAt, gender: Gender | None) -> Read:
    return replace(quoted(text, name.start, name.end, name.forms), gender=gender)


def _genders(text: str, names: list[NameAt]) -> list[Gender | None]:
    """The genders of one or two parents, by their titles, and of two by their order where titles do not say it."""
    said = [_by_title(text, name) for name in names]
    if len(said) < 2:
        return said
    one, other = said
    if one is None:
        one = "f" if other == "m" else "m"
    return [one, other or ("m" if one == "f" else "f")]


def _by_title(text: str, name: NameAt) -> Gender | None:
    words = {*fold(name.text).split(), *fold(text[max(0, name.start - 30) : name.start]).split()[-2:]}
    if words & _FEMALE_TITLES:
        return "f"
    if words & _MALE_TITLES:
        return "m"
    title = gender_of_title(name.text)
    return "f" if title == "f" else "m" if title == "m" else None
