"""Sentences for chains and comparisons: the answer first, then every step with the words that say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.query.dates import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.query.citation import Citation
    from pipeline.query.compare import Compared, Measured
    from pipeline.query.follow import Found, Node

Said = tuple[str, "tuple[Citation, ...]"]


def of_ways(ways: tuple[Node, ...]) -> Iterator[Said]:
    """One sentence a chain: what it leads to, over which steps, citing each."""
    for node in _distinct(ways):
        over = [step.text for step in node.steps[:-1]]
        said = shown(node.steps[-1])
        yield f"{said} (by way of {', '.join(over)})." if over else f"{said}.", _citations(node.steps)


def of_comparison(compared: Compared) -> Iterator[Said]:
    """The verdict with both sides and their values; without one, the sides alone."""
    sides = "; ".join(f"{side.name}: {_values(side)}" for side in compared.sides)
    steps = [step for side in compared.sides for way in side.ways[:2] for step in way]
    if not any(side.ways for side in compared.sides):
        return
    verdict = {None: "Not decided", "yes": "Yes", "no": "No"}.get(compared.verdict, compared.verdict)
    yield f"{verdict} ({sides}).", _citations(steps)


def shown(found: Found) -> str:
    """What was found, in its document's words; a date that only the graph has as people write it."""
    return (
        found.text
        if found.fact is None or found.normalised is None
        else spoken(found.normalised, found.fact.value_type)
    )


def _values(side: Measured) -> str:
    values = dict.fromkeys(
        " to ".join(shown(end) for end in way[-side.ends :]) + _over(way[: -side.ends]) for way in side.ways
    )
    return " or ".join(values) or "not found"


def _over(steps: tuple[Found, ...]) -> str:
    return f" ({', '.join(step.text for step in steps)})" if steps else ""


def _distinct(ways: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple({(node.steps[-1].normalised or node.name): node for node in reversed(ways)}.values())[::-1]


def _citations(steps: Iterable[Found]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citation for step in steps for citation in step.citations[:1]))
