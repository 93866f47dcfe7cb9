"""What people decided about who is who, bound to the local entities that bear those names in those documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.ingest.resolution.members import Member

Verdict = Literal["same", "different"]
KeyPair = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class NamePair:
    """A decision as resolution binds it: a name in one document and a name in another are the same, or are not. Names
    are folded, documents are keys."""

    key: str
    verdict: Verdict
    first_document: str
    first_name: str
    second_document: str
    second_name: str


@dataclass(frozen=True, slots=True)
class Bound:
    """Decisions as pairs of local entity keys, in order; those whose documents or names are not there; and those that
    say together that two things are the same and are not: then they are kept apart."""

    same: tuple[KeyPair, ...] = ()
    apart: tuple[KeyPair, ...] = ()
    unbound: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()


NONE_BOUND = Bound()


def bind(decisions: Iterable[NamePair], members: Iterable[Member]) -> Bound:
    """Bind each decision to the members of its documents: by name first, then by alias, of several the first key."""
    bearers = _bearers(members)
    pairs: dict[Verdict, dict[KeyPair, str]] = {"same": {}, "different": {}}
    unbound: list[str] = []
    for decision in sorted(decisions):
        first = bearers.get((decision.first_document, decision.first_name))
        second = bearers.get((decision.second_document, decision.second_name))
        if first is None or second is None or first == second:
            unbound.append(decision.key)
        else:
            pairs[decision.verdict].setdefault((min(first, second), max(first, second)), decision.key)
    root = _joined(pairs["same"])
    contradicting = [
        key for (one, other), key in pairs["different"].items() if root.get(one, one) == root.get(other, other)
    ]
    return Bound(tuple(sorted(pairs["same"])), tuple(sorted(pairs["different"])), tuple(unbound), tuple(contradicting))


def _bearers(members: Iterable[Member]) -> dict[tuple[str, str], str]:
    """(document, folded name) -> member key."""
    found: dict[tuple[str, str], str] = {}
    ordered = sorted(members, key=lambda member: member.key)
    for member in ordered:
        found.setdefault((member.document, fold(member.name)), member.key)
    for member in ordered:
        for alias in member.aliases:
            found.setdefault((member.document, fold(alias)), member.key)
    return found


def _joined(pairs: Iterable[KeyPair]) -> dict[str, str]:
    """Each key of `pairs` -> one key of all that they join, directly or over others."""
    near: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    root: dict[str, str] = {}
    for start in sorted(near):
        waiting = [] if start in root else [start]
        while waiting:
            key = waiting.pop()
            root[key] = start
            waiting += [each for each in near[key] if each not in root]
    return root
