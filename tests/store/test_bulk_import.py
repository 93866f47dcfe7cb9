"""What may become of an import, with another program in the importer's place: it needs no server and no Java."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, NoReturn

import psutil
import pytest

from pipeline import cli
from pipeline.errors import GraphBusy, OutOfSpace, StoreError
from pipeline.settings import Settings
from pipeline.store import bulk_import, private, server
from pipeline.store.server import DATABASE, Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMPORT = """
import sys
from pathlib import Path
from pipeline.errors import GroundplanError
from pipeline.ingest.stop import StopRequest
from pipeline.settings import Settings
from pipeline.store import bulk_import

bulk_import._command = lambda *_: ["sleep", "60"]
home, stop = Path(sys.argv[1]), StopRequest()
with stop.on_sigterm():
    try:
        bulk_import.import_files(Settings(home=home), home / "bulk", "import.args", check=stop.check)
    except GroundplanError as error:
        sys.exit(error.exit_code)
"""
FULL = ["sh", "-c", "cat /proc/self/status > /dev/full"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with files to import, and with what an earlier import left of the graph."""
    found = Settings(home=tmp_path / "home")
    (found.home / "bulk").mkdir(parents=True)
    for kind in ("databases", "transactions"):
        (Folder.of(found).path / "data" / kind / DATABASE).mkdir(parents=True)
    return found


@contextmanager
def importing(settings: Settings) -> Iterator[tuple[psutil.Popen, psutil.Process]]:
    """A job that imports, in a group of its own, and its importer."""
    with psutil.Popen([sys.executable, "-c", IMPORT, str(settings.home)], start_new_session=True) as job:
        try:
            while not (below := [each for each in job.children() if "sleep" in each.cmdline()]):
                assert job.poll() is None
                time.sleep(0.02)
            yield job, below[0]
        finally:
            if job.poll() is None:
                job.kill()


def begins_empty(settings: Settings) -> bool:
    """Whether the next start of the server finds no graph."""
    folder = Folder.of(settings)
    assert folder.importing.exists()
    server._discard_half_import(folder)
    return not any((folder.path / "data" / kind / DATABASE).exists() for kind in ("databases", "transactions"))


def run(settings: Settings, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_import, "_command", lambda *_: command)
    bulk_import.import_files(settings, settings.home / "bulk", "import.args")


def test_sigterm_for_the_job_stops_it_with_75_and_the_next_start_begins_empty(settings: Settings) -> None:
    with importing(settings) as (job, importer):
        job.terminate()
        assert job.wait() == 75
        assert not importer.is_running()
    assert begins_empty(settings)


def test_sigterm_for_the_jobs_whole_group_is_for_the_job_alone(settings: Settings) -> None:
    with importing(settings) as (job, importer):
        assert os.getpgid(importer.pid) != os.getpgid(job.pid)
        os.killpg(job.pid, signal.SIGTERM)
        assert job.wait() == 75
        assert not importer.is_running()


def test_an_importer_that_dies_of_the_signal_before_the_job_sees_it_is_a_stop_too(settings: Settings) -> None:
    with importing(settings) as (job, importer):
        job.suspend()
        for process in (job, importer):
            process.terminate()
        while importer.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.02)
        job.resume()
        assert job.wait() == 75
    assert begins_empty(settings)


def test_a_killed_job_takes_its_importer_along_keeps_nobody_out_and_the_next_start_begins_empty(
    settings: Settings,
) -> None:
    with importing(settings) as (job, importer):
        job.kill()
        psutil.wait_procs([job, importer], 10)
        assert not importer.is_running()
    assert private.Importer.of(Folder.of(settings)) is None
    assert private.stop(settings).running is False
    assert begins_empty(settings)


def test_a_disk_that_is_full_for_the_importer_is_75(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutOfSpace, match=r"the disk was full.*import\.log") as caught:
        run(settings, FULL, monkeypatch)
    assert caught.value.exit_code == 75
    assert begins_empty(settings)


def test_a_disk_that_is_full_for_the_log_is_75(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(OutOfSpace):
        run(settings, ["false"], monkeypatch)


def test_a_disk_that_is_full_for_the_marker_is_75(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(bulk_import, "write_atomically", full)
    with pytest.raises(OutOfSpace, match="No space left"):
        run(settings, ["true"], monkeypatch)


def test_an_import_that_fails_shows_its_log(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match=r"status 3(.|\n)*a broken file"):
        run(settings, ["sh", "-c", "echo a broken file; exit 3"], monkeypatch)
    assert begins_empty(settings)


def test_while_a_run_imports_every_other_command_says_who_and_since_when_and_exits_75(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GROUNDPLAN_HOME", str(settings.home))
    (tmp_path / "a.txt").write_text("Anna Berg was born in Oslo.\n", encoding="utf-8")
    began = time.monotonic()
    with importing(settings) as (job, _):
        with pytest.raises(GraphBusy, match=rf"process {job.pid} on .* has imported .* since 20\d\d-"):
            private.stop(settings)
        for command in (["status"], ["ingest", str(tmp_path / "a.txt")], ["ingest", "--bulk", str(tmp_path / "a.txt")]):
            assert cli.run(command) == 75
            said = capsys.readouterr().err
            assert f"process {job.pid} on " in said
            assert "since 20" in said
        assert job.poll() is None
    assert time.monotonic() - began < 30
