"""SIGKILL for the job, a worker or Neo4j at any moment: the same command again finishes the work, nothing twice and
nothing lost. `scripts/bench/crash` does the same more often, on the sample archive."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from conftest import CACHE
from support import clear, dump, environment

from pipeline.api import Groundplan
from pipeline.settings import Settings
from pipeline.store import private

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.store.driver import Store

COMMAND = Path(sys.executable).with_name("groundplan")
SMALL = {"batch_documents": 2, "max_transaction_rows": 200, "workers": 1}
KILLS = 25
SERVER_KILLS = 2
PEOPLE = ("Anna Berg", "Karl Berg", "Erik Lund", "Ida Storm")
TEXTS = (
    "{one} founded Halden Instruments in 19{year}. The company employed {other}. She was born in Oslo.\n",
    "Norvik Systems acquired Halden Instruments in 19{year}. {one} married {other}. {other} lived in Bergen.\n",
    "{one} did not join Norvik Systems. {other} said that {one} built Varde Bridge in 19{year}.\n",
)


def write(folder: Path, version: int) -> None:
    """The documents of one version, and no others."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for number in range(14):
        if number % 7 != 3 + version:
            said = TEXTS[(number + version * (number % 2)) % 3]
            one, other = PEOPLE[number % 4], PEOPLE[(number + 1 + version) % 4]
            (folder / f"{number:02}.txt").write_text(said.format(one=one, other=other, year=30 + number), "utf-8")


def start(settings: Settings, folder: Path, own: dict[str, str]) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [COMMAND, "ingest", f"archive={folder}", "--prune", "--max-prune-share", "1"]
    tuned = {f"GROUNDPLAN_{name.upper()}": str(value) for name, value in SMALL.items()}
    known = {**os.environ, **own, **tuned, "GROUNDPLAN_HOME": str(settings.home)}
    return subprocess.Popen(command, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def job(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    return psutil.Process(process.pid)


def worker(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    below = psutil.Process(process.pid).children()
    return next((each for each in below if "pipeline.engines.worker" in each.cmdline()), None)


def killed(
    process: subprocess.Popen[bytes], find: Callable[[subprocess.Popen[bytes]], psutil.Process | None], after_s: float
) -> bool:
    """Kill what `find` finds some time after the start; False where the job was done before."""
    deadline = time.monotonic() + after_s
    while process.poll() is None:
        try:
            victim = find(process) if time.monotonic() >= deadline else None
            if victim is not None:
                victim.send_signal(signal.SIGKILL)
                return True
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.02)
    return False


def clean(settings: Settings, store: Store, folder: Path, version: int) -> list[str]:
    clear(store)
    write(folder, version)
    with Groundplan.open(settings.model_copy(update={"home": settings.home.parent / f"clean-{version}"})) as kg:
        kg.ingest(f"archive={folder}")
    graph = dump(store)
    clear(store)
    return graph


@pytest.mark.timeout(400)
def test_jobs_and_workers_killed_at_any_moment_leave_a_graph_that_the_next_run_finishes(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    folder, own, rng = tmp_path / "archive", environment(settings), random.Random()
    expected = [clean(settings, store, folder, version) for version in (0, 1)]
    kills = version = 0
    usual_s = 4.0
    while kills < KILLS - SERVER_KILLS:
        write(folder, version)
        for find in (job, worker, job):
            process = start(settings, folder, own)
            began = time.monotonic()
            kills += killed(process, find, rng.uniform(0.5, usual_s))
            code = process.wait()
            assert code in {0, -signal.SIGKILL}
            if code == 0:
                usual_s = (usual_s + time.monotonic() - began) / 2
        with Groundplan.open(settings.model_copy(update=SMALL)) as kg:
            assert kg.ingest(f"archive={folder}", prune=True).status == "done"
            assert kg.status().waiting == {}
        assert dump(store) == expected[version], f"version {version} after {kills} kills"
        version = 1 - version


@pytest.mark.timeout(400)
def test_a_server_killed_at_any_moment_leaves_a_graph_that_the_next_run_finishes(tmp_path: Path) -> None:
    folder, rng = tmp_path / "archive", random.Random()
    settings = Settings(home=tmp_path / "home", cache=CACHE, db_heap_mb=512, max_prune_share=1.0)
    own = {"GROUNDPLAN_CACHE": str(CACHE), "GROUNDPLAN_DB_HEAP_MB": "512"}
    write(folder, 0)
    digests = set()
    try:
        for kill in range(SERVER_KILLS + 1):
            process = start(settings, folder, own)
            if kill:

                def server(_: subprocess.Popen[bytes]) -> psutil.Process | None:
                    pid = private.status(settings).pid
                    return None if pid is None else psutil.Process(pid)

                assert killed(process, server, rng.uniform(0, 3))
                assert process.wait() in {0, 75}
                process = start(settings, folder, own)
            assert process.wait() == 0
            with Groundplan.open(settings) as kg:
                digests.add(kg.digest())
                clear(kg.store)
    finally:
        private.stop(settings)
    assert len(digests) == 1
