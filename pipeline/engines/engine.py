"""The engine: shards in, one result a shard out, never more of them under way than there is room for."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, Protocol, Self

from pipeline.engines.contract import In, In_contra, Out, Out_co, ShardResult
from pipeline.engines.isolate import isolated
from pipeline.engines.process import WorkerProcess
from pipeline.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from pipeline.engines.contract import Ready, Shard, Stage, Work

# One shard is worked on, one waits: a place has its next while whoever takes the results is busy with the last.
SHARDS_PER_PLACE = 2


class Placement(Protocol[In_contra, Out_co]):
    """Where an engine's work is done: the one thing in which engines differ."""

    @property
    def suspects(self) -> AbstractContextManager[object]:
        """Entered to try the documents of a lost batch alone: by one at a time where one can take the batches of others
        along."""
        ...

    def start(self) -> tuple[Ready, Sequence[Work[In_contra, Out_co]]]:
        """Set one worker up. Returns what it says and all places, each of which serves one thread."""
        ...

    def close(self) -> None:
        """End all work, also from another thread: calls in progress return or raise soon."""
        ...


class Engine(Generic[In, Out]):
    """Places the shards of one stage. Use as a context manager; afterwards no process of it is left.

    A document that raises, that runs past its time limit or that ends its worker is a `Failed` in its place of its
    shard's result, and every other document arrives. What concerns no document is raised: a `ConfigurationError` that
    the stage's `setup` explains, or `EngineUnavailable` where no worker can be had.
    """

    def __init__(self, placement: Placement[In, Out]) -> None:
        self._placement = placement
        self._ready: Ready | None = None
        self._threads: list[threading.Thread] = []
        self._tasks: SimpleQueue[_Task[In, Out] | None] = SimpleQueue()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def setup(self) -> str:
        """Start the first worker, unless that was done. Returns the fingerprint of its stage, which all have."""
        if self._closed:
            raise _closed()
        if self._ready is None:
            self._ready, places = self._placement.start()
            for number, place in enumerate(places):
                thread = threading.Thread(
                    target=self._serve, args=(place, self._ready.stage), name=f"engine-{number}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
        return self._ready.fingerprint

    def run(self, shards: Iterable[Shard[In]]) -> Iterator[ShardResult[In, Out]]:
        """One result for each of `shards`, in the order in which they are done.

        `shards` is iterated in the caller's thread and only as far as there is room: at most two a worker are between
        there and here. The first of them starts the workers.
        """
        done: SimpleQueue[ShardResult[In, Out] | BaseException] = SimpleQueue()
        under_way = 0
        for shard in shards:
            self.setup()
            room = SHARDS_PER_PLACE * len(self._threads)
            self._tasks.put((shard, done))
            under_way += 1
            while under_way == room or not done.empty():
                yield _result(done)
                under_way -= 1
        for _ in range(under_way):
            yield _result(done)

    def close(self) -> None:
        """End every worker, whatever it does."""
        self._closed = True
        self._placement.close()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _serve(self, work: Work[In, Out], stage: str) -> None:
        """What a thread does: hand shards to its place, one at a time."""
        while (task := self._tasks.get()) is not None:
            shard, done = task
            try:
                done.put(ShardResult(shard, tuple(isolated(shard.inputs, work, stage, self._placement.suspects))))
            except BaseException as error:  # raised where the result is awaited
                done.put(_closed() if self._closed else error)


_Task = tuple["Shard[In]", "SimpleQueue[ShardResult[In, Out] | BaseException]"]


def _closed() -> EngineUnavailable:
    return EngineUnavailable("the engine was closed.", "Open another.")


def _result(done: SimpleQueue[ShardResult[In, Out] | BaseException]) -> ShardResult[In, Out]:
    found = done.get()
    if isinstance(found, BaseException):
        raise found
    return found


class Processes(Generic[In, Out]):
    """Worker processes on this machine, started when there is a shard for them."""

    suspects = nullcontext()  # a worker has one batch

    def __init__(self, make_stage: Callable[[], Stage[In, Out]], *, workers: int, document_timeout_s: float) -> None:
        self._workers = [WorkerProcess(make_stage, document_timeout_s=document_timeout_s) for _ in range(workers)]

    def start(self) -> tuple[Ready, Sequence[Work[In, Out]]]:
        """Start the first worker; the others have to say the same as it."""
        ready = self._workers[0].start()
        for worker in self._workers:
            worker.ready = ready
        return ready, self._workers

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.close()
