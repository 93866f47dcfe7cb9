"""Coverage on small real graphs: what was read and what was not, what supports an answer, and what is decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import rows

from graph_schema.statements import statement
from pipeline.query.coverage import Extent, Support, decide
from pipeline.query.history import Turn
from pipeline.query.scope import Scope
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.query.answer import Answer
    from pipeline.query.coverage import Decision
    from pipeline.store.driver import Store

LETTERS = {
    "1921/founding.txt": "Maria Halden founded Halden Instruments in 1921. She was born in Oslo on 3 May 1890.\n",
    "1950/history.txt": "Halden Instruments was founded in 1921 by Maria Halden. It acquired Fjord Radio in 1950.\n",
    "1950/leaflet.txt": "Halden Instruments was founded in 1923.\n",
}
NEWS = [
    {"id": "a", "text": "Maria Halden founded Bergen Press.", "date": "1931-05-02"},
    {"id": "b", "text": "Maria Halden founded the Coast Trust. She lived in Tromsø.", "date": "1936"},
    {"id": "c", "text": "Nothing happened.", "date": "1940-01-01"},
]
WHO = "Who founded Halden Instruments?"
WHEN = "When was Halden Instruments founded?"
HOW_MANY = "How many organisations did Maria Halden found?"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder of letters, which have no date, and a file of news, which have."""
    for name, text in LETTERS.items():
        path = tmp_path / "letters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "news.jsonl").write_text("\n".join(json.dumps(each) for each in NEWS), encoding="utf-8")
    return tmp_path


def test_documents_count_as_read_by_what_read_them(graph: Groundplan, archive: Path) -> None:
    graph.ingest(archive / "letters")
    coverage = graph.ask(WHO).coverage
    assert coverage.extent == Extent(documents=3, read=3, catalogued=0, outdated=0, failed=0, uncounted=0)
    assert (coverage.extent.share, coverage.could_help) == (1.0, False)
    assert coverage.last_run is not None

    graph.ingest(archive / "news.jsonl", catalogue=True)
    extent = graph.ask(WHO).coverage.extent
    assert (extent.documents, extent.read, extent.catalogued) == (6, 3, 3)

    rows(graph.store, "MATCH (d:Document {path: '1950/leaflet.txt'}) SET d.extractor = 'older'")
    (archive / "broken").mkdir()
    (archive / "broken" / "a.pdf").write_bytes(b"no pdf")
    (archive / "broken" / "b.txt").write_text("Peter Lund lived in Bergen.\n", encoding="utf-8")
    graph.ingest(archive / "broken")
    coverage = graph.ask("Where did Edvard Moe study?").coverage
    assert coverage.extent == Extent(documents=8, read=3, catalogued=3, outdated=1, failed=1, uncounted=0)
    assert coverage.could_help
    assert coverage.reason.endswith("a recursive pass over the 5 documents in scope that were not read could help")
    assert "3 of 8 documents in scope read" in str(coverage)

    rows(graph.store, "CREATE (:Document {key: 'late', source: 's', path: 'p', extractor: 'e'})")
    extent = graph.ask(WHO).coverage.extent
    assert (extent.documents, extent.read, extent.uncounted) == (9, 3, 1)
    # of a part it is counted at once, and a dead letter of the source may be anywhere in it
    assert graph.ask(WHO, scope=Scope(source="broken", path="b")).coverage.extent == Extent(
        documents=2, read=1, catalogued=0, outdated=0, failed=1, uncounted=0
    )


def test_what_nobody_counted_is_unknown_and_not_0(graph: Groundplan, archive: Path) -> None:
    graph.ingest(archive / "letters")
    rows(graph.store, "MATCH (r:Run) REMOVE r.inventory")
    coverage = graph.ask(WHO).coverage
    assert coverage.extent == Extent(documents=3)
    assert (coverage.extent.read, coverage.extent.share, coverage.extent.unread) == (None, None, None)
    assert not coverage.could_help
    assert coverage.as_json()["extent"]["read"] is None


SCOPES: dict[Scope, tuple[tuple[str, ...], int]] = {
    Scope(): (("Bergen Press", "Coast Trust", "Halden Instruments"), 6),
    Scope(source="letters"): (("Halden Instruments",), 3),
    Scope(source="letters", path="1921/"): (("Halden Instruments",), 1),
    Scope(until="1935"): (("Bergen Press",), 1),
    Scope(since="1931-06", until="1936"): (("Coast Trust",), 1),
    Scope(since="1936-01-01"): (("Coast Trust",), 2),
    Scope(source="letters", since="1900"): ((), 0),
}


def test_an_answer_and_its_report_are_of_the_scope_alone(
    graph: Groundplan, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.ingest(archive / "letters", archive / "news.jsonl")
    for scope, (listed, documents) in SCOPES.items():
        answer = graph.ask(HOW_MANY, scope=scope)
        assert (answer.listed, answer.coverage.extent.documents, answer.coverage.scope) == (listed, documents, scope)

    # support, freshness, conflicts
    plain = graph.ask(WHO).coverage.support
    assert plain == Support(claims=2, documents=2, latest=None, conflicts=0)
    contested = graph.ask(WHEN).coverage
    assert contested.support == Support(claims=3, documents=3, latest=None, conflicts=2)
    assert "2 facts contested" in str(contested)
    assert graph.ask(WHO, scope=Scope(source="letters", path="1950/")).coverage.support.claims == 1
    assert graph.ask(HOW_MANY).coverage.support == Support(claims=4, documents=4, latest="1936", conflicts=0)
    assert graph.ask("Where did Maria Halden live?").coverage.support.latest == "1936"
    mentioning = graph.ask("How many documents mention Maria Halden?", scope=Scope(since="1900"))
    assert (mentioning.total, mentioning.coverage.support.documents) == (2, 2)

    # sentences and chains whose part lies outside are none
    outside = Scope(source="letters", path="1950/leaflet")
    assert not graph.ask("Where was Maria Halden born?", scope=outside).found
    assert not graph.ask("Where was the founder of Halden Instruments born?", scope=outside).found
    assert graph.ask("Where was the founder of Halden Instruments born?").found

    # a conversation
    turn = Turn(WHO, graph.ask(WHO).text)
    answer = graph.ask("Where was she born?", history=[turn])
    assert answer.question == "Where was Maria Halden born?"
    assert "Oslo" in answer.text
    assert [record.contract.name for record in answer.steps][:2] == ["history", "parse"]

    # what is decided
    shown = asked(graph, WHO, min_answer_score=1.0, min_passages_score=0.0)
    assert (shown.found, shown.coverage.decision) == (False, "passages")
    assert {sentence.text for sentence in shown.sentences} == {
        "Maria Halden founded Halden Instruments in 1921.",
        "Halden Instruments was founded in 1921 by Maria Halden.",
    }
    assert (shown.note or "").startswith("Not an answer, but passages that may hold one (score 0.")
    counted = asked(graph, HOW_MANY, min_answer_score=1.0, min_passages_score=0.0)
    assert (counted.total, counted.listed, len(counted.sentences)) == (None, (), 4)
    withheld = asked(graph, WHO, min_answer_score=1.0, min_passages_score=1.0)
    assert (withheld.found, withheld.sentences) == (False, ())
    assert (withheld.note or "").startswith("Not answered: score 0.")
    assert "everything in scope was read" in (withheld.note or "")

    # of a larger part only so many are looked at, and the report says so
    monkeypatch.setattr("pipeline.query.coverage.MAX_COUNTED", 2)
    part = graph.ask(WHO, scope=Scope(source="letters")).coverage
    assert (part.extent.documents, part.extent.whole) == (2, False)
    assert "of at least 2 documents in scope read" in str(part)


def asked(graph: Groundplan, question: str, **changed: float) -> Answer:
    """The answer under other thresholds."""
    before = graph.settings
    graph.settings = before.model_copy(update=changed)
    try:
        return graph.ask(question)
    finally:
        graph.settings = before


def test_what_the_report_costs_does_not_grow_with_the_graph(store: Store) -> None:
    cost = []
    inventory = json.dumps({"read": {"current": 1}, "failed": {}})
    rows(store, "CREATE (:Run {id: 'r', started: '2024', status: 'done', inventory: $inventory})", inventory=inventory)
    for _ in range(2):
        rows(store, "UNWIND range(1, 1000) AS _ CREATE (:Document {key: randomUUID(), extractor: 'current'})")
        text = statement("read", "latest_inventory").text
        plan = store.stream(f"PROFILE {text}", {"looked_at": 50}, lambda result: result.consume().profile, timeout_s=30)
        assert plan is not None
        cost.append(hits(plan))
    assert cost[0] == cost[1] < 50


def hits(plan: dict[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(hits(child) for child in plan.get("children", ()))


@given(
    st.one_of(st.none(), st.floats(min_value=0, max_value=1)),
    st.floats(min_value=0, max_value=1),
    st.floats(min_value=0, max_value=1),
)
def test_a_decision_follows_from_the_score_alone(score: float | None, answer: float, passages: float) -> None:
    settings = Settings(min_answer_score=answer, min_passages_score=passages)
    expected: Decision = "abstain"
    if score is not None and score >= answer:
        expected = "answer"
    elif score is not None and score >= passages:
        expected = "passages"
    decision, reason = decide(score, Extent(documents=3, read=3), settings)
    assert decision == expected
    assert reason
