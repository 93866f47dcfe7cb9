"""Why local entities are one entity, and what was kept apart from it: recomputed as resolution computes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.ingest.resolution.cluster import THRESHOLD, Resolution, cluster
from pipeline.ingest.resolution.members import compare_names, names_of
from pipeline.ingest.resolve import bound_decisions, closure_of, in_context, links_within, member_of
from pipeline.text.comparison import main_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.ontology import Ontology
    from pipeline.ingest.resolution.members import Member, Name
    from pipeline.store.driver import Store

MAX_KEPT_APART = 20
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Joined:
    """One member of an entity: its name in its document, and what joined it to the others, how surely (0 to 1)."""

    local_entity: str
    document: str
    source: str
    path: str
    record: str | None
    name: str
    rule: str
    score: float


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Another entity that was compared with this one and not joined: by which names, how near it came (0 to 1), and
    why not; `forbidden` says that a conflict forbade it, whatever else spoke for it."""

    entity: str
    name: str
    of: str
    score: float
    reason: str
    forbidden: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """One entity that bears a name: its members in order of document, and the nearest that was kept apart."""

    entity: str
    kind: str
    members: tuple[Joined, ...]
    apart: tuple[KeptApart, ...]


def explain(store: Store, ontology: Ontology, name: str) -> list[Explanation]:
    """Every entity with a member that bears `name`, whatever its kind, largest first; empty when there is none."""
    titled = [row["key"] for row in store.read("names_titled", block=f"={main_title(name)}")]
    if not titled:
        return []
    bound = bound_decisions(store, ontology)
    found = closure_of(store.read, bound, titled)
    rows = {row["key"]: row for row in store.read("bearers_of_names", names=sorted(found.names))}
    members = {
        each.key: each for each in in_context(store.read, ontology, [member_of(row, ontology) for row in rows.values()])
    }
    resolution = cluster(members.values(), bound.same, bound.apart, links_within(found, Counter()))
    documents = {row["key"]: row for row in store.read("documents_by_key", documents=_documents(members))}
    wanted = {
        resolution.assignments[key].entity
        for key, member in members.items()
        if any(each.title == main_title(name) for each in names_of(member))
    }
    apart = _kept_apart(resolution, members, wanted)
    explained = [_explanation(entity, resolution, members, documents, apart[entity]) for entity in sorted(wanted)]
    return sorted(explained, key=lambda each: (-len(each.members), each.entity))


def _documents(members: dict[str, Member]) -> list[str]:
    return sorted({member.document for member in members.values()})


def _explanation(
    entity: str, resolution: Resolution, members: dict[str, Member], documents: dict[str, Row], apart: list[KeptApart]
) -> Explanation:
    inside = [each for each in resolution.assignments.values() if each.entity == entity]
    joined = []
    for each in inside:
        member = members[each.member]
        document = documents[member.document]
        joined.append(
            Joined(
                each.member,
                member.document,
                document["source"],
                document["path"],
                document["record"],
                member.name,
                each.rule,
                each.score,
            )
        )
    joined.sort(key=lambda each: (each.source, each.path, each.record or "", each.local_entity))
    return Explanation(entity, inside[0].kind, tuple(joined), tuple(apart))


def _kept_apart(resolution: Resolution, members: dict[str, Member], wanted: set[str]) -> dict[str, list[KeptApart]]:
    """For each wanted entity the other entities it was compared with, each once, by its most telling pair."""
    best: dict[tuple[str, str], KeptApart] = {}
    for mine, other, candidate in _candidates(resolution, members):
        if mine in wanted and mine != other:
            known = best.get((mine, other))
            if known is None or _telling(candidate) > _telling(known):
                best[mine, other] = candidate
    found: dict[str, list[KeptApart]] = defaultdict(list)
    for (mine, _), candidate in sorted(best.items(), key=lambda item: (-item[1].score, item[0])):
        if len(found[mine]) < MAX_KEPT_APART:
            found[mine].append(candidate)
    return found


def _telling(candidate: KeptApart) -> tuple[bool, float, str, str]:
    """What forbids a merge explains more than how near another pair came."""
    return candidate.forbidden, candidate.score, candidate.reason, candidate.name


def _candidates(resolution: Resolution, members: dict[str, Member]) -> Iterator[tuple[str, str, KeptApart]]:
    """(entity, other entity, why) for every compared pair of atoms that are not one entity, in both directions."""
    entity_of = {key: each.entity for key, each in resolution.assignments.items()}
    for (one, other), verdict in resolution.compared.items():
        if entity_of[one.key] == entity_of[other.key]:
            continue
        reason = verdict.conflict or _reason(verdict.rule, verdict.score)
        for mine, theirs in ((one, other), (other, one)):
            name = members[theirs.key].name
            yield (
                entity_of[mine.key],
                entity_of[theirs.key],
                KeptApart(
                    entity_of[theirs.key],
                    name,
                    members[mine.key].name,
                    verdict.score,
                    reason,
                    verdict.conflict is not None,
                ),
            )
    for first, second in _names_that_forbid(resolution, members):
        reason = compare_names(*sorted((first[0], second[0]))).conflict or ""
        for (said, key), (refused, bearer) in ((first, second), (second, first)):
            if entity_of[key] != entity_of[bearer]:
                candidate = KeptApart(entity_of[bearer], refused.text, said.text, 0.0, reason, forbidden=True)
                yield entity_of[key], entity_of[bearer], candidate


def _reason(rule: str, score: float) -> str:
    if rule in {"ambiguous", "different"}:
        return rule
    return f"{rule} is not enough" if score < THRESHOLD else f"{rule}, but others of the two disagree"


def _names_that_forbid(
    resolution: Resolution, members: dict[str, Member]
) -> Iterator[tuple[tuple[Name, str], tuple[Name, str]]]:
    """Pairs of names, each with one of its bearers, that cannot be one."""
    bearer: dict[Name, str] = {}
    for key in sorted(members):
        for name in names_of(members[key])[:1]:
            bearer.setdefault(name, key)
    for first, second in sorted(resolution.barred):
        if first in bearer and second in bearer:
            yield (first, bearer[first]), (second, bearer[second])
