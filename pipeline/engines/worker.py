"""A worker: a process that holds one stage and works on the batches that its parent sends, one at a time.

Run as `python -P -m pipeline.engines.worker DESCRIPTOR` by `pipeline.engines.process`, with SIGINT and SIGTERM blocked:
schedulers send those to the whole process group, and only the parent knows what has to be finished first. It ends when
its parent does, however that ends, and when nothing came for a while.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from graph_schema.errors import GroundplanError
from pipeline.engines.contract import Ready, failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.engines.contract import Stage

START_TIMEOUT_S = 300.0
IDLE_S = 600.0


def main(descriptor: int) -> None:
    """Set the stage up, say so, and work until the parent closes its end."""
    connection: Connection[Any, Any] = Connection(descriptor)
    threading.Thread(target=_end_with_parent, args=(descriptor,), daemon=True).start()
    sys.path[:] = connection.recv()
    make_stage = pickle.loads(connection.recv_bytes())
    try:
        with _time_limit(START_TIMEOUT_S):
            stage = make_stage()
            ready = Ready(stage.name, stage.setup())
    except GroundplanError as error:
        connection.send(error)
        return
    with suppress(EOFError, OSError):  # the parent is gone, and was seen to be here first
        connection.send(ready)
        while connection.poll(IDLE_S):
            limit_s, batch = connection.recv()
            with _time_limit(limit_s):
                results = take(stage, batch)
            connection.send(results)


def take(stage: Stage[Any, Any], batch: Sequence[Any]) -> list[bytes]:
    """The pickled result of each input; one that raises, or whose result cannot be pickled, is a `Failed`."""
    try:
        results = stage(batch)
        if len(results) != len(batch):
            raise ValueError(f"the stage gave {len(results)} results for {len(batch)} inputs")
        return [pickle.dumps(result, pickle.HIGHEST_PROTOCOL) for result in results]
    except Exception as error:
        if len(batch) > 1:
            return [result for each in batch for result in take(stage, (each,))]
        return [pickle.dumps(failed(batch[0], stage.name, *_explained(error), transient=_may_pass(error)))]


def _explained(error: Exception) -> tuple[str, str]:
    if isinstance(error, GroundplanError):
        return error.message, error.remedy
    return f"{type(error).__name__}: {error}", "Report it with this document; the others were not affected."


def _may_pass(error: Exception) -> bool:
    return isinstance(error, MemoryError) or (isinstance(error, GroundplanError) and error.transient)


@contextmanager
def _time_limit(limit_s: float) -> Iterator[None]:
    """Inside, SIGALRM ends this process after `limit_s`: the kernel does it, so it also ends C code that never lets
    another thread run, and needs no parent to be alive."""
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end_with_parent(descriptor: int) -> None:
    """Wait until the other end is closed, which the kernel does for a parent that was killed."""
    poller = select.poll()
    poller.register(descriptor, 0)  # nothing but POLLHUP, which needs no asking for
    poller.poll()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
