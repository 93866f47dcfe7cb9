"""How surely two members are one: their names, and for people and weak names what their documents say around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipeline.text import lexicon
from pipeline.text.comparison import Comparison, person_name
from pipeline.text.values import compatible

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from pipeline.ingest.resolution.members import Context

FULL_NAME = 0.8
COMMON_NAME = 0.65
WEAK_NAME = 0.3
BASE_OF_RULE = {
    "misspelling": 0.45,
    "initials": 0.6,
    "last-name": 0.3,
    "first-name": 0.2,
    "part-of-name": 0.4,
    "middle-name": 0.6,
}
SHARED = 0.15
MAX_SHARED = 0.35
WEAK_NEIGHBOUR = 0.4
SAME_ROLE = 0.05
NOTHING_SHARED = 0.15
MANY_NEIGHBOURS = 2
OTHER_SURROUNDINGS = 0.2
OTHER_FIELD = 0.35
MAX_CLEAR_FIELDS = 2
OTHER_TIMES = 0.2
FAR_APART_YEARS = 40
MAX_CONTRADICTION_YEARS = 2
BORN = "BORN_ON"
MAX_CAREER_YEARS = 75


class Surroundings(Protocol):
    """What is said around one member (`Context`), or around several taken together."""

    @property
    def neighbours(self) -> AbstractSet[str]:
        """See `Context`."""

    @property
    def roles(self) -> AbstractSet[str]:
        """See `Context`."""

    @property
    def facts(self) -> AbstractSet[tuple[str, str, str]]:
        """See `Context`."""

    @property
    def years(self) -> AbstractSet[int]:
        """See `Context`."""


def in_context(named: Comparison, name: str, one: Context, other: Context, *, weak: bool) -> Comparison:
    """A comparison of names, judged again by what is said around their bearers. Differing dates of birth, lives that
    cannot overlap, and fields of work without anything shared forbid the merge."""
    if named.conflict or not named.score:
        return named
    shared = _weight(one.neighbours & other.neighbours)
    forbidden = _conflict(one, other, shared)
    if forbidden:
        return Comparison(0.0, "different", forbidden)
    score = WEAK_NAME if weak else BASE_OF_RULE.get(named.rule, _base(name) * named.score)
    score += min(MAX_SHARED, SHARED * shared + SAME_ROLE * len(one.roles & other.roles))
    if shared < 1:
        score -= _strangeness(one, other)
    rule = f"{named.rule}-and-context" if shared >= 1 else named.rule
    return Comparison(round(min(score, 1.0), 4), rule)


def contradiction(one: Surroundings, other: Surroundings) -> str | None:
    """What forbids that two are one, whatever their names: None where nothing that is said around them does."""
    return _conflict(one, other, _weight(one.neighbours & other.neighbours))


def _strangeness(one: Surroundings, other: Surroundings) -> float:
    """What speaks against two contexts that share no more than a country or a town; two signs outweigh a full name."""
    doubt = 0.0
    if min(len(one.neighbours), len(other.neighbours)) >= MANY_NEIGHBOURS:
        doubt += NOTHING_SHARED
    said = _fields(one), _fields(other)
    fields = [_fields(context) | _domains(context) for context in (one, other)]
    if all(fields) and not fields[0] & fields[1]:
        clear = any(said) and max(map(len, fields)) <= MAX_CLEAR_FIELDS
        doubt += OTHER_FIELD if clear else OTHER_SURROUNDINGS
    if _gap(one, other) > FAR_APART_YEARS:
        doubt += OTHER_TIMES
    return doubt


def _fields(context: Surroundings) -> set[str]:
    known = lexicon.fields_of_work()
    return {known[role] for role in context.roles if role in known}


def _domains(context: Surroundings) -> set[str]:
    known = lexicon.domains()
    return {known[word] for name in context.neighbours for word in name.split() if word in known}


def _gap(one: Surroundings, other: Surroundings) -> int:
    """Years between the time of one context and that of the other; 0 where they overlap or are not known."""
    if not one.years or not other.years:
        return 0
    return max(0, min(other.years) - max(one.years), min(one.years) - max(other.years))


def _base(name: str) -> float:
    return COMMON_NAME if person_name(name).last in lexicon.words("person", "common") else FULL_NAME


def _weight(names: AbstractSet[str]) -> float:
    """How much shared neighbours say: a country or a large town little."""
    return round(sum(WEAK_NEIGHBOUR if _is_region(name) else 1.0 for name in names), 4)


def _is_region(name: str) -> bool:
    return name in lexicon.places() or all(
        lexicon.organisation_word(word).role in {"region", "town", "legal"} for word in name.split()
    )


def _conflict(one: Surroundings, other: Surroundings, shared: float) -> str | None:
    for predicate in sorted({fact[0] for fact in one.facts} & {fact[0] for fact in other.facts}):
        mine = {fact[1:] for fact in one.facts if fact[0] == predicate}
        theirs = {fact[1:] for fact in other.facts if fact[0] == predicate}
        if not any(_agree(first, second, shared) for first in mine for second in theirs):
            return predicate.lower().replace("_", " ")
    if shared < 1:
        if _gap(one, other) > MAX_CAREER_YEARS or _born_after(one, other) or _born_after(other, one):
            return "lifetimes"
        fields = _fields(one), _fields(other)
        if all(fields) and not fields[0] & fields[1]:
            return "fields of work"
    return None


def _agree(first: tuple[str, str], second: tuple[str, str], shared: float) -> bool:
    """Whether two values can both be so, or are a contradiction about one person: close, and with much shared."""
    if compatible(first[0], second[0], first[1]):
        return True
    if shared < 1 or first[1] != "date":
        return first[1] != "date"
    return abs(int(first[0][:4]) - int(second[0][:4])) <= MAX_CONTRADICTION_YEARS


def _born_after(one: Surroundings, other: Surroundings) -> bool:
    """Whether one was born when everything that is said of the other was over."""
    born = [int(value[:4]) for predicate, value, _ in one.facts if predicate == BORN]
    return bool(born and other.years) and max(other.years) < min(born)
