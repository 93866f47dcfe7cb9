"""Compare: which of two things comes first or last, and whether they have something in common. Where one side is told
in more than one way, every way must give the same verdict; otherwise there is none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from pipeline.text.names import fold

if TYPE_CHECKING:
    from pipeline.query.follow import Follower, Found, Node
    from pipeline.query.link import Linked
    from pipeline.query.question import Comparison, Question

DAYS_A_MONTH, DAYS_A_YEAR = 31, 372

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """One side of a comparison: its name, and each way that leads to a value, with the value's own steps last."""

    name: str
    ways: tuple[tuple[Found, ...], ...]
    ends: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides and the verdict: the name of one, "yes" or "no"; `None` where what was found does not decide it."""

    sides: tuple[Measured, Measured]
    verdict: str | None


def compare(question: Question, names: tuple[Linked, ...], follower: Follower) -> Compared:
    """Compare the two sides of a question that was parsed as a comparison. `names` are all of the question's."""
    comparison = question.comparison
    assert comparison is not None
    one, other = (_measured(names[side], question, comparison, follower) for side in comparison.sides)
    if comparison.measure is None:
        return Compared((one, other), _same(one, other))
    first = _first(one, other)
    if first is None:
        return Compared((one, other), None)
    return Compared((one, other), other.name if first == comparison.last else one.name)


def _measured(linked: Linked, question: Question, comparison: Comparison, follower: Follower) -> Measured:
    ways: list[tuple[Found, ...]] = []
    for node in follower.follow(follower.start(linked), question.chain):
        ways += [(*node.steps, *values) for values in _values(node, comparison, follower)]
    return Measured(linked.name, tuple(ways), 2 if comparison.measure == "age" else 1)


def _values(node: Node, comparison: Comparison, follower: Follower) -> list[tuple[Found, ...]]:
    if comparison.measure == "age":
        told = [follower.found(node, hop) for hop in comparison.hops]
        return [tuple(ends) for ends in product(*told)]
    for hop in comparison.hops:
        if found := follower.found(node, hop):
            return [(each,) for each in found]
    return []


def _first(one: Measured, other: Measured) -> bool | None:
    """Whether the first side comes before the second (is the younger in age), by every pair of ways."""
    spans = [[_extent(way, side.ends) for way in side.ways] for side in (one, other)]
    verdicts = {_before(first, second) for first in spans[0] for second in spans[1]}
    return verdicts.pop() if len(verdicts) == 1 else None


def _extent(way: tuple[Found, ...], ends: int) -> Span | None:
    """The days a value can stand for; of two dates the number of days between them."""
    spans = [_days(each.normalised) for each in way[-ends:]]
    if any(span is None for span in spans):
        return None
    if ends == 1:
        return spans[0]
    (born_first, born_last), (died_first, died_last) = (span for span in spans if span is not None)
    return died_first - born_last, died_last - born_first


def _days(date: str | None) -> Span | None:
    """First and last day of a date of any precision, on a calendar of months of 31 days."""
    if date is None:
        return None
    first, _, last = date.partition("/")
    return _day(first, last=False), _day(last or first, last=True)


def _day(date: str, *, last: bool) -> int:
    year, month, day = ([int(part) for part in date.split("-")] + [0, 0])[:3]
    return year * DAYS_A_YEAR + (month or (12 if last else 1)) * DAYS_A_MONTH + (day or (31 if last else 1))


def _before(one: Span | None, other: Span | None) -> bool | None:
    if one is None or other is None:
        return None
    if one[1] < other[0]:
        return True
    return False if other[1] < one[0] else None


def _same(one: Measured, other: Measured) -> str | None:
    values = [{_normal(way[-1]) for way in side.ways} for side in (one, other)]
    if not all(values):
        return None
    agree = any(_agree(first, second) for first in values[0] for second in values[1])
    return "yes" if agree else "no"


def _normal(found: Found) -> tuple[str, ...]:
    """A value in its parts: a country is one, a place is followed by what it lies in."""
    if found.normalised is not None:
        return (found.normalised,)
    return tuple(fold(part) for part in found.text.split(","))


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return (
        one[0] == other[0]
        or (len(one) > 1 and len(other) == 1 and other[0] in one)
        or (len(other) > 1 and len(one) == 1 and one[0] in other)
    )
