"""Clusters: which members are one entity. A function of the set of members, whatever their order and batching.

Members that can only be judged together (one name of a place, a work, an organisation) are one atom; people and weak
names are one atom for each context. Atoms are joined by average linkage over the compared pairs, surest first, never
across a conflict: so a third can join two only where, taken together, they agree. What people said is one is joined
first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING

from graph_schema.keys import entity_key
from graph_schema.ontology import UNKNOWN_KIND
from pipeline.ingest.resolution.blocks import link_names
from pipeline.ingest.resolution.evidence import contradiction, in_context
from pipeline.ingest.resolution.members import NO_CONTEXT, compare_names, names_of
from pipeline.text.comparison import UNRELATED, Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.ingest.resolution.blocks import Pair
    from pipeline.ingest.resolution.members import Context, Member, Name

THRESHOLD = 0.5
ALIAS_SCORE = 0.9
MIN_ALIAS_SHARE = 0.2
MIN_MARGIN = 0.15
MAX_ATOMS_OF_NAME = 32
EXACT = 10_000
PARTIAL = frozenset({"initials", "last-name", "first-name", "part-of-name", "middle-left-out", "acronym", "region",
                     "kind-unknown", "line-of-business", "longer-name"})  # fmt: skip
DECIDED = Comparison(1.0, "decision")
APART = Comparison(0.0, "different", "decision")
SAME_NAME = Comparison(1.0, "same-name")
ALONE = Comparison(1.0, "alone")
AMBIGUOUS = Comparison(0.0, "ambiguous")


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which entity a member is, by which rule and how surely (0 to 1)."""

    member: str
    entity: str
    kind: str
    rule: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """Members that cannot be told apart: those of one name, for people with one context. `key` is the first member's:
    an order of atoms that no batching changes."""

    key: str
    names: tuple[Name, ...]
    context: Context
    members: tuple[str, ...]


@dataclass(slots=True)
class Resolution:
    """The assignments by member key, what was compared, the verdict on each compared pair of atoms, and the pairs of
    names that no entity bears together."""

    assignments: dict[str, Assignment] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    compared: dict[tuple[Atom, Atom], Comparison] = field(default_factory=dict)
    barred: set[Pair] = field(default_factory=set)


def cluster(
    members: Iterable[Member],
    same: Iterable[tuple[str, str]] = (),
    apart: Iterable[tuple[str, str]] = (),
    links: Mapping[Pair, Comparison] | None = None,
) -> Resolution:
    """Resolve `members`. `same` and `apart` are pairs of member keys that people decided on: they bind, and `apart`
    wins. `links` are the comparisons of their names where the caller has made them over more names than these."""
    known = {member.key: member for member in members}
    resolution = Resolution()
    names = {key: names_of(known[key]) for key in sorted(known)}
    if links is None:
        links = link_names((name for each in names.values() for name in each), resolution.counts)
    same = [pair for pair in same if set(pair) <= known.keys()]
    apart = [pair for pair in apart if set(pair) <= known.keys()]
    atoms = _atoms(known, names, {key for pair in (*same, *apart) for key in pair})
    compared = _comparisons(atoms, names, links, resolution.counts)
    _decide(compared, atoms, same, apart)
    resolution.compared = _unambiguous(compared)
    resolution.barred = {pair for pair, link in links.items() if link.conflict}
    groups = _linked(sorted(atoms, key=lambda atom: atom.key), resolution.compared, _barred(resolution.barred))
    groups = _decided(groups, same, apart)
    best = _best_links(groups, resolution.compared)
    resolution.assignments = {each.member: each for each in _assignments(groups, known, names, best)}
    return resolution


def _atoms(known: Mapping[str, Member], names: Mapping[str, tuple[Name, ...]], decided: set[str]) -> list[Atom]:
    grouped: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for key, own in names.items():
        if not own or own[0].weak or key in decided:
            grouped[(key,)].append(key)
        elif own[0].alone:
            grouped[(own, known[key].context)].append(key)
        else:
            grouped[(own[0],)].append(key)
    return [_atom(known, names, members) for members in grouped.values()]


def _atom(known: Mapping[str, Member], names: Mapping[str, tuple[Name, ...]], members: list[str]) -> Atom:
    own = names[members[0]]
    context = known[members[0]].context if own and own[0].alone else NO_CONTEXT
    return Atom(min(members), own if own and own[0].alone else own[:1], context, tuple(sorted(members)))


def _comparisons(
    atoms: list[Atom],
    names: Mapping[str, tuple[Name, ...]],
    links: Mapping[Pair, Comparison],
    counts: Counter[str],
) -> dict[tuple[Atom, Atom], Comparison]:
    """The verdict on every pair of atoms that share a name or have linked names, each pair in order of key."""
    bearers: dict[Name, list[Atom]] = defaultdict(list)
    for atom in sorted(atoms, key=lambda atom: atom.key):
        for name in atom.names:
            bearers[name].append(atom)
    found: dict[tuple[Atom, Atom], Comparison] = {}
    for name in sorted(bearers):
        for one, other in _pairs_of_name(bearers[name], counts):
            _keep_best(found, one, other, _judge(name, name, one, other))
    for (first, second), link in sorted(links.items(), key=lambda item: item[0]):
        if link == UNRELATED or link.conflict:
            continue
        for one, other in _pairs_of_names(bearers.get(first, []), bearers.get(second, []), counts):
            _keep_best(found, one, other, _judge(first, second, one, other, link))
    for pair, verdict in _alias_links(atoms, names, bearers):
        _keep_best(found, *pair, verdict)
    counts["pairs of members"] += len(found)
    return found


def _keep_best(found: dict[tuple[Atom, Atom], Comparison], one: Atom, other: Atom, verdict: Comparison) -> None:
    if one is other:
        return
    pair = (one, other) if one.key < other.key else (other, one)
    known = found.get(pair)
    if known is None or (verdict.score, verdict.rule) > (known.score, known.rule):
        found[pair] = verdict


def _judge(first: Name, second: Name, one: Atom, other: Atom, link: Comparison | None = None) -> Comparison:
    named = link or SAME_NAME
    if first.alone and second.alone:
        return in_context(named, first.text, one.context, other.context, weak=first.weak and second.weak)
    return named


def _pairs_of_name(bearers: list[Atom], counts: Counter[str]) -> Iterator[tuple[Atom, Atom]]:
    """Every pair of a name's atoms; of very many only those that share something, and a chain through all, in which
    those of whom the same is said are beside each other: a contradiction then breaks it in one place only."""
    if len(bearers) <= MAX_ATOMS_OF_NAME:
        yield from combinations(bearers, 2)
        return
    counts["names cut finer"] += 1
    bearers = sorted(bearers, key=lambda atom: (sorted(atom.context.facts), sorted(atom.context.roles), atom.key))
    yield from pairwise(bearers)
    for shared in _sharing(bearers).values():
        yield from pairwise(shared)


def _pairs_of_names(one: list[Atom], other: list[Atom], counts: Counter[str]) -> Iterator[tuple[Atom, Atom]]:
    if len(one) * len(other) <= MAX_ATOMS_OF_NAME**2:
        yield from product(one, other)
        return
    counts["names cut finer"] += 1
    yield one[0], other[0]
    mine, theirs = _sharing(one), _sharing(other)
    for token in sorted(mine.keys() & theirs.keys()):
        yield from ((atom, theirs[token][0]) for atom in mine[token])
        yield from ((mine[token][0], atom) for atom in theirs[token])


def _sharing(atoms: list[Atom]) -> dict[str, list[Atom]]:
    found: dict[str, list[Atom]] = defaultdict(list)
    for atom in atoms:
        for token in atom.context.tokens:
            found[token].append(atom)
    return dict(sorted(found.items()))


def _alias_links(
    atoms: list[Atom], names: Mapping[str, tuple[Name, ...]], bearers: Mapping[Name, list[Atom]]
) -> Iterator[tuple[tuple[Atom, Atom], Comparison]]:
    """A document that gives one thing two names joins the bearers of both; one document among very many does not."""
    for atom in atoms:
        if len(atom.names) > 1 or not atom.names:
            continue
        said = Counter(name for member in atom.members for name in names[member][1:])
        for name, count in sorted(said.items()):
            for other in bearers.get(name, ()):
                enough = count >= MIN_ALIAS_SHARE * min(len(atom.members), len(other.members))
                if other is not atom and enough and not compare_names(atom.names[0], name).conflict:
                    yield (atom, other), Comparison(ALIAS_SCORE, "alias")


def _decide(
    compared: dict[tuple[Atom, Atom], Comparison],
    atoms: list[Atom],
    same: Sequence[tuple[str, str]],
    apart: Sequence[tuple[str, str]],
) -> None:
    at = {member: atom for atom in atoms for member in atom.members}
    for pairs, verdict in ((same, DECIDED), (apart, APART)):  # what is apart overrides
        for first, second in pairs:
            one, other = sorted((at[first], at[second]), key=lambda atom: atom.key)
            if one is not other:
                compared[(one, other)] = verdict


def _unambiguous(compared: Mapping[tuple[Atom, Atom], Comparison]) -> dict[tuple[Atom, Atom], Comparison]:
    """The verdicts without the links of a name that says too little to choose between two others that exclude each
    other: "J. Berg" joins neither Jon Berg nor Jane Berg, unless what is said around it prefers one."""
    partial: dict[Atom, list[tuple[float, Atom]]] = defaultdict(list)
    for (one, other), verdict in compared.items():
        if verdict.score >= THRESHOLD and verdict.rule.removesuffix("-and-context") in PARTIAL:
            partial[one].append((verdict.score, other))
            partial[other].append((verdict.score, one))
    dropped: set[tuple[Atom, Atom]] = set()
    for atom, links in partial.items():
        best = max(score for score, _ in links)
        near = [other for score, other in links if best - score < MIN_MARGIN]
        if any(_exclude(first, second, compared) for first, second in _representatives(near)):
            wanted = [other for _, other in links]
        else:
            wanted = [
                other
                for score, other in links
                if best - score >= MIN_MARGIN and any(_exclude(other, each, compared) for each in near[:1])
            ]
        dropped |= {(atom, other) if atom.key < other.key else (other, atom) for other in wanted}
    return {**compared, **dict.fromkeys(dropped, AMBIGUOUS)} if dropped else dict(compared)


def _representatives(atoms: list[Atom]) -> Iterator[tuple[Atom, Atom]]:
    """Pairs of atoms, one for each name: linear where thousands share one."""
    first: dict[Name, Atom] = {}
    for atom in sorted(atoms, key=lambda atom: atom.key):
        for name in atom.names[:1]:
            first.setdefault(name, atom)
    yield from combinations(list(first.values())[:MAX_ATOMS_OF_NAME], 2)


def _exclude(one: Atom, other: Atom, compared: Mapping[tuple[Atom, Atom], Comparison]) -> bool:
    pair = (one, other) if one.key < other.key else (other, one)
    known = compared.get(pair)
    if known is None and one.names and other.names:
        known = compare_names(one.names[0], other.names[0])
    return known is not None and known.conflict is not None


def _decided(
    groups: list[list[Atom]], same: Sequence[tuple[str, str]], apart: Sequence[tuple[str, str]]
) -> list[list[Atom]]:
    """Join the groups that people said are one, whatever else speaks against it, but for what they said is apart."""
    at = {member: number for number, group in enumerate(groups) for atom in group for member in atom.members}
    joined = {number: list(group) for number, group in enumerate(groups)}
    for first, second in sorted(same):
        one, other = sorted((at[first], at[second]))
        if one == other or any({at[mine], at[theirs]} == {one, other} for mine, theirs in apart):
            continue
        for atom in joined[other]:
            at |= dict.fromkeys(atom.members, one)
        joined[one] += joined.pop(other)
    return [joined[number] for number in sorted(joined)]


def _barred(pairs: Iterable[Pair]) -> dict[Name, set[Name]]:
    """Name -> the names that no bearer of it can have."""
    found: dict[Name, set[Name]] = defaultdict(set)
    for first, second in pairs:
        found[first].add(second)
        found[second].add(first)
    return found


@dataclass(slots=True)
class _Cluster:
    """Atoms joined so far, their names, what is said around all of them, and for each other cluster the sum of scores
    and the number of pairs compared."""

    key: str
    atoms: list[Atom]
    size: int
    names: set[Name]
    context: _Surroundings
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Surroundings:
    """The contexts of several atoms as one, to which others can be added."""

    neighbours: set[str]
    roles: set[str]
    facts: set[tuple[str, str, str]]
    years: set[int]

    @classmethod
    def of(cls, context: Context) -> _Surroundings:
        return cls(set(context.neighbours), set(context.roles), set(context.facts), set(context.years))

    def add(self, other: _Surroundings) -> None:
        self.neighbours |= other.neighbours
        self.roles |= other.roles
        self.facts |= other.facts
        self.years |= other.years


def _linked(
    atoms: list[Atom], compared: Mapping[tuple[Atom, Atom], Comparison], barred: Mapping[Name, set[Name]]
) -> list[list[Atom]]:
    """Average linkage: the pair of clusters with the highest mean score first, of equals the one larger when it was
    last scored, then by key. Scores are added as whole numbers, so that no order of addition shows. Two clusters whose
    names or contexts, taken together, forbid it are not joined, even where no pair that does was compared."""
    clusters = _singletons(atoms, compared)
    at = {atom.key: atom.key for atom in atoms}
    for (one, other), verdict in sorted(compared.items(), key=lambda item: (item[0][0].key, item[0][1].key)):
        if verdict == DECIDED:
            _join_decided(one, other, clusters, at)
    heap = [
        _entry(clusters[mine], clusters[theirs]) for mine in clusters for theirs in clusters[mine].sums if mine < theirs
    ]
    heapify(heap)
    while heap:
        score, _, mine, theirs = heappop(heap)
        if -score < THRESHOLD:
            break
        left, right = clusters.get(mine), clusters.get(theirs)
        if left is None or right is None or theirs in left.conflicts or _entry(left, right)[0] != score:
            continue
        if _forbidden(left, right, barred):
            left.conflicts.add(theirs)
            right.conflicts.add(mine)
            continue
        for key in _absorb(left, right, clusters):
            heappush(heap, _entry(left, clusters[key]))
    return [clusters[key].atoms for key in sorted(clusters)]


def _singletons(atoms: list[Atom], compared: Mapping[tuple[Atom, Atom], Comparison]) -> dict[str, _Cluster]:
    clusters = {
        atom.key: _Cluster(atom.key, [atom], len(atom.members), set(atom.names[:1]), _Surroundings.of(atom.context))
        for atom in atoms
    }
    for (one, other), verdict in compared.items():
        for mine, theirs in ((one.key, other.key), (other.key, one.key)):
            if verdict.conflict:
                clusters[mine].conflicts.add(theirs)
            clusters[mine].sums[theirs] = (round(verdict.score * EXACT), 1)
    return clusters


def _entry(one: _Cluster, other: _Cluster) -> tuple[float, int, str, str]:
    total, count = one.sums[other.key]
    mine, theirs = sorted((one.key, other.key))
    return (-total / count / EXACT, -(one.size + other.size), mine, theirs)


def _forbidden(one: _Cluster, other: _Cluster, barred: Mapping[Name, set[Name]]) -> bool:
    return any(not other.names.isdisjoint(barred.get(name, ())) for name in one.names) or bool(
        contradiction(one.context, other.context)
    )


def _join_decided(one: Atom, other: Atom, clusters: dict[str, _Cluster], at: dict[str, str]) -> None:
    """Join the clusters of two atoms that people said are one, unless something between them forbids it. `at` is the
    cluster of each atom."""
    left, right = sorted((at[one.key], at[other.key]))
    if left == right or right in clusters[left].conflicts:
        return
    at |= {atom.key: left for atom in clusters[right].atoms}
    _absorb(clusters[left], clusters[right], clusters)


def _absorb(one: _Cluster, other: _Cluster, clusters: dict[str, _Cluster]) -> list[str]:
    """Add `other` to `one`. Returns the clusters whose mean score with `one` is another now."""
    del clusters[other.key]
    one.atoms += other.atoms
    one.size += other.size
    one.names |= other.names
    one.context.add(other.context)
    one.sums.pop(other.key, None)
    other.sums.pop(one.key, None)
    for key, (total, count) in other.sums.items():
        known = one.sums.get(key, (0, 0))
        merged = (known[0] + total, known[1] + count)
        one.sums[key] = clusters[key].sums[one.key] = merged
        clusters[key].sums.pop(other.key, None)
    for key in other.conflicts:
        one.conflicts.add(key)
        if key in clusters:
            clusters[key].conflicts.discard(other.key)
            clusters[key].conflicts.add(one.key)
    return list(other.sums)


def _best_links(groups: list[list[Atom]], compared: Mapping[tuple[Atom, Atom], Comparison]) -> dict[str, Comparison]:
    """For each atom the surest verdict that ties it to another of its group."""
    at = {atom.key: number for number, group in enumerate(groups) for atom in group}
    found: dict[str, Comparison] = {}
    for (one, other), verdict in compared.items():
        if at[one.key] == at[other.key]:
            for key in (one.key, other.key):
                if key not in found or (verdict.score, verdict.rule) > (found[key].score, found[key].rule):
                    found[key] = verdict
    return found


def _assignments(
    groups: list[list[Atom]],
    known: Mapping[str, Member],
    names: Mapping[str, tuple[Name, ...]],
    best: Mapping[str, Comparison],
) -> Iterator[Assignment]:
    """Every member's entity. Of several entities with one name the largest has the plain id, so that a new homonym
    does not rename it; the others' ids hold their first member."""
    bearers: dict[tuple[str, str], list[tuple[int, str, list[Atom], str]]] = defaultdict(list)
    for group in groups:
        members = sorted(key for atom in group for key in atom.members)
        kind = _voted_kind(known[key].kind for key in members)
        family = _voted_kind(known[key].family for key in members)
        said = _canonical_name(members, names)
        bearers["Person" if family == "Person" else "", said].append((-len(members), members[0], group, kind))
    for (family, said), homonyms in sorted(bearers.items()):
        for place, (_, first, group, kind) in enumerate(sorted(homonyms, key=lambda entry: entry[:2])):
            weak = all(name.weak for atom in group for name in atom.names[:1])
            entity = entity_key(family, f"{said}\0{first}" if place or weak else said)
            for atom in group:
                verdict = best.get(atom.key) or (SAME_NAME if len(atom.members) > 1 else ALONE)
                for key in atom.members:
                    yield Assignment(key, entity, kind, verdict.rule if atom.names else "unnamed", verdict.score)


def _canonical_name(members: Sequence[str], names: Mapping[str, tuple[Name, ...]]) -> str:
    """The name most members bear, of equals the one with most words: it stays when a few documents are added."""
    votes = Counter(names[key][0].title for key in members if names[key])
    return min(votes, key=lambda title: (-votes[title], -len(title.split()), title), default="")


def _voted_kind(kinds: Iterable[str]) -> str:
    """The kind most members have, the unknown one only where no member has another; of equals the first in order."""
    votes = Counter(kind for kind in kinds if kind != UNKNOWN_KIND)
    return min(votes, key=lambda kind: (-votes[kind], kind), default=UNKNOWN_KIND)
