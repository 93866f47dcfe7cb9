"""What the check-up finds, one thing after the other, and what it says to do about it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from support import environment, rows

from pipeline.cli.doctor import doctor
from pipeline.ingest.communities import find_communities
from pipeline.ingest.doctor import Finding, examine_graph, examine_host
from pipeline.ingest.sources import parse_sources, remember
from pipeline.settings import Settings
from pipeline.store import migrate
from pipeline.store.lease import sole_writer

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

TEXT = "Anna Berg founded Halden Instruments in 1962. She was born in Oslo. Karl Vos joined Halden Instruments.\n"
GRAPH = {
    "server",
    "schema",
    "indexes",
    "lease",
    "last run",
    "unfinished work",
    "vectors",
    "communities",
    "orphans",
    "offsets",
    "dead letters",
}
RUN = "CREATE (:Run {id: 'r', status: $status, started: '2026-01-01', summary: '{}'})"


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def filled(graph: Groundplan, letters: Path) -> Groundplan:
    graph.ingest(letters)
    return graph


def of_graph(graph: Groundplan) -> dict[str, Finding]:
    """What is not well in the graph, by the name of the check."""
    found = list(examine_graph(graph.store, graph.settings, graph.ontology))
    assert {each.check for each in found} == GRAPH
    assert all(each.remedy or each.state == "ok" for each in found)
    return {each.check: each for each in found if each.state != "ok"}


def of_host(settings: Settings, check: str) -> Finding:
    return next(each for each in examine_host(settings) if each.check == check)


# Settings and host


def test_a_sound_graph_and_host_are_all_well_and_the_command_exits_0(
    filled: Groundplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert of_graph(filled) == {}
    for name, value in environment(filled.settings).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(doctor, ["--json"], standalone_mode=False)
    said = json.loads(done.stdout)
    assert done.return_value == 0
    assert not said["failed"]
    assert {each["check"] for each in said["findings"]} == GRAPH | {"settings", "disk", "model", "encoder", "sources"}
    assert {each["state"] for each in said["findings"]} == {"ok"}


@pytest.mark.parametrize(
    ("name", "value", "check", "said", "remedy"),
    [
        ("GROUNDPLAN_WORKERS", "many", "settings", "workers", "GROUNDPLAN_WORKERS"),
        ("GROUNDPLAN_MODEL", "xx_none_md", "model", "no spaCy model 'xx_none_md'", "unset GROUNDPLAN_MODEL"),
        ("NEO4J_URI", "bolt://127.0.0.1:1", "server", "127.0.0.1:1", "NEO4J_URI"),
    ],
)
def test_what_keeps_the_job_from_running_fails_the_command_with_78_and_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, check: str, said: str, remedy: str
) -> None:
    monkeypatch.setenv("GROUNDPLAN_HOME", str(tmp_path))
    monkeypatch.setenv("GROUNDPLAN_STORE_TIMEOUT_S", "1")
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    monkeypatch.setenv(name, value)
    done = CliRunner().invoke(doctor, ["--json"], standalone_mode=False)
    assert done.return_value == 78
    (found,) = (each for each in json.loads(done.stdout)["findings"] if each["check"] == check)
    assert found["state"] == "failed"
    assert said in found["detail"]
    assert remedy in found["remedy"]


def test_a_full_disk_and_a_source_that_is_not_there_are_warnings(
    tmp_path: Path, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    remember(settings.home, parse_sources([str(letters)]))
    assert of_host(settings, "sources") == Finding("sources", "ok", "1 known, all there")
    letters.rename(tmp_path / "moved")
    gone = of_host(settings, "sources")
    assert (gone.state, str(letters) in gone.detail) == ("warning", True)
    assert "groundplan ingest letters=PATH" in gone.remedy
    assert of_host(settings, "disk").state == "ok"
    monkeypatch.setattr("pipeline.ingest.doctor.MIN_FREE_BYTES", 10**18)
    full = of_host(settings, "disk")
    assert (full.state, "records/" in full.remedy) == ("warning", True)


# The graph


def test_communities_that_were_left_out_or_wait_are_a_warning(filled: Groundplan) -> None:
    filled.store.write("knowledge", lambda tx: tx.write("await_communities"))
    waiting = of_graph(filled)["communities"]
    assert (waiting.state, waiting.detail) == ("warning", "wait for the next run")
    find_communities(filled.store, 1, lambda _: None)
    left_out = of_graph(filled)["communities"]
    assert (left_out.state, "2 named entities or more" in left_out.detail) == ("warning", True)
    assert "GROUNDPLAN_MAX_COMMUNITY_ENTITIES" in left_out.remedy


def test_a_server_of_another_kind_is_a_warning(graph: Groundplan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ingest.doctor.SERVERS", ("4.",))
    found = of_graph(graph)["server"]
    assert (found.state, "5.26" in found.remedy) == ("warning", True)


def test_constraints_and_indexes_that_were_dropped_are_named_and_migrate_makes_them_again(filled: Groundplan) -> None:
    for name in ("chunk_id", "fact_key", "rel_founded_fact"):
        filled.store.schema(f"DROP CONSTRAINT {name}")
    for name in ("chunk_text", "document_file"):
        filled.store.schema(f"DROP INDEX {name}")
    filled.store.schema("CREATE INDEX fact_key FOR (n:Fact) ON (n.key)")  # it stands for no constraint
    found = of_graph(filled)
    assert set(found) == {"schema"}
    assert found["schema"].state == "failed"
    assert found["schema"].detail == "lacks chunk_id, fact_key, document_file, chunk_text, rel_founded_fact"
    assert "groundplan migrate" in found["schema"].remedy
    migrate.apply(filled.store, migrate.inspect(filled.store, filled.ontology))
    assert of_graph(filled) == {}


def test_a_pending_migration_is_named(graph: Groundplan) -> None:
    rows(graph.store, "MATCH (m:Migration {name: '0006_runs'}) DELETE m")
    found = of_graph(graph)["schema"]
    assert (found.state, found.detail) == ("failed", "lacks 0006_runs")


def test_an_index_that_failed_is_named_with_how_to_make_it_again(graph: Groundplan) -> None:
    rows(graph.store, "CREATE (:Huge {text: $text})", text="x" * 40_000)  # more than an index takes
    graph.store.schema("CREATE INDEX huge FOR (n:Huge) ON (n.text)")
    try:
        found = of_graph(graph)["indexes"]
        while found.state == "warning":  # it is still tried
            assert found.remedy == "Wait until they are populated."
            found = of_graph(graph)["indexes"]
    finally:
        graph.store.schema("DROP INDEX huge")
    assert (found.state, found.detail) == ("failed", "huge is FAILED")
    assert "DROP INDEX" in found.remedy
    assert "groundplan migrate" in found.remedy


def test_a_lease_is_told_as_held_or_as_left_behind(graph: Groundplan) -> None:
    elsewhere = graph.settings.model_copy(update={"home": graph.settings.home.parent / "elsewhere"})
    with sole_writer(graph.store, elsewhere):
        assert "lease" not in of_graph(graph)
        rows(graph.store, "MATCH (l:Lease) SET l.started = 1.0")  # as of a process that is no more
        left = of_graph(graph)["lease"]
    assert (left.state, left.remedy) == ("warning", "The next run takes it over; nothing to do.")


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("running", "It was killed: run the same command again, which finishes its work."),
        ("stopped", "Run the same command again."),
        ("failed", "Run the same command again."),
    ],
)
def test_a_run_that_did_not_end_well_is_a_warning(graph: Groundplan, status: str, remedy: str) -> None:
    assert of_graph(graph)["last run"].remedy == "Run `groundplan ingest SOURCE...`."
    rows(graph.store, RUN, status=status)
    found = of_graph(graph)["last run"]
    assert (found.state, found.detail, found.remedy) == ("warning", f"{status}, begun 2026-01-01", remedy)


def test_unfinished_work_is_a_warning(filled: Groundplan) -> None:
    rows(filled.store, "MATCH (d:Document) SET d.state = 'loaded'")
    found = of_graph(filled)["unfinished work"]
    assert (found.state, found.detail) == ("warning", "1 documents")
    assert "groundplan ingest" in found.remedy


def test_what_stands_alone_is_counted(graph: Groundplan) -> None:
    alone = {
        "chunks without a document": "CREATE (:Chunk {id: 'x'})",
        "local entities without a mention": "CREATE (:LocalEntity {key: 'x'})",
        "claims without a chunk or a subject": "CREATE (:Claim {key: 'x'})",
        "entities without a member": "CREATE (:__Entity__ {id: 'x'})",
        "facts without a claim": "CREATE (:Fact {key: 'x'})",
        "names without a bearer": "CREATE (:Name {key: 'x'})",
    }
    for statement in alone.values():
        graph.store.schema(statement)
    found = [each for each in examine_graph(graph.store, graph.settings, graph.ontology) if each.check == "orphans"]
    assert {each.detail for each in found} == {f"1 {what}" for what in alone}
    assert all(each.state == "failed" and "ingesting again" in each.remedy for each in found)


def test_one_quote_that_is_not_the_text_is_found_wherever_the_check_begins(filled: Groundplan) -> None:
    key = move_first_quote(filled.store)
    for _ in range(5):
        found = of_graph(filled)["offsets"]
        assert found.state == "failed"
        assert found.detail.startswith("1 of ")
        assert found.detail.endswith(f"quotes are not the text: {key}")
        assert "ingest the documents again" in found.remedy


def move_first_quote(store: Store) -> str:
    moved = "MATCH (c:Claim) WITH c ORDER BY c.key LIMIT 1 SET c.start = c.start + 1 RETURN c.key AS key"
    return str(rows(store, moved)[0]["key"])


def test_dead_letters_are_counted_by_stage(filled: Groundplan, letters: Path) -> None:
    (letters / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    filled.ingest(letters)
    found = of_graph(filled)["dead letters"]
    assert replace(found, remedy="") == Finding("dead letters", "warning", "1 in read")
    assert "groundplan retry" in found.remedy
