"""How surely two members are one: their names, and for people and weak names what their documents say around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.text import lexicon
from pipeline.text.comparison import Comparison, person_name
from pipeline.text.values import compatible

if TYPE_CHECKING:
    from pipeline.ingest.resolution.members import Context

FULL_NAME = 0.8
COMMON_NAME = 0.65
WEAK_NAME = 0.3
BASE_OF_RULE = {"initials": 0.6, "last-name": 0.3, "first-name": 0.2, "part-of-name": 0.4, "middle-name": 0.6}
SHARED = 0.15
MAX_SHARED = 0.35
WEAK_NEIGHBOUR = 0.4
SAME_ROLE = 0.05
NOTHING_SHARED = 0.1
MANY_NEIGHBOURS = 3
MAX_CONTRADICTION_YEARS = 2
MAX_CAREER_YEARS = 75


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
    if not shared and min(len(one.neighbours), len(other.neighbours)) >= MANY_NEIGHBOURS:
        score -= NOTHING_SHARED
    rule = f"{named.rule}-and-context" if shared >= 1 else named.rule
    return Comparison(round(min(score, 1.0), 4), rule)


def _base(name: str) -> float:
    return COMMON_NAME if person_name(name).last in lexicon.words("person", "common") else FULL_NAME


def _weight(names: frozenset[str]) -> float:
    """How much shared neighbours say: a country or a large town little."""
    return round(sum(WEAK_NEIGHBOUR if _is_region(name) else 1.0 for name in names), 4)


def _is_region(name: str) -> bool:
    return name in lexicon.places() or all(
        lexicon.organisation_word(word).role in {"region", "town", "legal"} for word in name.split()
    )


def _conflict(one: Context, other: Context, shared: float) -> str | None:
    for predicate in sorted({fact[0] for fact in one.facts} & {fact[0] for fact in other.facts}):
        mine = {fact[1:] for fact in one.facts if fact[0] == predicate}
        theirs = {fact[1:] for fact in other.facts if fact[0] == predicate}
        if not any(_agree(first, second, shared) for first in mine for second in theirs):
            return predicate.lower().replace("_", " ")
    if _lived_apart(one, other) or _lived_apart(other, one):
        return "lifetimes"
    fields = [{lexicon.fields_of_work().get(role) for role in context.roles} - {None} for context in (one, other)]
    if all(fields) and not fields[0] & fields[1] and shared < 1:
        return "fields of work"
    return None


def _agree(first: tuple[str, str], second: tuple[str, str], shared: float) -> bool:
    """Whether two values can both be so, or are a contradiction about one person: close, and with much shared."""
    if compatible(first[0], second[0], first[1]):
        return True
    if shared < 1 or first[1] != "date":
        return first[1] != "date"
    return abs(int(first[0][:4]) - int(second[0][:4])) <= MAX_CONTRADICTION_YEARS


def _lived_apart(one: Context, other: Context) -> bool:
    if not one.years or not other.years:
        return False
    born = [int(value[:4]) for predicate, value, _ in one.facts if predicate == "BORN_ON"]
    if born and max(other.years) < min(born):
        return True
    return min(other.years) - max(one.years) > MAX_CAREER_YEARS
