"""Communities and centrality: who belongs together, found when knowledge changed and only then. The graphs are made by
hand."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from pipeline.errors import RunStopped
from pipeline.ingest import communities
from pipeline.ingest.communities import Communities, centrality_of, communities_of, find_communities, partition_of
from tests.support import Killed, MortalStore, dump, rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

MANY = 1_000
RING = {"anna": "berg", "berg": "carl", "carl": "anna"}
MILL = {"mill": "owner", "owner": "wheel", "wheel": "mill"}
BRIDGE = {"anna": "mill"}
FOUND = "MATCH (e:__Entity__) RETURN e.id AS id, e.community AS community, e.centrality AS centrality ORDER BY id"
TEXTS = {
    "one.txt": "Anna Berg founded Halden Instruments in Oslo. Karl Vos joined Halden Instruments.\n",
    "two.txt": "Ruth Moe leads Fjord Radio in Bergen. Ola Lund works for Fjord Radio.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(store: Store, facts: Iterable[tuple[str, str]], chunks: Iterable[tuple[str, ...]] = (), *alone: str) -> None:
    """Entities, facts between two of them, and chunks that mention some; then what derivation notes."""
    facts, chunks = list(facts), list(chunks)
    named = list(dict.fromkeys([name for each in (*facts, *chunks) for name in each] + list(alone)))
    rows(store, "UNWIND $named AS id MERGE (e:__Entity__ {id: id}) SET e.named = true, e.name = id", named=named)
    rows(
        store,
        "UNWIND $facts AS pair MATCH (s:__Entity__ {id: pair[0]}), (o:__Entity__ {id: pair[1]}) "
        "CREATE (s)<-[:FACT_SUBJECT]-(:Fact {key: pair[0] + pair[1], documents: 1})-[:FACT_OBJECT]->(o)",
        facts=[list(each) for each in facts],
    )
    rows(
        store,
        "UNWIND $chunks AS names CREATE (k:Chunk {id: randomUUID()}) "
        "WITH k, names UNWIND names AS id MATCH (e:__Entity__ {id: id}) CREATE (e)-[:FROM_CHUNK]->(k)",
        chunks=[list(each) for each in chunks],
    )
    changed(store)


def changed(store: Store) -> None:
    store.write("knowledge", lambda tx: tx.write("await_communities"))


def find(store: Store, most: int = MANY, **given: Any) -> Communities | None:  # noqa: ANN401
    return find_communities(store, most, lambda _: None, **given)


def found(store: Store) -> dict[str, tuple[int | None, float | None]]:
    return {row["id"]: (row["community"], row["centrality"]) for row in rows(store, FOUND)}


def together(store: Store) -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for name, (community, _) in found(store).items():
        if community is not None:
            groups.setdefault(community, set()).add(name)
    return {frozenset(each) for each in groups.values()}


def written(store: Store) -> int:
    return store.written["enrichment"].total


# What is found


def test_entities_that_share_facts_are_a_community_and_one_alone_is_in_none(store: Store) -> None:
    build(store, [*RING.items(), *MILL.items(), *BRIDGE.items()], [], "alone")
    state = find(store)
    assert together(store) == {frozenset(RING), frozenset(MILL)}
    assert state == Communities(False, "communities-1/1000", 7, 2, False)
    assert found(store)["alone"][0] is None


def test_entities_in_one_chunk_are_a_community(store: Store) -> None:
    build(store, [], [("anna", "berg", "carl"), ("anna", "berg"), ("mill", "owner"), ("mill", "owner", "anna")])
    find(store)
    assert together(store) == {frozenset({"anna", "berg", "carl"}), frozenset({"mill", "owner"})}


def test_who_stands_between_others_is_central_and_the_average_is_one(store: Store) -> None:
    build(store, [("hub", name) for name in ("a", "b", "c", "d")], [], "alone")
    find(store)
    central = {name: centrality or 0 for name, (_, centrality) in found(store).items()}
    assert max(central, key=lambda name: central[name]) == "hub"
    assert min(central, key=lambda name: central[name]) == "alone"
    assert sum(central.values()) == pytest.approx(6, abs=0.001)


def test_a_fact_that_no_document_states_joins_nothing(store: Store) -> None:
    build(store, [("anna", "berg")])
    rows(store, "MATCH (f:Fact) SET f.documents = 0")
    find(store)
    assert together(store) == set()


def test_a_thing_without_a_name_is_in_no_community_and_loses_it_with_its_name(store: Store) -> None:
    build(store, RING.items())
    find(store)
    rows(store, "MATCH (e:__Entity__ {id: 'carl'}) SET e.named = false")
    changed(store)
    find(store)
    assert found(store)["carl"] == (None, None)
    assert together(store) == {frozenset({"anna", "berg"})}


def test_a_long_list_and_one_who_is_everywhere_join_nobody_by_being_mentioned(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(communities, "MAX_CHUNK_ENTITIES", 2)
    build(store, [], [("anna", "berg", "carl", "mill"), ("owner", "wheel")])
    find(store)
    assert together(store) == {frozenset({"owner", "wheel"})}
    monkeypatch.setattr(communities, "MAX_CHUNKS", 0)
    changed(store)
    find(store)
    assert together(store) == set()


def test_only_the_heaviest_neighbours_of_each_count(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(communities, "MAX_NEIGHBOURS", 1)
    build(store, [("anna", "berg"), ("mill", "owner")], [("anna", "berg"), ("mill", "owner"), ("anna", "mill")])
    find(store)
    assert together(store) == {frozenset({"anna", "berg"}), frozenset({"mill", "owner"})}
    assert {centrality for _, centrality in found(store).values()} == {1.0}


def test_the_order_in_which_the_graph_was_made_does_not_matter(store: Store) -> None:
    facts = [*RING.items(), *MILL.items(), *BRIDGE.items()]
    chunks = [("anna", "berg", "carl", "mill"), ("mill", "wheel", "owner"), ("berg", "carl", "wheel")]
    seen = []
    for step in (1, -1):
        rows(store, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
        build(store, facts[::step], chunks[::step])
        find(store)
        seen.append(found(store))
    assert seen[0] == seen[1]


def test_the_key_of_a_community_outlives_what_comes_to_its_edge(store: Store) -> None:
    build(store, [*combinations("abcd", 2), *combinations("wxyz", 2)])
    find(store)
    before = found(store)["a"][0]
    build(store, [("a", "new")])
    find(store)
    assert before == found(store)["a"][0] == found(store)["new"][0]
    assert isinstance(before, int)
    assert 0 <= before < 2**52


def test_the_seed_of_pythons_hashes_does_not_matter() -> None:
    code = (
        "import networkx as nx\n"
        "from pipeline.ingest.communities import centrality_of, partition_of\n"
        "graph = nx.gnm_random_graph(300, 900, seed=7)\n"
        "nx.set_edge_attributes(graph, 5040, 'weight')\n"
        "print([sorted(each) for each in partition_of(graph, lambda: None)], centrality_of(graph))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_centrality_is_that_of_networkx() -> None:
    graph = nx.gnm_random_graph(40, 60, seed=3)
    nx.set_edge_attributes(graph, {edge: 1 + number for number, edge in enumerate(graph.edges)}, "weight")
    expected = nx.pagerank(graph, tol=1e-10)
    assert centrality_of(graph) == pytest.approx([40 * expected[node] for node in graph], abs=1e-4)


def test_a_graph_without_an_edge_has_no_community() -> None:
    graph = nx.empty_graph(3)
    assert (partition_of(graph, lambda: None), centrality_of(graph)) == ([], [1.0, 1.0, 1.0])
    assert centrality_of(nx.empty_graph(0)) == []


# When it is found


def test_what_has_not_changed_costs_a_look_up_and_writes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    build(store, RING.items())
    find(store)
    before, read, asked = written(store), store.read, list[str]()

    def noted(name: str, **given: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        asked.append(name)
        return read(name, **given)

    monkeypatch.setattr(store, "read", noted)
    assert find(store) == communities_of(store)
    assert written(store) == before
    assert asked == ["communities_state"] * 2


def test_only_what_is_another_now_is_written(store: Store) -> None:
    build(store, [*RING.items(), *MILL.items()])
    find(store)
    before = written(store)
    changed(store)
    find(store)
    assert written(store) - before == len(Communities.__slots__)  # where it stands
    before = written(store)
    build(store, [("new", "mill")])
    find(store)
    assert found(store)["new"][0] == found(store)["mill"][0]
    assert 0 < written(store) - before < 2 * 7 + len(Communities.__slots__)


def test_a_graph_without_an_entity_is_left_as_it_is(store: Store) -> None:
    assert find(store) is None
    assert written(store) == 0


def test_above_the_ceiling_it_is_left_out_and_what_was_found_is_taken_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(communities, "BATCH_ENTITIES", 2)
    build(store, [*RING.items(), *MILL.items()])
    known = find(store)
    before = found(store)
    state = find(store, 5)
    assert state == Communities(False, "communities-1/5", 6, None, True)
    assert str(state) == "left out: 6 named entities or more (max_community_entities)"
    assert set(found(store).values()) == {(None, None)}
    count = written(store)
    assert find(store, 5) == state
    assert written(store) == count
    assert find(store) == known
    assert found(store) == before


def test_a_stop_between_pages_leaves_the_work_to_the_next_run(store: Store) -> None:
    def stop() -> None:
        raise RunStopped("stopped", "")

    build(store, RING.items())
    with pytest.raises(RunStopped):
        find(store, checkpoint=stop)
    state = communities_of(store)
    assert state is not None
    assert state.waiting
    assert str(state) == "wait for the next run"
    assert find(store) == Communities(False, "communities-1/1000", 3, 1, False)


def test_killed_after_any_transaction_the_next_run_finishes_the_work(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(communities, "BATCH_ENTITIES", 2)
    build(store, [*RING.items(), *MILL.items()])
    find(store)
    expected = found(store)
    for lives in range(3):
        rows(store, "MATCH (e:__Entity__) SET e.community = 1, e.centrality = 0.5")
        changed(store)
        with MortalStore(store, lives=lives) as mortal, pytest.raises(Killed):
            find(mortal)
        assert find(store) is not None
        assert found(store) == expected


# In a run


def test_a_run_finds_them_once_and_the_digest_does_not_know_them(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    known = dump(graph.store)
    names = _names_together(graph.store)
    assert len(names) == 2
    assert any({"Anna Berg", "Halden Instruments"} <= each for each in names)
    assert graph.ingest(folder).written == {"evidence": 0, "knowledge": 0, "enrichment": 0}
    graph.settings = graph.settings.model_copy(update={"max_community_entities": 2})
    report = graph.ingest(folder)
    assert report.notes == {"communities left out: 3 named entities or more (max_community_entities)": 1}
    assert (report.written["evidence"], report.written["knowledge"]) == (0, 0)
    assert _names_together(graph.store) == []
    assert dump(graph.store) == known


def test_a_document_that_leaves_takes_its_entities_out_of_them(graph: Groundplan, folder: Path) -> None:
    graph.settings = graph.settings.model_copy(update={"max_prune_share": 1.0})
    graph.ingest(folder)
    (folder / "two.txt").unlink()
    graph.ingest(folder, prune=True)
    assert set().union(*_names_together(graph.store)) == {"Anna Berg", "Halden Instruments", "Karl Vos", "Oslo"}
    assert str(graph.status().communities).endswith(" among 4 named entities")


def _names_together(store: Store) -> list[set[str]]:
    query = "MATCH (e:__Entity__) WHERE e.community IS NOT NULL RETURN e.community AS key, collect(e.name) AS names"
    return [set(row["names"]) for row in rows(store, query)]
