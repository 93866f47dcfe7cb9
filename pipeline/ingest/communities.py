"""Communities and centrality: which named entities belong together, and which stand in the middle of what is told.

Entities are joined by facts and by being mentioned in the same chunk. Communities are Louvain's (Blondel et al. 2008),
centrality is PageRank (Brin and Page 1998). Both are functions of the knowledge alone: the graph is fed in the order of
entity ids, weights are whole numbers, which add up to the same in any order, and the seed is fixed.

That there is work to do is noted in the graph by whatever transaction changes knowledge (`await_communities`), and
taken back by the last transaction here: a crash loses nothing, and a run over unchanged documents costs a look-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_schema.keys import digest
from graph_schema.statements import statement
from pipeline.ingest.plan import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import networkx as nx

    from pipeline.store.driver import Store, Transaction

MAKER = "communities-1"
SEED = 0
UNIT = 5_040  # a multiple of the first ten numbers, so that shares of it are whole
MAX_CHUNKS = 1_000
MAX_CHUNK_ENTITIES = 50
MAX_NEIGHBOURS = 12
PAGE_ENTITIES = 5_000
PAGE_NEIGHBOURS = 500
BATCH_ENTITIES = 1_000
DAMPING = 0.85
TOLERANCE = 1e-6
MAX_ITERATIONS = 100
DECIMALS = 4
KEY_DIGITS = 13  # 52 bits: readers of JSON keep such a number whole
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Communities:
    """Where this enrichment stands: over how many named entities it was made and how many communities they form, or
    that it was left out because there are more than `max_community_entities`. `waiting` says that knowledge has changed
    since."""

    waiting: bool
    maker: str | None
    entities: int | None
    communities: int | None
    left_out: bool | None

    def __str__(self) -> str:
        if self.left_out:
            return f"left out: {self.entities} named entities or more (max_community_entities)"
        if self.waiting:
            return "wait for the next run"
        return f"{self.communities} among {self.entities} named entities"


def communities_of(store: Store) -> Communities | None:
    """Where it stands; `None` before the first entity."""
    return next((Communities(**row) for row in store.read("communities_state")), None)


def find_communities(
    store: Store, max_entities: int, progress: Callable[[int], None], checkpoint: Callable[[], None] = lambda: None
) -> Communities | None:
    """Bring `community` and `centrality` of the entities up to the knowledge, where it changed since the last time.

    Above `max_entities` named entities both are taken away instead. Writes only what is not so already. `checkpoint` is
    called between pages, levels and transactions, and may raise.
    """
    before = communities_of(store)
    maker = f"{MAKER}/{max_entities}"
    if before is None or (before.maker == maker and not before.waiting):
        return before
    (counted,) = store.read("count_named_entities", limit=max_entities + 1)
    if counted["entities"] > max_entities:
        _forget(store, checkpoint)
        return _settle(store, Communities(False, maker, counted["entities"], None, True), [])
    rows = list(_pages(store, "centralities", PAGE_ENTITIES, checkpoint))
    ids = [row["id"] for row in rows if row["named"]]
    graph = _read_graph(store, ids, progress, checkpoint)
    centrality = centrality_of(graph)
    community = _keyed(partition_of(graph, checkpoint), ids, centrality)
    found = dict(zip(ids, zip(community, centrality, strict=True), strict=True))
    changed = [row for row in rows if (row["community"], row["centrality"]) != found.get(row["id"], (None, None))]
    *batches, last = [*grouped([_change(row["id"], found) for row in changed], BATCH_ENTITIES)] or [[]]
    for batch in batches:
        store.write("enrichment", lambda tx, batch=batch: tx.write("set_communities", rows=batch))  # type: ignore[misc]
        checkpoint()
    communities = len({*community} - {None})
    return _settle(store, Communities(False, maker, len(ids), communities, False), last)


def _change(entity: str, found: dict[str, tuple[int | None, float]]) -> Row:
    community, centrality = found.get(entity, (None, None))
    return {"id": entity, "community": community, "centrality": centrality}


def _settle(store: Store, state: Communities, rows: list[Row]) -> Communities:
    """Write the last changes, and that there is nothing left to do."""
    properties = {name: getattr(state, name) for name in Communities.__slots__}

    def work(tx: Transaction) -> None:
        tx.write("set_communities", rows=rows)
        tx.write("settle_communities", properties=properties)

    store.write("enrichment", work)
    return state


def _forget(store: Store, checkpoint: Callable[[], None]) -> None:
    query = statement("write", "forget_communities")
    while store.write("enrichment", lambda tx: tx.run(query, limit=BATCH_ENTITIES))[0]["done"]:
        checkpoint()


def _pages(store: Store, name: str, limit: int, checkpoint: Callable[[], None], **parameters: int) -> Iterator[Row]:
    after = ""
    while page := store.read(name, after=after, limit=limit, **parameters):
        checkpoint()
        yield from page
        after = page[-1]["id"]


def _read_graph(
    store: Store, ids: list[str], progress: Callable[[int], None], checkpoint: Callable[[], None]
) -> nx.Graph[int]:
    """The entities, numbered in the order of their ids, and the edges that either end counts among its heaviest."""
    import networkx as nx  # not needed by a run over what is known

    number = {entity: index for index, entity in enumerate(ids)}
    graph = nx.Graph()
    graph.add_nodes_from(range(len(ids)))
    limits = {
        "unit": UNIT,
        "max_chunks": MAX_CHUNKS,
        "max_chunk_entities": MAX_CHUNK_ENTITIES,
        "max_neighbours": MAX_NEIGHBOURS,
    }
    for one, row in enumerate(_pages(store, "neighbours", PAGE_NEIGHBOURS, checkpoint, **limits)):
        for entity, weight in row["neighbours"]:
            other = number[entity]
            # Of an entity in very many chunks only the facts are counted, but by the other end everything.
            if weight > graph.get_edge_data(one, other, {"weight": 0})["weight"]:
                graph.add_edge(one, other, weight=weight)
        progress(one + 1)
    return graph


def centrality_of(graph: nx.Graph[int]) -> list[float]:
    """PageRank of each node, times their number: 1 is the average. networkx' own needs scipy, for these ten lines."""
    count = len(graph)
    edges = np.array([*graph.edges(data="weight")], dtype=np.int64).reshape(-1, 3)
    source, target = np.concatenate([edges[:, :2], edges[:, 1::-1]]).T
    weight = np.tile(edges[:, 2], 2)
    strength = np.bincount(source, weight, minlength=count)
    share = weight / strength[source]
    ranks = np.ones(count)
    for _ in range(MAX_ITERATIONS):
        before = ranks
        alone = ranks[strength == 0].sum() / count if count else 0.0
        ranks = 1 - DAMPING + DAMPING * (np.bincount(target, ranks[source] * share, minlength=count) + alone)
        if not count or np.abs(ranks - before).max() < TOLERANCE:
            break
    return [round(float(rank), DECIMALS) for rank in ranks]


def partition_of(graph: nx.Graph[int], checkpoint: Callable[[], None]) -> list[set[int]]:
    """The communities of two or more nodes."""
    from networkx.algorithms.community import louvain_partitions

    found: list[set[int]] = []
    if graph.number_of_edges():
        for level in louvain_partitions(graph, weight="weight", seed=SEED):
            found = level
            checkpoint()
    return [each for each in found if len(each) > 1]


def _keyed(partition: list[set[int]], ids: list[str], centrality: list[float]) -> list[int | None]:
    """The key of each entity's community, made from its most central member alone: what comes and goes around that one
    leaves the key as it is, and no two communities share it."""
    keys: list[int | None] = [None] * len(ids)
    for members in partition:
        first = min(members, key=lambda index: (-centrality[index], index))
        key = int(digest("community", ids[first])[:KEY_DIGITS], 16)
        for index in members:
            keys[index] = key
    return keys
