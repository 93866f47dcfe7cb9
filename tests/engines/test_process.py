"""Workers and real signals: whatever happens to the parent, no worker is left."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from obedient import Reply, lines, making, order, pids

from pipeline.engines import Shard, open_engine
from pipeline.engines.contract import Lost
from pipeline.engines.process import WorkerProcess
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from obedient import Order

TESTS = Path(__file__).parents[1]
LIMIT_S = 3.0
PARENT = """
import sys
from pathlib import Path
from obedient import making, order
from pipeline.engines import Shard, open_engine
from pipeline.settings import Settings
engine, trace, *texts = sys.argv[1:]
settings = Settings(engine=engine, workers=2, document_timeout_s=float(texts.pop(0)))
with open_engine(settings, making(Path(trace))) as opened:
    for done in opened.run(Shard(text, (order(text, text),)) for text in texts):
        print(done.results[0].path, flush=True)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a parent in a process group of its own; returns once all its documents are being worked on."""
    started: list[subprocess.Popen[str]] = []

    def start(engine: str, *texts: str, limit_s: float = 600) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PARENT, engine, str(tmp_path), str(limit_s), *texts]
        environment = {**os.environ, "PYTHONPATH": str(TESTS)}
        found = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started.append(found)
        until(lambda: {f"tried {text}" for text in texts} <= set(lines(tmp_path)))
        return found

    yield start
    for each in started:
        each.kill()
        each.communicate()


def until(holds: Callable[[], bool], within_s: float = 60) -> float:
    """How long it took until something held."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < within_s
        time.sleep(0.02)
    return time.monotonic() - started


def gone(trace: Path) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids(trace))


@pytest.mark.parametrize("engine", ["processes", "dask"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_parent_ends_every_worker(
    parent: Callable[..., subprocess.Popen[str]], tmp_path: Path, engine: str, number: signal.Signals
) -> None:
    process = parent(engine, "hang", "sleep 500")
    assert len(pids(tmp_path)) == 2
    process.send_signal(number)
    assert process.wait(60) == -number
    until(lambda: gone(tmp_path), 5)


def test_a_worker_that_cannot_listen_outlives_a_killed_parent_by_its_time_limit_at_most(
    parent: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = parent("processes", "hang-in-c", limit_s=LIMIT_S)
    process.kill()
    process.wait()
    until(lambda: gone(tmp_path), 2 * LIMIT_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_stops_no_worker_at_its_work(
    parent: Callable[..., subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
) -> None:
    process = parent("processes", "sleep 1", "sleep 1.1")
    for pid in pids(tmp_path):
        os.kill(pid, number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert sorted(output.splitlines()) == ["sleep 1", "sleep 1.1"]
    assert len(pids(tmp_path)) == 2


def test_a_worker_ignores_signals_from_its_first_instruction_on(tmp_path: Path) -> None:
    started: list[int] = []

    class Signalled(subprocess.Popen[bytes]):
        """Gets both signals as soon as it is there."""

        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)  # type: ignore[call-overload]
            started.append(self.pid)
            self.send_signal(signal.SIGINT)
            self.send_signal(signal.SIGTERM)

    worker: WorkerProcess[Order, Reply] = WorkerProcess(making(tmp_path), document_timeout_s=LIMIT_S)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", Signalled)
        worker.start()
    worker.close()
    assert set(started) == pids(tmp_path)
    assert len(started) == 1


def test_starting_a_worker_leaves_the_parents_own_signals_as_they_were(tmp_path: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    worker: WorkerProcess[Order, Reply] = WorkerProcess(making(tmp_path), document_timeout_s=LIMIT_S)
    worker.start()
    worker.close()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_a_worker_has_one_thread_for_its_matrices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    worker: WorkerProcess[Order, Reply] = WorkerProcess(making(tmp_path), document_timeout_s=LIMIT_S)
    done = worker((order("a"),))
    worker.close()
    assert not isinstance(done, Lost)
    assert [each.threads for each in done if isinstance(each, Reply)] == ["1"]


def test_a_worker_that_ended_while_it_had_nothing_to_do_is_started_again_and_costs_nothing(tmp_path: Path) -> None:
    worker: WorkerProcess[Order, Reply] = WorkerProcess(making(tmp_path), document_timeout_s=LIMIT_S)
    worker.start()
    (pid,) = pids(tmp_path)
    os.kill(pid, signal.SIGKILL)
    # It is a zombie already while other threads of it still end.
    until(lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
    done = worker((order("a"),))
    worker.close()
    assert not isinstance(done, Lost)
    (reply,) = done
    assert isinstance(reply, Reply)
    assert reply.pid != pid


def test_a_worker_of_which_nothing_is_asked_ends(tmp_path: Path) -> None:
    code = "import sys; from pipeline.engines import worker; worker.IDLE_S = 0.3; worker.main(int(sys.argv[1]))"
    ours, theirs = Pipe()
    command = [sys.executable, "-c", code, str(theirs.fileno())]
    with subprocess.Popen(command, pass_fds=(theirs.fileno(),)) as process:
        ours.send(sys.path)
        ours.send_bytes(pickle.dumps(making(tmp_path)))
        assert process.wait(60) == 0
    assert lines(tmp_path) == ["constructed", "setup"]


def test_a_run_with_nothing_to_do_starts_no_worker(tmp_path: Path) -> None:
    with open_engine(Settings(engine="processes", workers=2), making(tmp_path)) as engine:
        assert list(engine.run(())) == []
        assert not pids(tmp_path)
        assert len(list(engine.run([Shard("a", (order("a"),))]))) == 1
        assert pids(tmp_path)


def test_a_lost_batch_leaves_no_process_and_no_descriptor(tmp_path: Path) -> None:
    me = psutil.Process()
    worker: WorkerProcess[Order, Reply] = WorkerProcess(making(tmp_path), document_timeout_s=LIMIT_S)
    assert isinstance(worker((order("a", "kill"),)), Lost)
    descriptors, children = me.num_fds(), me.children()
    for _ in range(3):
        assert isinstance(worker((order("a", "kill"),)), Lost)
    assert (me.num_fds(), me.children()) == (descriptors, children)
    worker.close()
