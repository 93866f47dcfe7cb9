"""SIGKILL for the job, a worker or Neo4j at any moment: the same command again finishes the work, nothing twice and
nothing lost. `scripts/bench/crash` does the same more often, on the sample archive."""

from __future__ import annotations

import codecs
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import psutil
import pytest
from conftest import CACHE, small_server
from support import clear, dump, environment, rows

from graph_schema.ontology import load_ontology
from pipeline.api import Groundplan
from pipeline.settings import Settings
from pipeline.store import migrate, private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import neo4j

    from pipeline.store.driver import Store

COMMAND = Path(sys.executable).with_name("groundplan")
SMALL = {"batch_documents": 2, "max_transaction_rows": 200, "workers": 1, "max_prune_share": 1.0}
KNOWN = "13.txt"
HELD_S = 60.0
LEDGER = "SET d.file_hash"
JOB_KILLS, WORKER_KILLS = 20, 2  # and a server, and three jobs at chosen moments
KILLED_EXTRACTING = {0, 9}  # of the jobs: these have no record files to go on from, and start workers
EXTRACTION_S = 5.0
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


def begun(store: Store, process: subprocess.Popen[bytes]) -> bool:
    """Whether the job holds the lease: what comes before is the start of Python."""
    return bool(rows(store, "MATCH (l:Lease {pid: $pid}) WHERE l.owner IS NOT NULL RETURN l.pid", pid=process.pid))


def worker(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children()
        return next((each for each in below if "pipeline.engines.worker" in each.cmdline()), None)
    return None


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until the job came to some point."""
    deadline = time.monotonic() + HELD_S
    while not reached():
        assert process.poll() is None, "the job ended before it came to that point"
        assert time.monotonic() < deadline, "the job never came to that point"
        time.sleep(0.05)


def kill(process: subprocess.Popen[bytes] | psutil.Process) -> bool:
    """Kill it; whether it was alive until then."""
    with suppress(psutil.NoSuchProcess):
        process.kill()
        return process.wait() in {-signal.SIGKILL, None}  # None of a process that is not ours
    return False


def clean(settings: Settings, store: Store, folder: Path, version: int) -> list[str]:
    """The graph of one run over a version; what it extracted is kept, so that later runs need no worker."""
    clear(store)
    write(folder, version)
    with Groundplan.open(settings) as kg:
        kg.ingest(f"archive={folder}")
    graph = dump(store)
    clear(store)
    return graph


@contextmanager
def held(store: Store, statement: LiteralString) -> Iterator[neo4j.Transaction]:
    """Inside, or until it is rolled back, who wants to write what `statement` writes waits. Nothing of it stays."""
    with (
        store.driver.session(database=store.connection.database) as session,
        session.begin_transaction(timeout=HELD_S) as tx,
    ):
        tx.run(statement).consume()
        yield tx
        if not tx.closed():
            tx.rollback()


def waits_for(store: Store, words: str) -> bool:
    """Whether somebody's statement with these words waits for what somebody else holds."""
    waiting = rows(store, "SHOW TRANSACTIONS YIELD status, currentQuery WHERE status STARTS WITH 'Blocked'")
    return any(words in row["currentQuery"] for row in waiting)


def assert_the_next_run_finishes(
    store: Store, settings: Settings, folder: Path, graph: list[str], told: str = ""
) -> None:
    with Groundplan.open(settings.model_copy(update=SMALL)) as kg:
        assert kg.ingest(f"archive={folder}", prune=True).status == "done"
        assert kg.status().waiting == {}
    assert dump(store) == graph, told


@pytest.fixture
def one_known(store: Store, settings: Settings, tmp_path: Path) -> tuple[Path, list[str]]:
    """A folder of documents, one of which is in the graph and has other bytes since, of the same text: nothing but its
    entry in the ledger will be written. And the graph of all of them."""
    folder = tmp_path / "archive"
    graph = clean(settings, store, folder, 0)
    for path in folder.iterdir():
        if path.name != KNOWN:
            path.unlink()
    with Groundplan.open(settings.model_copy(update=SMALL)) as kg:
        kg.ingest(f"archive={folder}")
    write(folder, 0)
    known = folder / KNOWN
    known.write_bytes(codecs.BOM_UTF8 + known.read_bytes())
    return folder, graph


def test_a_job_killed_between_its_last_batch_and_the_ledger_is_finished_by_the_next_run(
    store: Store, settings: Settings, one_known: tuple[Path, list[str]]
) -> None:
    folder, graph = one_known
    with held(store, "MATCH (d:Document) SET d.held = true"):
        process = start(settings, folder, environment(settings))
        wait_until(lambda: waits_for(store, LEDGER), process)
        assert kill(process)
    assert_the_next_run_finishes(store, settings, folder, graph)


def test_a_job_killed_in_resolution_is_finished_by_the_next_run(
    store: Store, settings: Settings, one_known: tuple[Path, list[str]]
) -> None:
    folder, graph = one_known
    with held(store, "MATCH (d:Document) SET d.held = true") as ledger:
        process = start(settings, folder, environment(settings))
        wait_until(lambda: waits_for(store, LEDGER), process)
        with held(store, "MATCH (c:Chunk) SET c.held = true"):
            ledger.rollback()
            wait_until(lambda: waits_for(store, "FROM_CHUNK"), process)
            assert kill(process)
    assert_the_next_run_finishes(store, settings, folder, graph)


def test_a_job_killed_while_it_makes_indexes_is_finished_by_the_next_run(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    graph = clean(settings, store, folder, 0)
    for row in rows(store, "SHOW CONSTRAINTS YIELD name"):
        store.schema(f"DROP CONSTRAINT `{row['name']}`")
    for row in rows(store, "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"):
        store.schema(f"DROP INDEX `{row['name']}`")
    store.schema("MATCH (n) DETACH DELETE n")
    with held(store, "CREATE (:Fact)"):  # the indexes of facts wait for it
        process = start(settings, folder, environment(settings))
        wait_until(lambda: bool(rows(store, "SHOW CONSTRAINTS YIELD name WHERE name = 'entity_id'")), process)
        assert not rows(store, "SHOW CONSTRAINTS YIELD name WHERE name = 'fact_key'")
        assert kill(process)
    assert_the_next_run_finishes(store, settings, folder, graph)


def killed_at_work(store: Store, settings: Settings, folder: Path, moment_s: float) -> bool:
    """Start a job and kill it so long after it began; False where it was done before."""
    process = start(settings, folder, environment(settings))
    wait_until(lambda: begun(store, process), process)
    with suppress(subprocess.TimeoutExpired):
        assert process.wait(moment_s) == 0
    return kill(process)


def test_jobs_killed_at_any_moment_leave_a_graph_that_the_next_run_finishes(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    folder, seed = tmp_path / "archive", random.randrange(1_000_000)
    expected = [clean(settings, store, folder, version) for version in (0, 1)]
    draw = random.Random(seed).uniform
    usual_s, version = 1.0, 0
    for kills in range(0, JOB_KILLS, 2):
        version = 1 - version
        write(folder, version)
        for number in (kills, kills + 1):
            extracts = number in KILLED_EXTRACTING
            if extracts:
                shutil.rmtree(settings.home / "records")
            while not killed_at_work(store, settings, folder, draw(0, EXTRACTION_S if extracts else usual_s)):
                version = 1 - version
                write(folder, version)  # there is something to do again
        began = time.monotonic()
        assert_the_next_run_finishes(store, settings, folder, expected[version], f"after kill {kills}, seed {seed}")
        usual_s = time.monotonic() - began


def test_a_killed_worker_costs_the_run_nothing(store: Store, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    graph = clean(settings, store, folder, 0)
    shutil.rmtree(settings.home / "records")
    process = start(settings, folder, environment(settings))
    for _ in range(WORKER_KILLS):
        wait_until(lambda: worker(process) is not None, process)
        victim = worker(process)
        assert victim is not None
        time.sleep(random.uniform(0, 2))  # while it loads its model, or while it works
        assert kill(victim)
    assert process.wait() == 0
    assert dump(store) == graph


def test_a_server_killed_at_any_moment_leaves_a_graph_that_the_next_run_finishes(
    within_process: None,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    folder = tmp_path / "archive"
    settings = Settings(home=small_server(tmp_path / "home"), cache=CACHE, db_heap_mb=512, encoder="none")
    own = {"GROUNDPLAN_CACHE": str(CACHE), "GROUNDPLAN_DB_HEAP_MB": "512"}
    impatient = own | {"GROUNDPLAN_STORE_TIMEOUT_S": "3"}  # how long a job tries that lost its server
    write(folder, 0)
    try:
        with Groundplan.open(settings) as kg:
            kg.ingest(f"archive={folder}")
            clean = kg.digest()
            clear(kg.store)
            process = start(settings, folder, impatient)
            wait_until(lambda: begun(kg.store, process), process)
            time.sleep(random.uniform(0, 0.3))
            server = psutil.Process(private.status(settings).pid)
            assert process.poll() is None
            kill(server)
        assert process.wait() == 75
        assert start(settings, folder, own).wait() == 0
        with Groundplan.open(settings) as kg:
            assert kg.digest() == clean
    finally:
        private.stop(settings)


def test_an_index_that_a_killed_job_left_without_its_constraint_gives_way_to_it(store: Store) -> None:
    store.schema("DROP CONSTRAINT fact_key")
    store.schema("CREATE INDEX fact_key FOR (n:Fact) ON (n.key)")
    store.schema("MATCH (m:Migration) DELETE m")
    migrate.ensure(store, load_ontology())
    assert rows(store, "SHOW CONSTRAINTS YIELD name WHERE name = 'fact_key'")
