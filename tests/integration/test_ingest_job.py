"""The ingestion job on a real server: the graph is a function of the documents, whatever order, size or crash."""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from support import Killed, MortalStore, clear, dump, environment, fragile_extractor, job_on, pdf, rows

from pipeline import cli
from pipeline.api import Groundplan
from pipeline.errors import GraphBusy, TooManyDeadLetters
from pipeline.ingest import derive as derive_module
from pipeline.ingest import intake as intake_module
from pipeline.ingest import job as job_module
from pipeline.ingest import resolve as resolve_module
from pipeline.ingest.dead_letters import outstanding
from pipeline.ingest.sources import parse_sources
from pipeline.text import nlp

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from pipeline.ingest.report import RunReport
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

FIRST = {
    "a.txt": "Anna Berg founded Halden Instruments in 1962. The company employed 120 people. She was born in Oslo.\n",
    "b.txt": "Halden Instruments was founded by Anna Berg in 1963. Anna Berg admired Erik Lund. 🚢\n\n"
    "Anna Berg did not join Norvik Systems. Erik Lund said that Karl Berg joined Norvik Systems.\n",
    "c.txt": "Anna Berg was born in Oslo on 3 May 1931. Mr Erik Lund married Anna Berg. "
    "He built Varde Bridge in 1955.\n",
    "d.txt": "Norvik Systems acquired Halden Instruments in 1999. The harbour master of Varde joined Norvik Systems.\n",
    "records.jsonl": '{"id": "r1", "text": "Karl Berg founded Norvik Systems in 1950.", "date": "1950-06-01"}\n'
    '{"id": "r2", "text": "Karl Berg was born in Bergen in 1901. Oslo married Karl Berg.", "date": "1951"}\n',
}
# Another founder, no bridge, no denial, another year: statements leave, arrive and lose one of two supports.
SECOND = FIRST | {
    "a.txt": "Karl Berg founded Halden Instruments in 1963. Anna Berg was born in Oslo.\n",
    "b.txt": "Anna Berg joined Norvik Systems. Erik Lund said that Karl Berg joined Halden Instruments.\n",
    "c.txt": "Anna Berg was born in Bergen on 4 May 1931. Erik Lund lived in Bergen.\n",
}
SMALL_TRANSACTIONS = {"batch_documents": 1, "max_transaction_rows": 100}
NOTHING = {"evidence": 0, "knowledge": 0, "enrichment": 0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds the first documents."""
    return write(tmp_path / "archive", FIRST)


def write(folder: Path, documents: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def ingest(settings: Settings, *sources: Path | str, home: str = "home", **tuned: Any) -> RunReport:  # noqa: ANN401
    """One run in a home of its own, so that nothing an earlier run extracted is used again."""
    own = settings.model_copy(update={"home": settings.home.parent / home, **tuned})
    with Groundplan.open(own) as kg:
        return kg.ingest(*sources)


def clean(store: Store, settings: Settings, documents: dict[str, str], **tuned: Any) -> list[str]:  # noqa: ANN401
    """The graph that these documents alone give, which is then deleted."""
    clear(store)
    folder = write(settings.home.parent / "clean", documents)
    ingest(settings, f"archive={folder}", **{"home": "clean-home", **tuned})
    graph = dump(store)
    clear(store)
    return graph


def relationships(store: Store) -> set[tuple[str, str, str]]:
    """What an analyst sees: the relationships between entities, by name."""
    found = rows(
        store,
        "MATCH (a:__Entity__)-[r]->(b:__Entity__) RETURN a.name AS a, coalesce(r.predicate, '') AS predicate, "
        "type(r) AS type, b.name AS b",
    )
    return {(row["a"], row["predicate"] if row["type"] == "RELATED_TO" else row["type"], row["b"]) for row in found}


def names(store: Store) -> set[str]:
    return {row["name"] for row in rows(store, "MATCH (e:__Entity__) RETURN e.name AS name")}


def one(store: Store, query: Any, **parameters: Any) -> Any:  # noqa: ANN401
    """The one value of the one row."""
    (row,) = rows(store, query, **parameters)
    (value,) = row.values()
    return value


def small_passes(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let a transaction of a pass take no more than `size` documents, entities or facts."""
    monkeypatch.setattr(resolve_module, "BATCH_DOCUMENTS", size)
    for name in ("BATCH_DOCUMENTS", "BATCH_ENTITIES", "BATCH_FACTS"):
        monkeypatch.setattr(derive_module, name, size)


# What lies in the home


def test_the_home_keeps_one_record_file_a_document_and_nothing_that_a_killed_run_left(
    graph: Groundplan, folder: Path
) -> None:
    home = graph.settings.home
    graph.ingest(folder)
    dead, alive = subprocess.Popen(["true"]), os.getppid()
    dead.wait()
    (home / "records" / "extract" / "ab").mkdir(exist_ok=True)
    names = ("records/extract/ab/abc.{}.tmp", "dead-letters/.outstanding.jsonl.{}.tmp", ".sources.json.{}.tmp")
    (home / "dead-letters").mkdir()
    for name in names:
        for process in (dead.pid, alive):
            (home / name.format(process)).write_text("torn", encoding="utf-8")
    write(folder, SECOND)
    (folder / "records.jsonl").write_text(FIRST["records.jsonl"].splitlines()[0], encoding="utf-8")
    (folder / "d.txt").unlink()
    with Groundplan.open(graph.settings.model_copy(update={"max_prune_share": 1.0})) as kg:
        assert kg.ingest(folder, prune=True).documents["pruned"] == 2
    left = [path for path in home.rglob("*") if path.suffix in {".tmp", ".jsonl"}]
    assert len([path for path in left if path.suffix == ".jsonl"]) == 4
    assert {str(path.relative_to(home)) for path in left if path.suffix == ".tmp"} == {
        name.format(alive) for name in names
    }


# A run over what is known


def test_a_second_run_writes_nothing_and_creates_only_its_run(graph: Groundplan, folder: Path) -> None:
    first = graph.ingest(folder)
    assert dict(first.documents) == {"new": 6}
    assert first.written["evidence"] > 0 < first.written["knowledge"]
    before, known = graph.store.written, dump(graph.store)
    with Groundplan.open(graph.settings) as again:
        second = again.ingest(folder)
        written = again.store.written
    assert dict(second.documents) == {"unchanged": 6}
    assert (second.written, second.derived, second.claims.total()) == (NOTHING, 0, 0)
    assert [written[layer].total for layer in ("evidence", "knowledge", "enrichment")] == [0, 0, 0]
    operations = written["operations"]
    # its run, and its lease for as long as it lasted
    assert (operations.nodes_created, operations.relationships_created, operations.labels_added) == (2, 0, 2)
    assert before["evidence"].nodes_created > 0
    assert dump(graph.store) == known
    assert one(graph.store, "MATCH (r:Run {status: 'done'}) RETURN count(r)") == 2


def test_a_run_over_what_is_known_loads_no_model_and_parses_no_file(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.ingest(folder)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("an unchanged file costs a hash and nothing else")

    monkeypatch.setattr(nlp, "load", never)
    monkeypatch.setattr(intake_module, "read_file", never)
    assert dict(graph.ingest(folder).documents) == {"unchanged": 6}


def test_readers_that_read_a_file_otherwise_than_before_read_every_file_again(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "page.html").write_text("<p>Anna Berg founded Norvik Systems.", encoding="utf-8")
    graph.ingest(folder)
    monkeypatch.setattr("pipeline.ingest.readers.html._flow", lambda _: "Karl Berg founded Norvik Systems.")
    monkeypatch.setattr("pipeline.ingest.plan.READ_VERSION", "2")
    assert dict(graph.ingest(folder).documents) == {"changed": 1, "unchanged": 6}
    again = graph.ingest(folder)
    assert (dict(again.documents), again.written) == ({"unchanged": 7}, NOTHING)


def test_a_report_counts_what_its_own_run_wrote(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    assert graph.ingest(folder).written == NOTHING


def test_other_bytes_of_the_same_text_write_nothing(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    for path in folder.glob("*.txt"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    known = dump(graph.store)
    report = graph.ingest(folder)
    assert dict(report.documents) == {"unchanged": 6}
    assert report.written == NOTHING
    assert dump(graph.store) == known


# A function of the documents


@pytest.mark.parametrize(("batch_documents", "max_transaction_rows"), [(1, 100), (3, 20_000)])
def test_batches_and_transactions_of_any_size_give_one_graph(
    store: Store, settings: Settings, batch_documents: int, max_transaction_rows: int
) -> None:
    usual = clean(store, settings, FIRST)
    tuned = {"batch_documents": batch_documents, "max_transaction_rows": max_transaction_rows}
    assert clean(store, settings, FIRST, home="tuned-home", **tuned) == usual


def test_passes_in_batches_of_one_give_the_same_graph(
    store: Store, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(settings, folder)
    first = dump(store)
    ingest(settings, write(folder, SECOND))
    second = dump(store)
    clear(store)
    small_passes(monkeypatch, 1)
    ingest(settings, write(folder, FIRST))
    assert dump(store) == first
    ingest(settings, write(folder, SECOND))
    assert dump(store) == second


def test_files_in_any_order_and_number_of_runs_give_one_graph(store: Store, settings: Settings, folder: Path) -> None:
    expected = clean(store, settings, FIRST)
    files = sorted(FIRST)
    order = random.sample(files, len(files))
    for name in order:
        ingest(settings, f"archive={folder / name}")
    assert dump(store) == expected, order
    clear(store)
    ingest(settings, *(f"archive={folder / name}" for name in reversed(files)))
    assert dump(store) == expected


def test_changed_documents_leave_nothing_of_what_they_said(store: Store, settings: Settings, folder: Path) -> None:
    expected = clean(store, settings, SECOND)
    ingest(settings, folder)
    assert "Varde Bridge" in names(store)
    report = ingest(settings, write(folder, SECOND))
    assert dict(report.documents) == {"changed": 3, "unchanged": 3}
    assert dump(store) == expected
    assert "Varde Bridge" not in names(store)


def test_there_and_back_again_is_the_same_graph(store: Store, settings: Settings, folder: Path) -> None:
    ingest(settings, folder)
    first = dump(store)
    ingest(settings, write(folder, SECOND))
    assert dump(store) != first
    ingest(settings, write(folder, FIRST))
    assert dump(store) == first


def test_other_chunks_are_extracted_again_and_equal_their_own_clean_run(
    store: Store, settings: Settings, folder: Path
) -> None:
    text = "Anna Berg joined Norvik Systems. " * 20
    expected = clean(store, settings, {"a.txt": text}, max_chunk_chars=200)
    for path in folder.iterdir():
        path.unlink()
    write(folder, {"a.txt": text})
    ingest(settings, folder)
    report = ingest(settings, folder, max_chunk_chars=200)
    assert dict(report.documents) == {"changed": 1}
    assert dump(store) == expected


def test_a_deleted_claim_takes_its_fact_relationship_and_entity_along(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    built = ("Erik Lund", "BUILT", "Varde Bridge")
    assert built in relationships(graph.store)
    assert one(graph.store, "MATCH (f:Fact {predicate: 'BUILT'}) RETURN count(f)") == 1
    write(folder, {"c.txt": "Mr Erik Lund married Anna Berg.\n"})
    graph.ingest(folder)
    assert built not in relationships(graph.store)
    assert ("Anna Berg", "MARRIED_TO", "Erik Lund") in relationships(graph.store) | {
        (b, predicate, a) for a, predicate, b in relationships(graph.store)
    }
    assert "Varde Bridge" not in names(graph.store)
    assert one(graph.store, "MATCH (f:Fact) WHERE f.predicate STARTS WITH 'BUILT' RETURN count(f)") == 0
    assert one(graph.store, "MATCH (n) WHERE n:Stale RETURN count(n)") == 0


def test_a_fact_that_loses_one_of_two_supports_stays_with_the_other(graph: Groundplan, folder: Path) -> None:
    support = (
        "MATCH (:__Entity__ {name: 'Anna Berg'})-[r:FOUNDED]->(:__Entity__ {name: 'Halden Instruments'}) "
        "RETURN [r.support, r.documents] AS counts"
    )
    graph.ingest(folder)
    assert one(graph.store, support) == [2, 2]
    write(folder, {"a.txt": "The archive was empty.\n"})
    graph.ingest(folder)
    assert one(graph.store, support) == [1, 1]


# What becomes knowledge


def test_two_dates_of_one_founding_conflict_and_a_more_precise_one_does_not(graph: Groundplan, folder: Path) -> None:
    write(folder, {"e.txt": "Halden Instruments was founded on 3 May 1962.\n"})
    graph.ingest(folder)
    found = rows(
        graph.store,
        "MATCH (a:Fact {predicate: 'FOUNDED_ON'})-[:CONFLICTS_WITH]-(b:Fact) "
        "MATCH (a)-[:FACT_SUBJECT]->(:__Entity__ {name: 'Halden Instruments'}) RETURN a.value AS a, b.value AS b",
    )
    assert {(row["a"], row["b"]) for row in found} == {
        ("1962", "1963"), ("1963", "1962"), ("1962-05-03", "1963"), ("1963", "1962-05-03"),
    }  # fmt: skip


def test_a_conflict_ends_when_one_side_is_only_denied(graph: Groundplan, tmp_path: Path) -> None:
    conflicts = "MATCH (:Fact)-[r:CONFLICTS_WITH]->(:Fact) RETURN count(r)"
    said = {"a.txt": "Norvik Systems was founded in 1962.\n", "b.txt": "Norvik Systems was founded in 1963.\n"}
    graph.ingest(write(tmp_path / "said", said))
    assert one(graph.store, conflicts) == 1
    graph.ingest(write(tmp_path / "said", {"b.txt": "Norvik Systems was not founded in 1963.\n"}))
    assert one(graph.store, "MATCH (f:Fact {predicate: 'FOUNDED_ON'}) RETURN count(f)") == 2
    assert one(graph.store, conflicts) == 0


def test_entities_of_several_documents_are_one_by_kind_and_normalised_name(graph: Groundplan, tmp_path: Path) -> None:
    said = {
        "a.txt": "Norvik Systems Ltd employed Anna Berg. The harbour master lived in Oslo.\n",
        "b.txt": "Mrs Anna Berg joined Norvik Systems. The harbour master lived in Oslo.\n",
        "c.txt": "Mr Oslo lived in Bergen. Norvik Systems Ltd failed.\n",
    }
    graph.ingest(write(tmp_path / "said", said))
    found = rows(
        graph.store,
        "MATCH (e:__Entity__) RETURN e.name AS name, e.kind AS kind, e.kind IN labels(e) AS labelled, "
        "e.documents AS documents, e.aliases AS aliases ORDER BY name, kind",
    )
    assert [(row["name"], row["kind"], row["documents"], row["aliases"]) for row in found] == [
        ("Anna Berg", "Person", 2, []),
        ("Bergen", "Place", 1, []),
        ("Norvik Systems Ltd", "Organization", 3, ["Norvik Systems"]),
        ("Oslo", "Person", 1, []),
        ("Oslo", "Place", 2, []),
        ("harbour master", "Person", 1, []),
        ("harbour master", "Person", 1, []),
    ]
    assert {row["name"] for row in found if not row["labelled"]} == {"harbour master"}  # it has no name


def test_a_functional_value_is_a_property_of_its_entity_for_as_long_as_it_is_said(
    graph: Groundplan, folder: Path
) -> None:
    born = "MATCH (e:__Entity__ {name: 'Anna Berg'}) RETURN e.born_on AS born"
    graph.ingest(folder)
    assert one(graph.store, born) == "1931-05-03"
    write(folder, SECOND)
    graph.ingest(folder)
    assert one(graph.store, born) == "1931-05-04"
    write(folder, {"c.txt": "Anna Berg was born in Bergen.\n"})
    graph.ingest(folder)
    assert one(graph.store, born) is None


def test_what_is_not_plainly_asserted_is_a_claim_and_no_relationship(graph: Groundplan, tmp_path: Path) -> None:
    sentences = [
        "Anna Berg did not join Norvik Systems.",
        "Anna Berg may join Norvik Systems.",
        "Anna Berg will join Norvik Systems.",
        "If Anna Berg joined Norvik Systems, the town would grow.",
        "Anna Berg reportedly joined Norvik Systems.",
        "Erik Lund said that Anna Berg joined Norvik Systems.",
        "According to Erik Lund, Anna Berg joined Norvik Systems.",
        "Norvik Systems joined Anna Berg.",
    ]
    graph.ingest(write(tmp_path / "said", {f"{number}.txt": text for number, text in enumerate(sentences)}))
    claims = rows(
        graph.store,
        "MATCH (c:Claim)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(d:Document) "
        "WHERE c.predicate IN ['WORKS_FOR', 'MEMBER_OF'] RETURN c.quote AS quote ORDER BY d.path",
    )
    assert [claim["quote"] for claim in claims] == sentences
    assert relationships(graph.store) == set()


def test_a_denied_fact_is_known_as_denied(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    denied = rows(
        graph.store,
        "MATCH (c:Claim)-[:DENIES]->(f:Fact {predicate: 'WORKS_FOR'})-[:FACT_SUBJECT]->(e) "
        "RETURN e.name AS name, f.support AS support, f.denials AS denials, f.confidence AS confidence",
    )
    assert denied == [{"name": "Anna Berg", "support": 0, "denials": 1, "confidence": None}]
    assert ("Anna Berg", "WORKS_FOR", "Norvik Systems") not in relationships(graph.store)


def test_open_claims_are_relationships_in_the_texts_words_and_refused_ones_are_none(
    graph: Groundplan, folder: Path
) -> None:
    graph.ingest(folder)
    assert ("Anna Berg", "admire", "Erik Lund") in relationships(graph.store)
    assert one(graph.store, "MATCH (c:Claim {status: 'refused'}) RETURN collect(c.reason) AS reasons") == [
        "domain: Place is not Person"
    ]
    assert one(graph.store, "MATCH (:Claim {status: 'refused'})-[r:SUPPORTS|DENIES]->() RETURN count(r)") == 0


def test_every_quote_and_surface_is_the_characters_of_its_chunk(graph: Groundplan, folder: Path) -> None:
    long = "🚢 Ærø “Håkon” Anna Berg founded Halden Instruments. 👩‍🚀 Erik Lund joined Norvik Systems.\n\n" * 30
    graph.ingest(write(folder, {"long.txt": long}))
    said = rows(
        graph.store,
        "MATCH (c:Claim)-[:STATED_IN]->(k:Chunk) "
        "RETURN c.start AS start, c.end AS end, c.quote AS said, k.start AS chunk, k.text AS text "
        "UNION ALL MATCH (k:Chunk)-[m:MENTIONS]->() "
        "RETURN m.start AS start, m.end AS end, m.surface AS said, k.start AS chunk, k.text AS text",
    )
    assert len(said) > 150
    for row in said:
        assert row["text"][row["start"] - row["chunk"] : row["end"] - row["chunk"]] == row["said"] != ""
    chunks = rows(
        graph.store,
        "MATCH (k:Chunk)-[:FROM_DOCUMENT]->(:Document {path: 'long.txt'}) "
        "RETURN k.text AS text, k.start AS start, k.end AS end ORDER BY k.index",
    )
    assert "".join(chunk["text"] for chunk in chunks) == long
    assert [chunk["start"] for chunk in chunks] == [0, *(chunk["end"] for chunk in chunks[:-1])]
    chained = one(graph.store, "MATCH (:Chunk)-[n:NEXT_CHUNK]->(:Chunk) RETURN count(n)")
    assert chained == len(chunks) - 1


# Documents larger than a transaction


def test_a_document_larger_than_a_transaction_equals_one_loaded_whole(store: Store, settings: Settings) -> None:
    large = {"large.txt": "\n\n".join([*FIRST.values()] * 12), **FIRST}
    whole = clean(store, settings, large)
    committed = clean_transactions(store, settings, large)
    assert dump(store) == whole
    assert committed > 10
    report = ingest(settings, f"archive={settings.home.parent / 'clean'}", home="large-home")
    assert report.written == NOTHING


def clean_transactions(store: Store, settings: Settings, documents: dict[str, str]) -> int:
    """Ingest with small transactions; how many of them wrote evidence."""
    folder = write(settings.home.parent / "clean", documents)
    counting = MortalStore(store, lives=10_000)
    own = settings.model_copy(update={"home": settings.home.parent / "large-home", "max_transaction_rows": 100})
    with counting, Groundplan.open(own) as kg:
        job_on(counting, own, kg.ontology).run(parse_sources([f"archive={folder}"]))
    return counting.committed["evidence"]


def test_a_large_document_that_changes_or_is_interrupted_leaves_nothing_behind(
    store: Store, settings: Settings, folder: Path
) -> None:
    first, second = ({"large.txt": "\n\n".join([*said.values()] * 4)} for said in (FIRST, SECOND))
    expected = clean(store, settings, second)
    tuned = settings.model_copy(update=SMALL_TRANSACTIONS)
    for path in folder.iterdir():
        path.unlink()
    with Groundplan.open(tuned) as kg:
        kg.ingest(write(folder, first))
        for lives in sorted(random.sample(range(2, 12), 3)):
            assert not ends_by_itself(MortalStore(store, lives=lives), kg, write(folder, second))
            write(folder, first)
            assert not ends_by_itself(MortalStore(store, lives=2), kg, folder)
        kg.ingest(write(folder, second))
    assert dump(store) == expected


# Crashes


def test_a_run_that_ends_after_any_transaction_is_finished_by_the_next(
    store: Store, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = [(documents, clean(store, settings, documents)) for documents in (FIRST, SECOND)]
    tuned = settings.model_copy(update=SMALL_TRANSACTIONS)
    small_passes(monkeypatch, 2)
    lives, done = random.choice((1, 2, 3)), False
    with Groundplan.open(tuned) as kg:
        kg.ingest(write(folder, SECOND))
        while not done:
            documents, expected = versions[0]
            done = ends_by_itself(MortalStore(store, lives=lives), kg, write(folder, documents))
            kg.ingest(folder)
            assert dump(store) == expected, f"after {lives} transactions"
            versions.reverse()
            lives += 3
    assert lives > 20


def ends_by_itself(mortal: MortalStore, kg: Groundplan, folder: Path) -> bool:
    with mortal:
        try:
            job_on(mortal, kg.settings, kg.ontology).run(parse_sources([str(folder)]))
        except Killed:
            return False
    return True


@pytest.mark.parametrize("stage", ["resolve", "derive"])
def test_a_run_that_ends_before_a_pass_is_finished_by_the_next(
    graph: Groundplan, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    expected = clean(graph.store, settings, FIRST)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(job_module, stage, killed)
        with pytest.raises(Killed):
            graph.ingest(folder)
    assert one(graph.store, "MATCH (r:Run {status: 'failed'}) RETURN count(r)") == 1
    assert one(graph.store, "MATCH (f:Fact) RETURN count(f)") == 0
    graph.ingest(folder)
    assert dump(graph.store) == expected


# Two at a time


def test_a_second_run_at_the_same_time_is_told_to_try_later(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    resolve = resolve_module.resolve

    def waiting(*arguments: Any) -> Counter[str]:  # noqa: ANN401
        at_work.set()
        assert go_on.wait(60)
        return resolve(*arguments)

    monkeypatch.setattr(job_module, "resolve", waiting)
    reports: list[RunReport] = []
    first = threading.Thread(target=lambda: reports.append(graph.ingest(folder)))
    first.start()
    try:
        assert at_work.wait(60)
        with Groundplan.open(graph.settings) as other, pytest.raises(GraphBusy) as raised:
            other.ingest(folder)
    finally:
        go_on.set()
        first.join(60)
    assert (raised.value.exit_code, raised.value.transient) == (75, True)
    assert [report.status for report in reports] == ["done"]
    assert dict(graph.ingest(folder).documents) == {"unchanged": 6}


# Dead letters


def fragile_run(graph: Groundplan, folder: Path) -> RunReport:
    job = job_on(graph.store, graph.settings, graph.ontology)
    job.intake.make_extractor = partial(fragile_extractor, graph.settings.model, graph.ontology)
    job.run(parse_sources([str(folder)]))
    return job.report


def test_what_cannot_be_read_is_a_dead_letter_and_the_rest_is_ingested(
    store: Store, settings: Settings, folder: Path
) -> None:
    expected = clean(store, settings, FIRST)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    (folder / "notes.jsonl").write_text('{"id": "n1"}\n')
    (folder / "unknown.xyz").write_text("nobody reads this")
    report = ingest(settings, folder)
    assert dict(report.documents) == {"new": 6, "failed": 2}
    assert dict(report.skipped) == {"unknown suffix '.xyz'": 1}
    assert report.dead_letters is not None
    letters = [json.loads(line) for line in report.dead_letters.read_text().splitlines()]
    assert [(letter["source"], letter["path"], letter["record"], letter["stage"]) for letter in letters] == [
        ("archive", "broken.pdf", None, "read"),
        ("archive", "notes.jsonl", "n1", "read"),
    ]
    assert all(letter["reason"] and letter["remedy"] for letter in letters)
    assert dump(store) == expected


def test_of_two_files_whose_names_differ_only_in_how_accents_are_written_one_is_read_in_every_run(
    graph: Groundplan, folder: Path
) -> None:
    names = [unicodedata.normalize(form, "Zürich.txt") for form in ("NFC", "NFD")]
    for number, name in enumerate(names):
        (folder / name).write_text(f"Karl Berg was born in Zürich in 190{number}.\n", encoding="utf-8")
    for _ in range(2):
        report = graph.ingest(folder)
        assert [failed.path for failed in report.failures] == [names[0]]
        assert "how its accents are written" in report.failures[0].reason
    assert (report.documents["changed"], report.written) == (0, NOTHING)
    assert [each.path for each in outstanding(graph.settings.home)] == [names[0]]
    (folder / names[1]).rename(folder / "z.txt")
    assert graph.ingest(folder).documents["new"] == 1
    assert outstanding(graph.settings.home) == []


def test_a_document_that_breaks_extraction_fails_alone_and_in_every_run_until_it_succeeds(
    graph: Groundplan, settings: Settings, folder: Path
) -> None:
    broken = {
        "more.jsonl": '{"id": "1", "text": "Erik Lund breaks it."}\n{"id": "2", "text": "Erik Lund met Anna Berg."}\n'
    }
    expected = clean(graph.store, settings, FIRST | broken)
    write(folder, broken)
    for unchanged in (0, 7):
        report = fragile_run(graph, folder)
        assert report.documents["failed"] == 1
        assert report.documents["unchanged"] == unchanged
        (failed,) = report.failures
        assert (failed.path, failed.record, failed.stage) == ("more.jsonl", "1", "extract")
        assert failed.reason == "ValueError: this text breaks it"
    assert dict(graph.ingest(folder).documents) == {"new": 1, "unchanged": 7}
    assert dump(graph.store) == expected


def test_a_changed_document_that_breaks_extraction_is_tried_again(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    write(folder, {"a.txt": "Erik Lund breaks it.\n"})
    for _ in range(2):
        assert fragile_run(graph, folder).documents["failed"] == 1
    assert dict(graph.ingest(folder).documents) == {"changed": 1, "unchanged": 5}


def test_more_dead_letters_than_allowed_is_an_error_after_the_rest_was_ingested(
    store: Store, settings: Settings, folder: Path
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    assert ingest(settings, folder, max_dead_letters=1).documents["failed"] == 1
    clear(store)
    with pytest.raises(TooManyDeadLetters, match="1 of 7 documents failed; 0 are allowed"):
        ingest(settings, folder, max_dead_letters=0)
    assert "Anna Berg" in names(store)


def test_a_run_in_which_everything_failed_exits_with_65_and_still_reports(
    store: Store,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = write(tmp_path / "bad", {"a.pdf": "no PDF", "b.pdf": "neither"})
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert cli.run(["ingest", str(bad)]) == 65
    output = capsys.readouterr()
    report = json.loads(output.out.splitlines()[-1])
    assert report["documents"] == {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "pruned": 0, "failed": 2}
    assert report["dead_letters"] in output.err
    assert one(store, "MATCH (d:Document) RETURN count(d)") == 0


# Formats


def test_every_format_arrives_with_its_record_ids(graph: Groundplan, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "formats",
        {
            "a.txt": "Anna Berg was born in Oslo.\n",
            "b.md": "---\ndate: 1962-03\n---\n# Minutes\n\n**Karl Berg** was born in Oslo.\n",
            "c.html": "<html><title>Page</title><body><p>Erik Lund was born in Oslo.</p></body></html>",
            "d.jsonl": '{"id": "x-1", "text": "Ida Lund was born in Oslo."}\n{"text": "Ola Vik was born in Oslo."}\n',
            "e.csv": "key,title,text\n17,Row,Eva Dahl was born in Oslo.\n",
        },
    )
    (folder / "f.pdf").write_bytes(pdf("Nils Holm was born in Oslo."))
    report = graph.ingest(folder)
    assert dict(report.documents) == {"new": 7}
    found = rows(
        graph.store,
        "MATCH (d:Document)<-[:FROM_DOCUMENT]-(:Chunk)<-[:STATED_IN]-(c:Claim {predicate: 'BORN_IN'}) "
        "MATCH (c)-[:SUBJECT]->(l) RETURN d.path AS path, d.record AS record, l.name AS name ORDER BY path, name",
    )
    assert [(row["path"], row["record"], row["name"]) for row in found] == [
        ("a.txt", None, "Anna Berg"),
        ("b.md", None, "Karl Berg"),
        ("c.html", None, "Erik Lund"),
        ("d.jsonl", "x-1", "Ida Lund"),
        ("d.jsonl", "2", "Ola Vik"),
        ("e.csv", "17", "Eva Dahl"),
        ("f.pdf", None, "Nils Holm"),
    ]
    dates = rows(graph.store, "MATCH (d:Document) WHERE d.date IS NOT NULL RETURN d.path AS path, d.date AS date")
    assert dates == [{"path": "b.md", "date": "1962-03"}]


PLAIN_ONTOLOGY = """
[ontology]
name = "plain"
version = "1"
extends = "default"

[kinds.Facility]
labels = ["FAC"]
last_words = ["bridge"]

[predicates.FOUNDED_ON]
domain = ["Organization"]
value = "date"
triggers = ["founded in"]

[predicates.BORN_IN]
domain = ["Person"]
range = ["Place"]
triggers = ["born in"]
"""


def test_a_changed_ontology_leaves_the_graph_that_a_clean_run_under_it_gives(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.toml"
    plain.write_text(PLAIN_ONTOLOGY, encoding="utf-8")
    documents = FIRST | {"e.txt": "Anna Berg was born in Bergen."}
    expected = clean(store, settings, documents, ontology=plain)
    folder = write(tmp_path / "archive", documents)
    ingest(settings, folder)
    assert one(store, "MATCH (:Fact)-[c:CONFLICTS_WITH]-(:Fact) RETURN count(c) AS n") > 0
    ingest(settings, folder, ontology=plain)
    assert dump(store) == expected


def test_a_record_that_left_its_file_is_kept_and_counted_as_gone_each_time(settings: Settings, folder: Path) -> None:
    ingest(settings, folder)
    first, _ = FIRST["records.jsonl"].splitlines()
    (folder / "records.jsonl").write_text(first + "\n", encoding="utf-8")
    for _ in range(2):
        report = ingest(settings, folder)
        assert (report.documents["gone"], report.documents["unchanged"]) == (1, 5)
        assert report.gone == ["archive/records.jsonl (1 of its records)"]


def test_a_word_of_a_document_never_names_a_property_of_an_entity(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    text = "The Kelford Council named Carl Dahl in 1950. Erik Strand named Carl Dahl."
    ingest(settings, write(tmp_path / "archive", {"a.txt": text}))
    assert one(store, "MATCH (f:Fact {predicate: 'name'}) RETURN count(f) AS n") > 0
    assert one(store, "MATCH (e:__Entity__) WHERE e.name IS NULL RETURN count(e) AS n") == 0


def test_the_quote_of_a_very_long_sentence_still_holds_who_did_it(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    aside = ", after a good many years at sea and ashore in every kind of weather," * 8
    ingest(settings, write(tmp_path / "archive", {"a.txt": f"Anna Berg{aside} founded Halden Instruments in 1962."}))
    quotes = rows(store, "MATCH (c:Claim {predicate: 'FOUNDED'}) RETURN c.quote AS quote")
    assert quotes
    assert all("Anna Berg" in row["quote"] and "Halden Instruments" in row["quote"] for row in quotes)
