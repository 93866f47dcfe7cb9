"""The bulk way into an empty graph gives the graph that the loader gives, also when it is killed in the import."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ARCHIVE, CACHE, small_server
from support import dump, rows

from pipeline.api import Groundplan
from pipeline.errors import TooManyDeadLetters, UsageError
from pipeline.ingest.bulk import BulkLoad
from pipeline.ingest.bulk_files import ARGUMENTS
from pipeline.ingest.report import RunReport
from pipeline.settings import Settings
from pipeline.store import private
from pipeline.store.bulk_import import import_files
from pipeline.store.server import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.ingest.sources import Source

COMMAND = Path(sys.executable).with_name("groundplan")
PROPERTIES = """
    MATCH (n) WHERE NOT n:Run AND NOT n:Migration
    OPTIONAL MATCH (n)-[r]->()
    WITH labels(n) AS labels, properties(n) AS node, r ORDER BY type(r), r.key, r.fact, r.weight
    RETURN labels, node, collect([type(r), properties(r)]) AS links
"""
ODD = (
    {"id": "quotes", "title": 'The "new" \\ bridge', "text": '"Anna Berg" founded Halden "AS".\n\nShe said: ""\\n.\n'},
    {
        "id": "signs",
        "title": "Ærø; a,b|c",
        "text": "Anna Berg 🎉 lived in Ærø\tin 1931.\x01 \x1f Erik Lund, of Oslo;\n",
    },
    {"id": "empty", "title": "", "text": "\n \n"},
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The sample archive, and texts that CSV could spoil."""
    folder = tmp_path / "archive"
    shutil.copytree(ARCHIVE, folder)
    (folder / "odd.jsonl").write_text("".join(json.dumps(each) + "\n" for each in ODD), encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    """Settings for a private server of the test's own."""
    settings = Settings(home=small_server(tmp_path / "own"), cache=CACHE, db_heap_mb=512, workers=1, encoder="none")
    yield settings
    private.stop(settings)


def properties(kg: Groundplan) -> list[str]:
    """Every property, also those that are in no digest."""
    found = rows(kg.store, PROPERTIES)  # labels come in the order in which a database first met them
    return sorted(json.dumps({**row, "labels": sorted(row["labels"])}, sort_keys=True) for row in found)


def kill_in_the_import(settings: Settings, folder: Path) -> None:
    tuned = {f"GROUNDPLAN_{name.upper()}": str(getattr(settings, name)) for name in ("home", "cache", "db_heap_mb")}
    process = subprocess.Popen(
        [COMMAND, "ingest", "--bulk", folder],
        env={**os.environ, **tuned, "GROUNDPLAN_WORKERS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log = Folder.of(settings).logs / "import.log"
    while process.poll() is None and not (log.exists() and "Node import" in log.read_text("utf-8")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.timeout(900)
def test_killed_in_the_import_the_same_command_makes_the_graph_that_the_loader_makes(
    archive: Path, own: Settings, graph: Groundplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.ingest(archive)
    shutil.copytree(graph.settings.home / "records", own.home / "records")  # the job need not extract again
    kill_in_the_import(own, archive)
    assert Folder.of(own).importing.exists()
    monkeypatch.setattr("pipeline.ingest.bulk_files.MAX_FIELD_CHARS", 1_000)  # some are left to the loader
    with Groundplan.open(own) as kg:
        report = kg.ingest(archive, bulk=True)
        assert report.status == "done"
        assert report.documents["new"] == len(rows(graph.store, "MATCH (d:Document) RETURN d.key"))
        assert report.documents["unchanged"] == 0
        assert report.seconds["import"] > 0
        assert not (own.home / "bulk").exists()
        assert kg.digest() == graph.digest()
        assert dump(kg.store) == dump(graph.store)
        assert properties(kg) == properties(graph)
        again = kg.ingest(archive)
        assert set(again.written.values()) == {0}


def test_a_graph_that_holds_something_is_refused_and_left_as_it_is(archive: Path, graph: Groundplan) -> None:
    graph.ingest(archive / "odd.jsonl")
    before = properties(graph)
    with pytest.raises(UsageError, match=r"holds \d+ nodes already.*without --bulk"):
        graph.ingest(archive, bulk=True)
    assert properties(graph) == before


def test_a_limit_is_refused(archive: Path, graph: Groundplan) -> None:
    with pytest.raises(UsageError, match=r"takes all documents.*--limit"):
        graph.ingest(archive, bulk=True, limit=3)


def test_what_comes_into_the_graph_while_the_files_are_written_is_not_overwritten(
    archive: Path, graph: Groundplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = BulkLoad.write
    imported: list[BulkLoad] = []

    def slow(load: BulkLoad, sources: Sequence[Source]) -> int:
        documents = write(load, sources)
        rows(load.store, "CREATE (:Decision {key: 'x'})")
        return documents

    monkeypatch.setattr(BulkLoad, "write", slow)
    monkeypatch.setattr(BulkLoad, "import_files", imported.append)
    monkeypatch.setattr("pipeline.api.graph.named_server", lambda _: None)  # as on a private server
    with pytest.raises(UsageError, match=r"holds \d+ nodes already"):
        graph.ingest(archive / "odd.jsonl", bulk=True)
    assert not imported
    assert rows(graph.store, "MATCH (d:Decision) RETURN d.key AS key") == [{"key": "x"}]


def test_the_files_for_a_named_server_and_a_catalogue_give_the_graph_that_the_loader_gives(
    archive: Path, own: Settings, graph: Groundplan
) -> None:
    """Written for one server, imported into another: as `import_command` says."""
    report = graph.ingest(archive, bulk=True, catalogue=True)
    assert report.status == "written"
    folder = graph.settings.home / "bulk"
    assert report.import_command == (
        f"cd {folder} && neo4j-admin database import full neo4j --overwrite-destination=true @import.args"
    )
    assert report.import_command in str(report)
    assert "without --bulk" in str(report)
    assert (folder / "Document-1.csv").read_text(encoding="utf-8").startswith("key:ID(Document),source:string")
    assert rows(graph.store, "MATCH (n) WHERE NOT n:Migration RETURN n") == []
    import_files(own, folder, ARGUMENTS)
    known = graph.ingest(archive, catalogue=True)
    assert not folder.exists()  # an ordinary run does without
    with Groundplan.open(own) as kg:
        finished = kg.ingest(archive, catalogue=True)
        assert finished.documents["unchanged"] == known.documents["new"]
        assert rows(kg.store, "MATCH (d:Document) RETURN DISTINCT d.structured AS s") == [{"s": False}]
        assert rows(kg.store, "MATCH (n:LocalEntity) RETURN n") == []
        assert dump(kg.store) == dump(graph.store)
        assert properties(kg) == properties(graph)


def test_dead_letters_refuse_a_bulk_load_into_files_too_and_the_files_are_there(
    graph: Groundplan, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("Anna Berg was born in Oslo.\n", encoding="utf-8")
    (tmp_path / "letters" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    report, strict = RunReport.begin(), settings.model_copy(update={"max_dead_letters": 0})
    with (
        Groundplan.open(strict) as kg,
        pytest.raises(TooManyDeadLetters, match="1 of 2 documents failed; 0 are allowed"),
    ):
        kg.ingest(tmp_path / "letters", bulk=True, report=report)
    assert (report.status, report.import_command is None) == ("written", False)
    assert (settings.home / "bulk" / ARGUMENTS).exists()
    with pytest.raises(TooManyDeadLetters, match="1 of 1 documents failed; nothing could be read"):
        graph.ingest(tmp_path / "letters" / "broken.pdf", bulk=True)


def test_what_an_import_began_is_finished_with_and_without_bulk(archive: Path, graph: Groundplan) -> None:
    """As after a kill between the import and the end of the job: the graph holds the run that stands for the import."""
    imported = "CREATE (:Run {id: 'import', status: 'imported', started: '2026-01-01'})"
    rows(graph.store, imported + " CREATE (:LocalEntity {key: 'x', document: 'y', kind: 'Person', name: 'Anna'})")
    rows(graph.store, "MATCH (m:Migration) WITH m LIMIT 2 DELETE m")
    report = graph.ingest(archive / "odd.jsonl", bulk=True)
    assert report.status == "done"
    assert rows(graph.store, "MATCH (l:LocalEntity {key: 'x'}) RETURN l.aliases AS aliases") == [{"aliases": []}]
    assert graph.status().pending_migrations == ()
    with pytest.raises(UsageError, match="without --bulk"):
        graph.ingest(archive, bulk=True)
