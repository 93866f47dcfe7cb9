"""The parent's side of a worker: start it, hand it batches, say what became of it, end it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

from pipeline.engines.contract import In, Lost, Out, Ready
from pipeline.errors import ConfigurationError, EngineUnavailable, GroundplanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from graph_schema.models import Failed
    from pipeline.engines.contract import Stage

ROOT = str(Path(__file__).resolve().parents[2])
START_ATTEMPTS = 3
CHARS_PER_TIMEOUT = 100_000
# A worker is for one core: the libraries below spaCy must not each start as many threads as there are cores.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")
LEFT_TO_THE_PARENT = (signal.SIGINT, signal.SIGTERM)


class WorkerProcess(Generic[In, Out]):
    """One place for work: a process that is started when it is needed, and again after it was lost.

    `document_timeout_s` is for each started 100,000 characters of a batch. Calls come from one thread at a time;
    `close` may come from another, and ends a call in progress.
    """

    def __init__(self, make_stage: Callable[[], Stage[In, Out]], *, document_timeout_s: float) -> None:
        self._make_stage = pickle.dumps(make_stage)
        self._document_timeout_s = document_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any]
        self._lock = threading.Lock()
        self._closed = False
        self.ready: Ready | None = None

    def start(self) -> Ready:
        """Start the worker unless it runs. Raises what the stage's `setup` explains, `EngineUnavailable` where no
        worker lives to be ready, and `ConfigurationError` where it is not the stage that `ready` says."""
        if self._process is not None and self._process.poll() is None:
            assert self.ready is not None
            return self.ready
        found = self._start()
        for _ in range(START_ATTEMPTS - 1):
            if isinstance(found, Lost):
                found = self._start()
        if isinstance(found, Lost):
            raise EngineUnavailable(f"no worker could be started: {found.reason}.", found.remedy)
        if isinstance(found, GroundplanError):
            raise found
        if self.ready not in {None, found}:
            raise ConfigurationError(
                f"a worker has stage {found.stage!r} with fingerprint {found.fingerprint!r}, others {self.ready}.",
                "Give all workers the same version, model and ontology, and change none of them during a run.",
            )
        self.ready = found
        return found

    def __call__(self, batch: Sequence[In]) -> Sequence[Out | Failed] | Lost:
        """Have the worker work on `batch`. Raises as `start` does, and `EngineUnavailable` once it was closed."""
        self.start()
        chars = sum(each.document.length for each in batch)
        limit_s = self._document_timeout_s * max(1, -(-chars // CHARS_PER_TIMEOUT))
        reply = self._ask((limit_s, batch), limit_s)
        return reply if isinstance(reply, Lost) else [pickle.loads(result) for result in reply]

    def close(self) -> None:
        """End the worker, whatever it does. Nothing is lost by that: it holds only what its parent waits for."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _start(self) -> Ready | GroundplanError | Lost:
        path = os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH"))))
        ours, theirs = Pipe()
        with self._lock, _left_to_the_parent():
            if self._closed:
                raise EngineUnavailable("the engine was closed.")
            # -P: a folder called `pipeline` where the user happens to stand is not ours.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "pipeline.engines.worker", str(theirs.fileno())],
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=2,  # what a library prints is for people
            )
        theirs.close()
        self._connection = ours
        return self._ask(sys.path, None, self._make_stage)  # type: ignore[no-any-return]

    def _ask(self, message: object, limit_s: float | None, further: bytes | None = None) -> Any:  # noqa: ANN401
        """The worker's reply, or what became of it."""
        try:
            self._connection.send(message)
            if further is not None:
                self._connection.send_bytes(further)
            return self._connection.recv()
        except (EOFError, OSError):
            return self._lost(limit_s)

    def _lost(self, limit_s: float | None) -> Lost:
        assert self._process is not None
        self._connection.close()
        self._process.kill()
        return _what_ended(self._process.wait(), limit_s)


def _what_ended(code: int, limit_s: float | None) -> Lost:
    if code == -signal.SIGALRM:
        allowed = "it took too long to start" if limit_s is None else f"it took longer than {limit_s:g} s"
        remedy = "Raise GROUNDPLAN_DOCUMENT_TIMEOUT_S, or leave the document out."
        return Lost(allowed, remedy, transient=False, again=False)
    if code == -signal.SIGKILL:
        remedy = "Often memory ran out: give it more, or set GROUNDPLAN_WORKERS to fewer workers."
        return Lost("its worker was killed (SIGKILL)", remedy, transient=True, again=True)
    ended = f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
    remedy = "See what the worker wrote to stderr; report it with this document."
    return Lost(f"its worker ended with {ended}", remedy, transient=False, again=True)


@contextmanager
def _left_to_the_parent() -> Iterator[None]:
    """A process started inside has SIGINT and SIGTERM blocked from its first instruction on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_THE_PARENT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
