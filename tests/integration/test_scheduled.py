"""The job as a scheduler sees it: exit codes one by one, the last line on stdout, files beside it, signals, limits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import pytest
from support import Killed, dump, environment, rows

from pipeline import cli
from pipeline.api import Groundplan
from pipeline.errors import OutOfSpace, RunStopped, SourceError, StoreUnavailable, TooManyDeadLetters
from pipeline.ingest import estimate
from pipeline.ingest import intake as intake_module
from pipeline.ingest.dead_letters import outstanding
from pipeline.ingest.load import Loader
from pipeline.ingest.read import read_file
from pipeline.ingest.stop import StopRequest
from pipeline.store.lease import sole_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.settings import Settings
    from pipeline.store.driver import Store

COMMAND = Path(sys.executable).with_name("groundplan")
SUMMARY = {
    "run", "status", "started", "documents", "gone", "skipped", "chunks", "words", "mentions", "claims", "derived",
    "written", "dead_letters", "import_command", "seconds", "exit_code", "error",
}  # fmt: skip
TEXT = "Anna Berg founded Halden Instruments in 1962. She was born in Oslo.\n"


class Outcome(NamedTuple):
    code: int
    summary: dict[str, Any]
    err: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "archive"
    path.mkdir()
    for number in range(3):
        (path / f"{number}.txt").write_text(TEXT.replace("1962", str(1962 + number)), encoding="utf-8")
    return path


@pytest.fixture
def call(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run the command line in this process; its last line on stdout has to be one JSON object."""
    assert store.read("count_documents")
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)

    def called(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(code, json.loads(out.splitlines()[-1]), err)

    return called


def many(path: Path, count: int) -> Path:
    """A folder with documents for some seconds of extraction."""
    path.mkdir(exist_ok=True)
    for number in range(count):
        (path / f"{number:03}.txt").write_text(TEXT * 60 + f"Norvik {number} was founded in 1950.\n", encoding="utf-8")
    return path


SCANDIR = os.scandir


def scandir_without_old(path: Path | str) -> Any:  # noqa: ANN401
    if Path(path).name == "old":
        raise PermissionError(13, "Permission denied")
    return SCANDIR(path)


def unavailable(*_: object) -> None:
    raise StoreUnavailable("no Neo4j answers.", "Start it.")


# Exit codes and the summary


def test_0_when_done_and_when_there_is_nothing_to_do(call: Callable[..., Outcome], folder: Path) -> None:
    for new in (3, 0):
        outcome = call("ingest", folder)
        assert outcome.code == outcome.summary["exit_code"] == 0
        assert set(outcome.summary) == SUMMARY
        assert (outcome.summary["status"], outcome.summary["error"]) == ("done", None)
        assert outcome.summary["documents"]["new"] == new


def test_2_for_a_source_that_is_not_there_and_the_summary_says_so(call: Callable[..., Outcome], tmp_path: Path) -> None:
    outcome = call("ingest", tmp_path / "nowhere")
    assert outcome.code == outcome.summary["exit_code"] == 2
    assert outcome.summary["status"] == "not started"
    assert "does not exist" in outcome.summary["error"]


def test_65_for_more_dead_letters_than_allowed_after_the_rest_was_done(
    call: Callable[..., Outcome], folder: Path
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    assert call("ingest", folder, "--max-dead-letters", 1).code == 0
    outcome = call("ingest", folder, "--max-dead-letters", 0)
    assert outcome.code == outcome.summary["exit_code"] == 65
    assert (outcome.summary["status"], outcome.summary["documents"]["unchanged"]) == ("done", 3)


def test_75_while_another_holds_the_graph_says_who_and_since_when(
    call: Callable[..., Outcome], store: Store, settings: Settings, folder: Path
) -> None:
    elsewhere = settings.model_copy(update={"home": settings.home.parent / "elsewhere"})
    with sole_writer(store, elsewhere):
        outcome = call("ingest", folder)
    assert outcome.code == outcome.summary["exit_code"] == 75
    assert f"process {os.getpid()} on " in outcome.summary["error"]
    assert "has held the graph since 20" in outcome.summary["error"]
    assert call("ingest", folder).code == 0


def test_75_when_its_time_is_over_and_what_was_done_is_kept(call: Callable[..., Outcome], folder: Path) -> None:
    outcome = call("ingest", folder, "--max-seconds", 0.001)
    assert outcome.code == outcome.summary["exit_code"] == 75
    assert outcome.summary["status"] == "stopped"
    assert "its 0.001 s are over" in outcome.summary["error"]
    assert call("ingest", folder).summary["status"] == "done"


def test_78_for_a_setting_that_does_not_exist(
    call: Callable[..., Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDPLAN_WORKER", "2")
    outcome = call("ingest", folder)
    assert outcome.code == outcome.summary["exit_code"] == 78
    assert "GROUNDPLAN_WORKER" in outcome.summary["error"]


def test_78_for_a_pending_migration(call: Callable[..., Outcome], store: Store, folder: Path) -> None:
    call("ingest", folder)
    rows(store, "MATCH (m:Migration) WITH m ORDER BY m.name DESC LIMIT 1 DELETE m")
    outcome = call("ingest", folder)
    assert outcome.code == outcome.summary["exit_code"] == 78


def test_1_for_a_defect_of_ours_which_still_leaves_a_summary(
    folder: Path, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store.read("count_documents")
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("pipeline.ingest.job.derive", broken)
    with pytest.raises(ZeroDivisionError):  # which ends the process with 1 and its traceback
        cli.run(["ingest", str(folder)])
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["exit_code"], summary["status"], summary["error"]) == (1, "failed", "a defect")


def test_the_summary_goes_to_a_file_and_the_metrics_to_another_also_when_the_run_fails(
    call: Callable[..., Outcome], folder: Path, tmp_path: Path
) -> None:
    files = ("--summary-file", tmp_path / "last.json", "--metrics-file", tmp_path / "groundplan.prom")
    for arguments, code in (((folder,), 0), ((tmp_path / "nowhere",), 2)):
        outcome = call("ingest", *arguments, *files)
        assert json.loads((tmp_path / "last.json").read_text(encoding="utf-8")) == outcome.summary
        metrics = (tmp_path / "groundplan.prom").read_text(encoding="utf-8")
        assert f"groundplan_run_exit_code {code}.0" in metrics
        assert "groundplan_run_last_success_timestamp_seconds 1" in metrics


@pytest.mark.parametrize("bad", ["--summary-file", "--metrics-file"])
def test_a_file_that_cannot_be_written_is_2_in_what_is_printed_and_in_the_other_file(
    call: Callable[..., Outcome], folder: Path, tmp_path: Path, bad: str
) -> None:
    files = {"--summary-file": tmp_path / "last.json", "--metrics-file": tmp_path / "groundplan.prom"}
    (tmp_path / "file").write_text("", encoding="utf-8")
    given = files | {bad: tmp_path / "file" / "below"}
    outcome = call("ingest", folder, *(each for pair in given.items() for each in pair))
    assert outcome.code == outcome.summary["exit_code"] == 2
    assert (outcome.summary["status"], outcome.summary["documents"]["new"]) == ("done", 3)
    assert f"{bad[2:-5]} file" in outcome.summary["error"]
    if bad == "--summary-file":
        metrics = files["--metrics-file"].read_text(encoding="utf-8")
        assert "groundplan_run_exit_code 2.0" in metrics
        assert "last_success" not in metrics
    else:
        assert json.loads(files["--summary-file"].read_text(encoding="utf-8")) == outcome.summary


def test_a_run_that_fails_and_files_that_cannot_be_written_end_with_the_code_of_the_run(
    call: Callable[..., Outcome], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    below = tmp_path / "file" / "below"
    outcome = call("retry", "--max-seconds", 0.001, "--summary-file", below, "--metrics-file", below)
    assert outcome.code == outcome.summary["exit_code"] == 75
    assert outcome.err.count("Name a file in a folder") == 2


def test_a_full_disk_for_the_record_files_is_75_and_the_next_run_finishes(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    expected = dump(graph.store)
    rows(graph.store, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    record = next((graph.settings.home / "records" / "extract").rglob("*.jsonl"))
    record.unlink()
    record.with_suffix(f".{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(OutOfSpace, match="No space left on device"):
        graph.ingest(folder)
    assert graph.ingest(folder).status == "done"
    assert dump(graph.store) == expected


@pytest.mark.parametrize("file", ["sources.json", "records/extract", "dead-letters/2", "dead-letters/.outstanding"])
def test_a_full_disk_is_75_whatever_of_the_home_is_written_then(
    call: Callable[..., Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    opened = Path.open

    def on_a_full_disk(path: Path, mode: str = "r", **named: Any) -> Any:  # noqa: ANN401
        return opened(Path("/dev/full") if file in str(path) and mode != "r" else path, mode, **named)

    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", on_a_full_disk)
        outcome = call("ingest", folder)
    assert outcome.code == outcome.summary["exit_code"] == 75
    assert "No space left on device" in outcome.summary["error"]
    assert call("ingest", folder).summary["documents"]["failed"] == 1


# What is left out


def test_what_limit_leaves_out_is_taken_by_the_next_run_and_never_gone(graph: Groundplan, folder: Path) -> None:
    first = graph.ingest(folder, limit=2, prune=True)
    assert dict(first.documents) == {"new": 2}
    second = graph.ingest(folder, limit=2, prune=True)
    assert dict(second.documents) == {"new": 1, "unchanged": 2}


def test_since_leaves_out_older_files_which_are_not_gone(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    old = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    for name in ("0.txt", "1.txt"):
        (folder / name).write_text("Karl Berg was born in Bergen.\n", encoding="utf-8")
    os.utime(folder / "0.txt", (old, old))
    report = graph.ingest(folder, since=datetime.now(UTC) - timedelta(days=1), prune=True)
    assert dict(report.documents) == {"changed": 1, "unchanged": 1}
    assert sum(report.skipped.values()) == 1


def test_only_the_named_sources_are_looked_at(graph: Groundplan, folder: Path, tmp_path: Path) -> None:
    other = many(tmp_path / "other", 1)
    report = graph.ingest(folder, other, only=["other"])
    assert dict(report.documents) == {"new": 1}
    with pytest.raises(SourceError, match="called 'others'"):
        graph.ingest(folder, other, only=["others"])


def test_a_source_that_is_not_asked_for_may_be_missing_or_empty(graph: Groundplan, folder: Path) -> None:
    others = (folder.parent / "unmounted", f"letters={folder.parent}/gone/*.txt", folder.parent / "empty")
    others[2].mkdir()
    assert dict(graph.ingest(folder, *others, only=["archive"]).documents) == {"new": 3}
    for name in ("unmounted", "letters", "empty"):
        with pytest.raises(SourceError, match=name):
            graph.ingest(folder, *others, only=[name])


def test_a_dry_run_says_what_there_is_to_do_and_writes_nothing(
    call: Callable[..., Outcome], store: Store, settings: Settings, folder: Path
) -> None:
    call("ingest", folder)
    (folder / "0.txt").write_text("Karl Berg was born in Bergen.\n", encoding="utf-8")
    (folder / "1.txt").unlink()
    (folder / "9.txt").write_text(TEXT, encoding="utf-8")
    known, files = dump(store), sorted(settings.home.rglob("*"))
    summary = call("ingest", folder, "--dry-run").summary
    counts = {"new": 1, "changed": 1, "unchanged": 1, "gone": 1, "pruned": 0, "failed": 0}
    assert (summary["documents"], summary["chunks"], summary["words"]) == (counts, 2, 18)
    assert (dump(store), sorted(settings.home.rglob("*"))) == (known, files)


def test_a_dry_run_expects_time_and_room_by_the_words_and_by_what_earlier_runs_took(
    call: Callable[..., Outcome], store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "WORDS_PER_SECOND_OF_A_WORKER", 3)
    expected = ("words", "expected_seconds", "expected_graph_bytes", "measured")

    def dry(*arguments: object) -> list[object]:
        summary = call("ingest", folder, "--dry-run", *arguments).summary
        return [summary[name] for name in expected]

    words = 3 * len(TEXT.split())
    assert dry("--workers", 2) == [words, words / (2 * 3), words * estimate.GRAPH_BYTES_PER_WORD, False]
    took = {"mentions": 9, "words": 6_000, "seconds": {"total": 1_000.0}}
    earlier = "CREATE (:Run {id: 'r', status: 'done', started: '2026-01-01', summary: $summary})"
    rows(store, earlier, summary=json.dumps(took))
    assert dry() == [words, words / 6, words * estimate.GRAPH_BYTES_PER_WORD, True]
    assert dry("--catalogue") == [words, 0.0, words * estimate.CATALOGUED_BYTES_PER_WORD, False]


def test_a_dry_run_of_a_bulk_load_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("GROUNDPLAN_HOME", str(tmp_path / "home"))
    assert cli.run(["ingest", str(folder), "--dry-run", "--bulk"]) == 2
    assert "Leave out --bulk" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


# Stopping


def test_sigterm_finishes_what_is_in_hand_exits_75_leaves_no_process_and_the_next_run_goes_on(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    folder = many(tmp_path / "archive", 30)
    tuned = environment(settings) | {"GROUNDPLAN_BATCH_DOCUMENTS": "2", "GROUNDPLAN_MAX_TRANSACTION_ROWS": "2000"}
    job = subprocess.Popen(
        [COMMAND, "ingest", folder], env=os.environ | tuned, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    below: list[psutil.Process] = []
    while store.read("count_documents")[0]["documents"] == 0:
        assert job.poll() is None
        below = psutil.Process(job.pid).children(recursive=True)
        time.sleep(0.1)
    assert below
    job.send_signal(signal.SIGTERM)
    out, _ = job.communicate(timeout=120)
    summary = json.loads(out.splitlines()[-1])
    assert job.returncode == summary["exit_code"] == 75
    assert (summary["status"], summary["error"][:36]) == ("stopped", "the run was stopped: received SIGTER")
    assert [process for process in below if process.is_running()] == []
    taken = summary["documents"]["new"]
    assert 0 < taken < 30
    assert store.read("count_documents")[0]["documents"] == taken
    with Groundplan.open(settings) as kg:
        assert dict(kg.ingest(folder).documents) == {"new": 30 - taken, "unchanged": taken}


def test_a_run_that_is_stopped_in_a_pass_is_finished_by_the_next(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.ingest(folder)
    expected = dump(graph.store)
    rows(graph.store, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    stop = StopRequest()

    def check() -> None:
        stop.ask("enough")
        StopRequest.check(stop)

    monkeypatch.setattr(stop, "check", check)
    with pytest.raises(RunStopped, match="enough"):
        graph.ingest(folder, stop=stop)
    assert graph.status().waiting
    assert graph.ingest(folder).status == "done"
    assert graph.status().waiting == {}
    assert dump(graph.store) == expected


# Dead letters, status and the catalogue


def test_retry_takes_the_outstanding_letters_again_and_nothing_else(graph: Groundplan, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    graph.ingest(folder)
    assert {each.path for each in outstanding(graph.settings.home)} == {"broken.pdf", "empty.txt"}
    (folder / "empty.txt").write_text(TEXT, encoding="utf-8")
    (folder / "0.txt").write_text("Changed since.\n", encoding="utf-8")
    report = graph.retry()
    assert dict(report.documents) == {"new": 1, "failed": 1}
    assert [each.path for each in outstanding(graph.settings.home)] == ["broken.pdf"]
    (folder / "broken.pdf").unlink()
    graph.ingest(folder)
    assert outstanding(graph.settings.home) == []
    assert dict(graph.retry().documents) == {}


def test_letters_stay_outstanding_when_the_run_that_would_settle_them_ends_early(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["3.txt", "4.txt", "5.txt"]
    for name in names:
        (folder / name).write_text("", encoding="utf-8")
    graph.ingest(folder)
    for number, name in enumerate(names):
        (folder / name).write_text(f"Karl Berg was born in Bergen in 190{number}.\n", encoding="utf-8")
    stop = StopRequest()
    stop.ask("enough")
    with pytest.raises(RunStopped):
        graph.retry(stop=stop)
    assert [each.path for each in outstanding(graph.settings.home)] == names
    with monkeypatch.context() as patched:
        patched.setattr(Loader, "record", unavailable)
        with pytest.raises(StoreUnavailable):
            graph.retry()
    rows(graph.store, "MATCH (lease:Lease) DELETE lease")  # it expires, where no server answers
    assert [each.path for each in outstanding(graph.settings.home)] == names
    graph.ingest(folder, limit=1)
    assert [each.path for each in outstanding(graph.settings.home)] == names[1:]
    assert dict(graph.retry().documents) == {"new": 2}
    assert outstanding(graph.settings.home) == []


def test_the_letter_of_a_file_that_is_again_what_the_graph_holds_is_settled(graph: Groundplan, folder: Path) -> None:
    graph.ingest(folder)
    (folder / "0.txt").write_text("", encoding="utf-8")
    graph.ingest(folder)
    assert [each.path for each in outstanding(graph.settings.home)] == ["0.txt"]
    (folder / "0.txt").write_text(TEXT, encoding="utf-8")
    assert dict(graph.ingest(folder).documents) == {"unchanged": 3}
    assert outstanding(graph.settings.home) == []


@pytest.fixture
def without_old(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A folder below the folder that cannot be listed until this is undone."""
    (folder / "old" / "deep").mkdir(parents=True)
    for name in ("old/3.txt", "old/4.md", "old/deep/5.txt"):
        (folder / name).write_text("Karl Berg was born in Bergen.\n", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", scandir_without_old)
        yield patched


def test_the_letter_of_a_folder_is_settled_by_a_run_that_lists_it_or_finds_it_gone(
    graph: Groundplan, folder: Path, without_old: pytest.MonkeyPatch
) -> None:
    for mend in (without_old.undo, lambda: (folder / "old").rename(folder.parent / "elsewhere")):
        graph.ingest(folder)
        graph.ingest(folder / "0.txt")
        assert [each.path for each in outstanding(graph.settings.home)] == ["old"]
        mend()
        graph.ingest(folder)
        assert outstanding(graph.settings.home) == []
        without_old.setattr(os, "scandir", scandir_without_old)


def test_retry_of_a_folder_takes_what_the_run_would_have_read_below_it(
    graph: Groundplan, folder: Path, without_old: pytest.MonkeyPatch
) -> None:
    graph.ingest(f"archive={folder}/**/*.txt")
    with pytest.raises(TooManyDeadLetters, match="1 of 1"):
        graph.retry()
    (folder / "6.txt").write_text(TEXT, encoding="utf-8")
    without_old.undo()
    assert dict(graph.retry().documents) == {"new": 2}
    assert outstanding(graph.settings.home) == []
    found = rows(graph.store, "MATCH (d:Document) WHERE d.path STARTS WITH 'old' RETURN d.path AS path ORDER BY path")
    assert [row["path"] for row in found] == ["old/3.txt", "old/deep/5.txt"]


def test_retry_finds_a_file_below_folders_whose_names_are_not_written_in_nfc(graph: Groundplan, folder: Path) -> None:
    below = folder / unicodedata.normalize("NFD", "Zürich")
    below.mkdir()
    letter = below / unicodedata.normalize("NFD", "Löwe.txt")
    letter.write_text("", encoding="utf-8")
    graph.ingest(folder)
    letter.write_text("Karl Berg was born in Bergen.\n", encoding="utf-8")
    assert dict(graph.retry().documents) == {"new": 1}
    assert outstanding(graph.settings.home) == []
    assert dict(graph.ingest(folder).documents) == {"unchanged": 4}


def test_retry_takes_a_file_with_the_fields_and_in_the_way_in_which_it_failed(graph: Groundplan, folder: Path) -> None:
    (folder / "a.jsonl").write_text('{"id": "1", "abstract": ""}\n', encoding="utf-8")
    (folder / "b.txt").write_text("", encoding="utf-8")
    (folder / "c.txt").write_text("", encoding="utf-8")
    graph.ingest(folder / "a.jsonl", folder / "0.txt", fields={"text": "abstract"})
    graph.ingest(folder / "b.txt", folder / "0.txt", catalogue=True)
    graph.ingest(folder / "c.txt", folder / "0.txt")
    with pytest.raises(TooManyDeadLetters, match="3 of 3"):
        graph.retry()
    (folder / "a.jsonl").write_text('{"id": "1", "abstract": "Karl Berg was born in Bergen."}\n', encoding="utf-8")
    (folder / "b.txt").write_text("Karl Berg was born in Bergen.\n", encoding="utf-8")
    report = graph.retry()
    assert dict(report.documents) == {"new": 2, "failed": 1}
    assert [each.path for each in outstanding(graph.settings.home)] == ["c.txt"]
    structured = rows(graph.store, "MATCH (d:Document) RETURN d.path AS path, d.structured AS s ORDER BY path")
    assert [(row["path"], row["s"]) for row in structured] == [("0.txt", True), ("a.jsonl", True), ("b.txt", False)]
    assert graph.ingest(folder / "a.jsonl", fields={"text": "abstract"}).written["evidence"] == 0


def test_status_tells_the_latest_runs_the_holder_and_the_dead_letters(
    call: Callable[..., Outcome], store: Store, settings: Settings, folder: Path
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    call("ingest", folder)
    quiet = call("status", "--json").summary
    assert [run["status"] for run in quiet["runs"]] == ["done"]
    assert (quiet["running"], quiet["holder"], quiet["waiting"]) == (False, None, {})
    assert (quiet["dead_letters"], quiet["pending_migrations"]) == ({"read": 1}, [])
    with sole_writer(store, settings):
        busy = call("status", "--json").summary
    assert (busy["running"], busy["holder"]["pid"]) == (True, os.getpid())


def test_a_catalogue_that_is_killed_reads_again_only_the_files_of_its_last_batch(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(folder, 10)
    monkeypatch.setattr(intake_module, "MAX_WAITING_FILES", 4)
    recorded, record = [], Loader.record

    def killed(loader: Loader, files: list[dict[str, Any]]) -> None:
        recorded.append(len(files))
        if len(recorded) == 3:
            raise Killed
        record(loader, files)

    with Groundplan.open(graph.settings.model_copy(update={"batch_documents": 1})) as kg:
        with monkeypatch.context() as patched:
            patched.setattr(Loader, "record", killed)
            with pytest.raises(Killed):
                kg.ingest(folder, catalogue=True)
        read: list[Path] = []

        def reading(source: Any, relative: Path, *given: Any, **named: Any) -> Any:  # noqa: ANN401
            read.append(relative)
            return read_file(source, relative, *given, **named)

        monkeypatch.setattr(intake_module, "read_file", reading)
        assert sum(kg.ingest(folder, catalogue=True).documents.values()) == 13
    assert (recorded, len(read)) == ([4, 4, 4], 5)


def test_a_catalogue_can_be_searched_is_told_from_what_was_structured_and_is_structured_later(
    graph: Groundplan, folder: Path
) -> None:
    report = graph.ingest(folder, catalogue=True)
    assert (dict(report.documents), report.mentions) == ({"new": 3}, 0)
    assert rows(graph.store, "MATCH (d:Document) RETURN collect(DISTINCT d.structured) AS s") == [{"s": [False]}]
    assert graph.cypher("passages", words="Halden").rows
    assert "3 of them catalogued only" in str(graph.ask("Who was born in Bergen?"))
    again = graph.ingest(folder, catalogue=True)
    assert (dict(again.documents), again.written["evidence"]) == ({"unchanged": 3}, 0)
    structured = graph.ingest(folder)
    assert (dict(structured.documents), structured.mentions > 0) == ({"changed": 3}, True)
    known = dump(graph.store)
    assert dict(graph.ingest(folder, catalogue=True).documents) == {"unchanged": 3}
    assert dump(graph.store) == known
