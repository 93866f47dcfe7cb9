"""What is gone of a source, and above all what is not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import environment, rows

from pipeline import cli
from pipeline.api import Groundplan
from pipeline.errors import RunStopped, TooManyGone
from pipeline.ingest import intake as intake_module
from pipeline.ingest import plan as plan_module
from pipeline.ingest.load import Loader
from pipeline.ingest.report import RunReport
from pipeline.ingest.stop import StopRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.settings import Settings

FILES = {
    "a.txt": "Anna Berg founded Halden Instruments.\n",
    "b.txt": "Karl Berg founded Norvik Systems.\n",
    "c.md": "Erik Lund lived in Bergen.\n",
    "old/d.txt": "Ida Lund lived in Oslo.\n",
    "old/e.txt": "Ola Vik lived in Oslo.\n",
    "records.jsonl": "".join(f'{{"id": "{n}", "text": "Eva Dahl met Ola Vik in 190{n}."}}\n' for n in range(4)),
}


@pytest.fixture
def folder(graph: Groundplan, tmp_path: Path) -> Path:
    """A source of nine documents that the graph holds."""
    root = tmp_path / "archive"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    graph.ingest(root)
    return root


def paths(graph: Groundplan) -> list[str]:
    """The documents of the graph."""
    found = rows(graph.store, "MATCH (d:Document) RETURN d.path + coalesce('#' + d.record, '') AS path ORDER BY path")
    return [row["path"] for row in found]


EVERYTHING = ["a.txt", "b.txt", "c.md", "old/d.txt", "old/e.txt", *(f"records.jsonl#{n}" for n in range(4))]


def test_a_file_that_left_is_reported_by_name_in_every_run_and_kept(graph: Groundplan, folder: Path) -> None:
    (folder / "a.txt").unlink()
    for _ in range(2):
        report = graph.ingest(folder)
        assert (report.documents["gone"], report.documents["pruned"]) == (1, 0)
        assert report.gone == ["archive/a.txt"]
        assert "archive/a.txt" in str(report)
        assert "--prune" in str(report)
    assert paths(graph) == EVERYTHING


def test_files_and_records_that_left_are_deleted_when_that_is_asked_for(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.txt").unlink()
    (folder / "records.jsonl").write_text("\n".join(FILES["records.jsonl"].splitlines()[1:]), encoding="utf-8")
    report = graph.ingest(folder, prune=True)
    assert (report.documents["gone"], report.documents["pruned"]) == (2, 2)
    assert report.gone == ["archive/a.txt", "archive/records.jsonl (1 of its records)"]
    assert paths(graph) == [each for each in EVERYTHING if each not in {"a.txt", "records.jsonl#0"}]
    monkeypatch.setattr(intake_module, "read_file", None)  # no file is read again
    again = graph.ingest(folder, prune=True)
    assert dict(again.documents) == {"unchanged": 7}
    assert again.written == {"evidence": 0, "knowledge": 0, "enrichment": 0}


def test_pruning_ends_where_the_run_is_asked_to_stop_and_the_next_run_prunes_the_rest(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt", "c.md"):
        (folder / name).unlink()
    (folder / "records.jsonl").write_text("\n".join(FILES["records.jsonl"].splitlines()[1:]), encoding="utf-8")
    monkeypatch.setattr(plan_module, "BATCH_KEYS", 1)
    stop, removed = StopRequest(), Loader.remove

    def remove(loader: Loader, keys: list[str]) -> None:
        removed(loader, keys)
        stop.ask("enough")

    with Groundplan.open(graph.settings.model_copy(update={"max_prune_share": 1.0})) as kg:
        with monkeypatch.context() as patched:
            patched.setattr(Loader, "remove", remove)
            report = RunReport.begin()
            with pytest.raises(RunStopped, match="enough"):
                kg.ingest(folder, prune=True, stop=stop, report=report)
        assert (report.documents["gone"], report.documents["pruned"]) == (4, 1)
        assert len(paths(graph)) == len(EVERYTHING) - 1
        assert kg.ingest(folder, prune=True).documents["pruned"] == 3
    assert paths(graph) == ["old/d.txt", "old/e.txt", *EVERYTHING[-3:]]


def test_a_renamed_file_is_new_under_its_new_name_and_gone_under_the_old(graph: Groundplan, folder: Path) -> None:
    (folder / "a.txt").rename(folder / "z.txt")
    report = graph.ingest(folder, prune=True)
    assert {name: report.documents[name] for name in ("new", "gone", "pruned")} == {"new": 1, "gone": 1, "pruned": 1}
    assert "z.txt" in paths(graph)
    assert "a.txt" not in paths(graph)


def narrower(folder: Path) -> list[str]:
    return [f"archive={folder}/*.md"]


def one_file(folder: Path) -> list[str]:
    return [f"archive={folder / 'c.md'}"]


def another_source(folder: Path) -> list[str]:
    return [f"other={folder}/old"]


@pytest.mark.parametrize("sources", [narrower, one_file, another_source])
def test_what_the_sources_of_a_run_do_not_cover_is_not_gone(
    graph: Groundplan, folder: Path, sources: Callable[[Path], list[str]]
) -> None:
    (folder / "a.txt").unlink()
    report = graph.ingest(*sources(folder), prune=True)
    assert report.documents["gone"] == 0
    assert {*EVERYTHING} <= {*paths(graph)}


def replaced_by_a_link(folder: Path) -> None:
    (folder / "old").rename(folder.parent / "elsewhere")
    (folder / "old").symlink_to(folder.parent / "elsewhere")


def a_broken_link(folder: Path) -> None:
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(folder / "nowhere")


def without_text(folder: Path) -> None:
    (folder / "a.txt").write_text("", encoding="utf-8")


def with_a_broken_record(folder: Path) -> None:
    (folder / "records.jsonl").write_text('{"id": "0", "text": "Eva Dahl"}\n{"id": "1", "te', encoding="utf-8")


@pytest.mark.parametrize("happened", [replaced_by_a_link, a_broken_link, without_text, with_a_broken_record])
def test_what_cannot_be_read_is_not_gone(graph: Groundplan, folder: Path, happened: Callable[[Path], None]) -> None:
    happened(folder)
    report = graph.ingest(folder, prune=True)
    assert report.documents["gone"] == 0
    assert paths(graph) == EVERYTHING


def test_a_folder_that_cannot_be_listed_and_a_file_that_cannot_be_opened_are_not_gone(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir, opened = os.scandir, Path.open

    def refuse_folder(path: Path) -> object:
        if path.name == "old":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    def refuse_file(path: Path, *given: Any, **named: Any) -> object:  # noqa: ANN401
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return opened(path, *given, **named)

    monkeypatch.setattr(os, "scandir", refuse_folder)
    monkeypatch.setattr(Path, "open", refuse_file)
    report = graph.ingest(folder, prune=True)
    assert (report.documents["gone"], report.documents["failed"]) == (0, 2)
    assert paths(graph) == EVERYTHING


def test_more_than_a_share_of_a_source_is_never_deleted_at_once_unless_that_is_confirmed(
    graph: Groundplan, folder: Path, settings: Settings
) -> None:
    for path in (folder / "old").iterdir():
        path.unlink()
    (folder / "a.txt").unlink()
    (folder / "new.txt").write_text("Nils Holm lived in Oslo.\n", encoding="utf-8")
    report = RunReport.begin()
    with pytest.raises(TooManyGone, match="3 of 9 of 'archive'") as refused:
        graph.ingest(folder, prune=True, report=report)
    assert refused.value.exit_code == 65
    assert {**report.documents} == {"unchanged": 6, "new": 1, "gone": 3}
    assert paths(graph) == sorted([*EVERYTHING, "new.txt"])
    with Groundplan.open(settings.model_copy(update={"max_prune_share": 0.34})) as kg:
        assert kg.ingest(folder, prune=True).documents["pruned"] == 3
    assert paths(graph) == ["b.txt", "c.md", "new.txt", *EVERYTHING[5:]]


def test_one_source_that_lost_too_much_does_not_keep_another_from_being_pruned(
    graph: Groundplan, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "letters"
    other.mkdir()
    for number in range(5):
        (other / f"{number}.txt").write_text(f"Anna Berg lived in Oslo in 190{number}.\n", encoding="utf-8")
    graph.ingest(folder, other)
    (other / "0.txt").unlink()
    for name in ("a.txt", "b.txt", "records.jsonl"):
        (folder / name).unlink()
    with pytest.raises(TooManyGone, match="'archive'"):
        graph.ingest(folder, other, prune=True)
    assert paths(graph) == sorted([*EVERYTHING, *(f"{number}.txt" for number in range(1, 5))])


def test_the_command_prunes_and_reports_on_stdout_also_where_it_refuses(
    graph: Groundplan, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(graph.settings).items():
        monkeypatch.setenv(name, value)
    (folder / "records.jsonl").unlink()
    assert cli.run(["ingest", str(folder), "--prune"]) == 65
    output = capsys.readouterr()
    assert json.loads(output.out.splitlines()[-1])["documents"]["gone"] == 4
    assert "--max-prune-share 1" in output.err
    assert cli.run(["ingest", str(folder), "--prune", "--max-prune-share", "1"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["documents"]["pruned"], report["gone"]) == (4, ["archive/records.jsonl"])
    assert paths(graph) == EVERYTHING[:5]
