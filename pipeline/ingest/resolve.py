"""Resolve: which local entities are one entity, for the names that a run touched and all that hangs on them.

The queue is in the graph, as derivation's is: documents wait in the states `loaded` and `named`, names whose bearers
came, left or were decided upon are marked `Stale`. Everything that is linked to a stale name, over whatever chain of
candidates, is resolved again as one, so that the outcome equals that of resolving the whole graph.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from graph_schema.statements import statement
from pipeline.ingest.plan import grouped
from pipeline.ingest.resolution.blocks import MAX_BLOCK_NAMES, finer_key, keys_of, pairs_of
from pipeline.ingest.resolution.cluster import Resolution, cluster
from pipeline.ingest.resolution.context import context_of
from pipeline.ingest.resolution.decisions import Bound, NamePair, bind
from pipeline.ingest.resolution.members import Member, Name, compare_names, family_of, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graph_schema.ontology import Ontology
    from pipeline.ingest.resolution.blocks import Pair
    from pipeline.store.driver import Store, Transaction
    from pipeline.text.comparison import Comparison

BATCH_DOCUMENTS = 100
BATCH_NAMES = 500
PAGE_NAMES = 100_000
BATCH_ROWS = 1_000
# From here on a plan that was made for a graph that held nothing costs more (up to a minute) than planning again.
REPLAN_NODES = 10_000
RESOLUTION_NOTES = (
    "contradicting decisions",
    "unbound decisions",
    "blocks cut finer",
    "blocks chained",
    "names cut finer",
)
Row = dict[str, Any]
Read = Callable[..., list[Row]]
UNRESOLVED: Row = {"entity": None, "entity_kind": None, "rule": None, "score": None}


def resolve(
    store: Store, ontology: Ontology, progress: Callable[[int], None], checkpoint: Callable[[], None] = lambda: None
) -> Counter[str]:
    """Resolve the local entities of every loaded document, and whatever they or a decision touch.

    Returns what was done, for the report: documents, pairs compared, blocks and names cut finer, decisions that
    contradict each other or are bound to nothing. A transaction settles a batch of names with all that is linked to
    them, and marks every entity and fact it touches for derivation. `checkpoint` is called between transactions, and
    may raise.
    """
    counts: Counter[str] = Counter()
    documents = _documents(store, "loaded")
    is_large = bool(documents) and store.read("count_nodes")[0]["nodes"] >= REPLAN_NODES
    if is_large:
        store.replan()
    while documents:
        store.write("knowledge", lambda tx, documents=documents: _name_documents(tx, ontology, documents))  # type: ignore[misc]
        counts["documents"] += len(documents)
        progress(counts["documents"])
        checkpoint()
        documents = _documents(store, "loaded")
    if is_large:
        store.replan()  # there are names and blocks now
    bound = bound_decisions(store, ontology)
    for stale in _stale_names(store):
        counts += store.write("knowledge", lambda tx, stale=stale: _settle(tx, ontology, bound, stale))  # type: ignore[misc]
        checkpoint()
    while documents := _documents(store, "named"):
        store.write(
            "knowledge",
            lambda tx, documents=documents: tx.write("set_document_state", documents=documents, state="resolved"),  # type: ignore[misc]
        )
    counts["contradicting decisions"] += len(bound.contradicting)
    counts["unbound decisions"] += len(bound.unbound)
    return +counts


def bound_decisions(store: Store, ontology: Ontology) -> Bound:
    """Every decision in the graph, bound to the local entities that bear its names now."""
    decisions = [NamePair(**{name: row[name] for name in NamePair.__slots__}) for row in store.read("decisions")]
    documents = sorted({key for each in decisions for key in (each.first_document, each.second_document)})
    rows = store.read("local_entities_of", documents=documents) if documents else []
    return bind(decisions, [member_of(row, ontology) for row in rows])


def _documents(store: Store, state: str) -> list[str]:
    return [row["key"] for row in store.read("documents_in_state", state=state, limit=BATCH_DOCUMENTS)]


def _stale_names(store: Store) -> Iterator[list[str]]:
    """The queue of names in batches: each is to be settled, maybe with names of others, before the next is taken."""
    while page := [row["key"] for row in store.read("stale_names", limit=PAGE_NAMES)]:
        for names in grouped(page, BATCH_NAMES):
            if stale := [row["key"] for row in store.read("still_stale_names", names=names)]:
                yield stale


def member_of(row: Row, ontology: Ontology) -> Member:
    """The member of a row of `local_entities_of` or `bearers_of_names`, without its context."""
    return Member(
        key=row["key"],
        document=row["document"],
        kind=row["kind"],
        family=family_of(row["kind"], ontology),
        name=row["name"],
        aliases=tuple(row["aliases"] or ()),
        named=row.get("named", True),
    )


# names


def _name_documents(tx: Transaction, ontology: Ontology, documents: list[str]) -> None:
    """Write the names of documents and put them on the queue. What has no name is an entity of its own at once where a
    fact will be about it, and else none: nothing but its document speaks of it."""
    rows = tx.run(statement("read", "local_entities_of"), documents=documents)
    members = [member_of(row, ontology) for row in rows]
    stated = {row["key"] for row in rows if row["stated"]}
    borne = {member.key: names_of(member) for member in members}
    names = sorted({name for each in borne.values() for name in each})
    links = [{"local": key, "name": name.key} for key in sorted(borne) for name in borne[key]]
    blocks = [{"name": name.key, "block": key} for name in names for key in keys_of(name)]
    _write(tx, "merge_names", [{"key": name.key, "family": name.family, "text": name.text} for name in names])
    for part in _sliced(sorted({row["block"] for row in blocks})):
        tx.write("merge_blocks", keys=part)
    _write(tx, "link_names", links)
    _write(tx, "link_blocks", blocks)
    nameless = [member for member in members if not borne[member.key] and (member.named or member.key in stated)]
    _write_assignments(tx, cluster(nameless), {})
    tx.write("set_document_state", documents=documents, state="named")


# the closure of stale names


@dataclass(slots=True)
class Closure:
    """Names with everything that is linked to them over any chain: those in `borne` still have a bearer."""

    names: set[str] = field(default_factory=set)
    borne: dict[str, Name] = field(default_factory=dict)
    blocks: dict[str, list[Name]] = field(default_factory=dict)
    cut: dict[str, bool] = field(default_factory=dict)


def closure_of(read: Read, bound: Bound, stale: Iterable[str]) -> Closure:
    """Follow blocks, second names of one local entity, and decisions from `stale` until nothing is added."""
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other in bound.same:
        partners[one].add(other)
        partners[other].add(one)
    found = Closure()
    blocks_of: dict[str, set[str]] = defaultdict(set)
    frontier = set(stale)
    while frontier:
        found.names |= frontier
        near: set[str] = set()
        keys = sorted(frontier)
        around = {block for key in keys for block in blocks_of[key]}
        for row in read("names_in_blocks", names=keys, known=sorted(around)):
            near |= _take_block(found, row)
            around.add(row["key"])
            for name in row["names"]:
                blocks_of[name["key"]].add(row["key"])
        for row in read("names_beside", names=keys):
            near.add(row["key"])
        if partners:
            bearers = {row["key"] for row in read("bearers_of_names", names=keys)}
            others = sorted({other for key in bearers for other in partners.get(key, ())})
            near |= {row["key"] for row in read("names_of_local_entities", local_entities=others)}
        near |= _linked_in_blocks(found, frontier, around)
        frontier = near - found.names
    return found


def _take_block(found: Closure, row: Row) -> set[str]:
    """Remember a block. Where it became too large to compare every pair, or small enough again, all its names are
    touched, since other pairs are compared now."""
    names = {each["key"]: Name(each["family"], each["text"]) for each in row["names"]}
    borne = {each["key"]: names[each["key"]] for each in row["names"] if each["borne"]}
    found.borne |= borne
    found.blocks[row["key"]] = sorted(names.values())
    cut = len(borne) > MAX_BLOCK_NAMES and not row["key"].startswith("=")
    if cut != row["cut"]:
        found.cut[row["key"]] = cut
        return set(names)
    return set()


def _linked_in_blocks(found: Closure, frontier: set[str], around: set[str]) -> set[str]:
    """The names that a name of the frontier is linked to in the blocks around it. In a large block the names of the
    same finer key are all taken, as the pairs that are compared there depend on how many there are."""
    near: set[str] = set()
    for key in sorted(around):
        names = found.blocks[key]
        if all(name.key in found.names for name in names):
            continue
        inside = [name for name in names if name.key in frontier]
        if key.startswith("="):
            near |= {name.key for name in names}
        elif sum(name.key in found.borne for name in names) > MAX_BLOCK_NAMES:
            touched = {finer_key(name) for name in inside}
            near |= {name.key for name in names if finer_key(name) in touched}
        else:
            near |= {
                name.key
                for name in names
                if name.key not in found.names and any(compare_names(*sorted((name, each))).score for each in inside)
            }
    return near


def _reader(tx: Transaction) -> Read:
    """Packaged read statements by name, within a transaction."""

    def read(name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401
        return tx.run(statement("read", name), **parameters)

    return read


# settling


def _settle(tx: Transaction, ontology: Ontology, bound: Bound, stale: list[str]) -> Counter[str]:
    found = closure_of(_reader(tx), bound, stale)
    closure = sorted(found.names)
    rows = tx.run(statement("read", "bearers_of_names"), names=closure)
    members = in_context(_reader(tx), ontology, [member_of(row, ontology) for row in rows])
    counts: Counter[str] = Counter()
    resolution = cluster(members, bound.same, bound.apart, links_within(found, counts))
    _write_assignments(tx, resolution, {row["key"]: row for row in rows})
    gone = sorted(found.names - found.borne.keys())
    tx.write("delete_names", keys=gone)
    _write(tx, "cut_blocks", [{"key": key, "cut": cut or None} for key, cut in sorted(found.cut.items())])
    if gone:
        tx.write("delete_empty_blocks", keys=sorted(found.blocks))
    tx.write("settle_names", keys=closure)
    return counts + resolution.counts


def links_within(found: Closure, counts: Counter[str]) -> dict[Pair, Comparison]:
    """The comparisons within the closure, by the blocks of the whole graph."""
    links: dict[Pair, Comparison] = {}
    for key in sorted(found.blocks):
        names = [name for name in found.blocks[key] if name.key in found.borne]
        for pair in pairs_of(key, names, counts):
            if pair not in links and pair[0].key in found.names and pair[1].key in found.names:
                links[pair] = compare_names(*pair)
    return links


def in_context(read: Read, ontology: Ontology, members: list[Member]) -> list[Member]:
    """The members with what is said around them, where their names alone do not tell them apart."""
    wanted = [member.key for member in members if (names := names_of(member)) and names[0].alone]
    contexts = {
        row["key"]: context_of(row, ontology)
        for part in _sliced(wanted)
        for row in read("contexts_of", local_entities=part)
    }
    return [replace(each, context=contexts[each.key]) if each.key in contexts else each for each in members]


def _write_assignments(tx: Transaction, resolution: Resolution, current: dict[str, Row]) -> None:
    """Write what changed: nothing for a local entity that stays what it was."""
    rows: list[Row] = []
    kinds: dict[str, str] = {}
    moved: list[Row] = []
    new: list[str] = []
    for key in sorted(resolution.assignments):
        each = resolution.assignments[key]
        before = current.get(key, UNRESOLVED)
        if before["entity"] != each.entity:
            new.append(key)
            kinds[each.entity] = each.kind
            if before["entity"] is not None:
                moved.append({"local": key, "entity": before["entity"], "document": before["document"]})
        elif before["entity_kind"] != each.kind:
            kinds[each.entity] = each.kind
        if (before["entity"], before["rule"], before["score"]) != (each.entity, each.rule, each.score):
            rows.append({"local": key, "entity": each.entity, "rule": each.rule, "score": each.score})
    left = [row["local"] for row in moved]
    for part in _sliced(left):
        tx.write("release_claims", local_entities=part)
        tx.write("unresolve_local_entities", local_entities=part)
    for part in _sliced(sorted({row["document"] for row in moved})):
        tx.write("reopen_documents", documents=part)
    _write(tx, "merge_entities", [{"id": entity, "kind": kinds[entity]} for entity in sorted(kinds)])
    _write(tx, "resolve_local_entities", rows)
    _write(tx, "unlink_entity_chunks", moved)
    for part in _sliced(new):
        tx.write("link_entity_chunks", local_entities=part)


def _write(tx: Transaction, name: str, rows: list[Row]) -> None:
    for part in _sliced(rows):
        tx.write(name, rows=part)


def _sliced(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH_ROWS):
        yield items[start : start + BATCH_ROWS]
