"""Resolution on a real server: the graph is a function of the documents, whatever came first and whatever left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from support import clear, dump, rows

from graph_schema.ontology import load_ontology
from pipeline.ingest import resolve as resolve_module
from pipeline.ingest.derive import derive
from pipeline.ingest.explain import explain
from pipeline.ingest.load import delete_evidence
from pipeline.ingest.resolution import blocks
from pipeline.ingest.resolve import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

ONTOLOGY = load_ontology()
DOCUMENTS = {
    "a.txt": "Anna Berg, a chemist, founded Halden Instruments Ltd in Oslo in 1962. She was born on 4 May 1931.\n",
    "b.txt": "Halden Instruments was sold in 1971. Dr. Anna Berg, a chemist of Halden Instruments, died in 1990.\n",
    "c.txt": "Anna Berg, a footballer, was born on 9 June 1980 in Madrid. She played for Atlanta Rovers.\n",
    "d.txt": "A. Berg wrote to Halden Instruments in Oslo.\n",
    "e.txt": "Anders Berg works for Halden Energy. Anders Berg was born in Kelport.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    return made


@pytest.fixture
def filled(graph: Groundplan, folder: Path) -> Groundplan:
    put(folder, *DOCUMENTS)
    graph.ingest(folder)
    return graph


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(DOCUMENTS[name], encoding="utf-8")


def finish(store: Store) -> None:
    resolve(store, ONTOLOGY, lambda _: None)
    derive(store, ONTOLOGY, lambda _: None)


def groups(store: Store) -> set[tuple[str, ...]]:
    """Members of each entity of more than one, as `document name`."""
    found = rows(
        store,
        "MATCH (l:LocalEntity)-[:RESOLVES_TO]->(e:__Entity__) MATCH (d:Document {key: l.document}) "
        "WITH e, left(d.path, 1) + ' ' + l.name AS member ORDER BY member RETURN e.id, collect(member) AS members",
    )
    return {tuple(row["members"]) for row in found if len(row["members"]) > 1}


def document(store: Store, path: str) -> str:
    return str(rows(store, "MATCH (d:Document {path: $path}) RETURN d.key AS key", path=path)[0]["key"])


def decide(store: Store, verdict: str, first: tuple[str, str], second: tuple[str, str]) -> None:
    keys = [document(store, path) for path, _ in (first, second)]
    rows(
        store,
        "CREATE (:Decision {key: $key, verdict: $verdict, first_document: $first, first_name: $first_name, "
        "second_document: $second, second_name: $second_name})",
        key=f"{verdict} {first} {second}",
        verdict=verdict,
        first=keys[0],
        first_name=first[1],
        second=keys[1],
        second_name=second[1],
    )
    store.write("knowledge", lambda tx: tx.write("mark_stale_names", documents=keys))


def test_who_is_who_in_five_documents(filled: Groundplan) -> None:
    assert groups(filled.store) == {
        ("a Anna Berg", "b Anna Berg", "d A. Berg"),
        ("a Halden Instruments Ltd", "b Halden Instruments", "d Halden Instruments"),
        ("a Oslo", "d Oslo"),
    }


@pytest.mark.parametrize("order", ["abcde", "edcba"])
@pytest.mark.parametrize("small", [False, True], ids=["usual batches", "smallest batches and blocks"])
def test_documents_one_by_one_give_the_graph_of_all_at_once(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch, order: str, small: bool
) -> None:
    if small:
        monkeypatch.setattr(resolve_module, "BATCH_DOCUMENTS", 1)
        monkeypatch.setattr(resolve_module, "BATCH_NAMES", 1)
        for module in (resolve_module, blocks):
            monkeypatch.setattr(module, "MAX_BLOCK_NAMES", 2)
    for name in order:
        put(folder, f"{name}.txt")
        graph.ingest(folder)
    stepwise = dump(graph.store)
    clear(graph.store)
    if small:
        monkeypatch.setattr(resolve_module, "BATCH_NAMES", 500)
    graph.ingest(folder)
    assert stepwise == dump(graph.store)


@pytest.mark.parametrize("gone", ["a.txt", "c.txt", "d.txt"])
def test_a_document_that_leaves_takes_with_it_what_only_it_joined(graph: Groundplan, folder: Path, gone: str) -> None:
    put(folder, *(name for name in DOCUMENTS if name != gone))
    graph.ingest(folder)
    without = dump(graph.store)
    put(folder, gone)
    graph.ingest(folder)
    assert dump(graph.store) != without
    left = document(graph.store, gone)
    graph.store.write("evidence", lambda tx: delete_evidence(tx, [left]))
    finish(graph.store)
    assert dump(graph.store) == without


def test_the_queue_of_names_is_looked_for_once_however_many_batches_it_takes(
    filled: Groundplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = dump(filled.store)
    rows(filled.store, "MATCH (n:Name) SET n:Stale")
    monkeypatch.setattr(resolve_module, "BATCH_NAMES", 1)
    asked: Counter[str] = Counter()
    read = filled.store.read

    def counted(name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        asked[name] += 1
        return read(name, **parameters)

    monkeypatch.setattr(filled.store, "read", counted)
    finish(filled.store)
    assert (asked["stale_names"], asked["still_stale_names"] > 5) == (2, True)
    assert dump(filled.store) == expected


def test_a_second_run_writes_nothing(filled: Groundplan, folder: Path) -> None:
    report = filled.ingest(folder)
    assert report.written["knowledge"] == 0


def test_facts_follow_what_people_decide_and_come_back_when_they_change_their_mind(filled: Groundplan) -> None:
    store = filled.store
    before = dump(store)
    decide(store, "different", ("a.txt", "anna berg"), ("b.txt", "anna berg"))
    decide(store, "same", ("a.txt", "anna berg"), ("c.txt", "anna berg"))
    finish(store)
    assert ("a Anna Berg", "c Anna Berg") in groups(store)
    assert not any({"a Anna Berg", "b Anna Berg"} <= {*group} for group in groups(store))
    dates = rows(
        store,
        "MATCH (l:LocalEntity {name: 'Anna Berg'})-[:RESOLVES_TO]->(e)<-[:FACT_SUBJECT]-(f:Fact) "
        "WHERE f.value_type = 'date' RETURN DISTINCT e.id AS id, collect(DISTINCT f.predicate + ' ' + f.value) AS said",
    )
    said = sorted(sorted(row["said"]) for row in dates)
    assert said == [["BORN_ON 1931-05-04", "BORN_ON 1980-06-09"], ["DIED_ON 1990"]]
    conflicts = "MATCH (:Fact {predicate: 'BORN_ON'})-[r:CONFLICTS_WITH]->(:Fact) RETURN count(r) AS n"
    assert rows(store, conflicts) == [{"n": 1}]
    documents = [document(store, path) for path in ("a.txt", "b.txt", "c.txt")]
    rows(store, "MATCH (d:Decision) DELETE d")
    store.write("knowledge", lambda tx: tx.write("mark_stale_names", documents=documents))
    finish(store)
    assert dump(store) == before


def test_a_decision_survives_that_its_document_is_read_again(filled: Groundplan, folder: Path) -> None:
    decide(filled.store, "same", ("e.txt", "anders berg"), ("d.txt", "a berg"))
    finish(filled.store)
    assert ("d A. Berg", "e Anders Berg") in groups(filled.store)
    (folder / "e.txt").write_text(DOCUMENTS["e.txt"] + "It rained.\n", encoding="utf-8")
    filled.ingest(folder)
    assert ("d A. Berg", "e Anders Berg") in groups(filled.store)


def test_an_explanation_names_members_with_their_rules_and_who_was_kept_apart(filled: Groundplan) -> None:
    chemist, footballer = explain(filled.store, ONTOLOGY, "anna berg")
    assert [(each.path, each.name, each.rule) for each in chemist.members] == [
        ("a.txt", "Anna Berg", "same-name-and-context"),
        ("b.txt", "Anna Berg", "same-name-and-context"),
        ("d.txt", "A. Berg", "initials-and-context"),
    ]
    assert all(0.5 <= each.score <= 1 for each in chemist.members)
    reasons = {(each.name, each.reason) for each in chemist.apart if each.forbidden}
    assert {("Anna Berg", "fields of work"), ("Anders Berg", "first names")} <= reasons
    assert [each.path for each in footballer.members] == ["c.txt"]
    assert explain(filled.store, ONTOLOGY, "Nobody Here") == []
