"""Placement by Dask: a cluster that is there, or a scheduler within this process to try it out.

Each thread of a Dask worker has a worker process of its own beside it, so that no document ends or blocks a worker of
Dask: clusters need no particular number of threads, no nannies and no settings. What Dask itself loses (a machine that
goes away) comes back as `Lost` and is tried again like any other batch.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
import uuid
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any, Generic, cast

import dask
import distributed
from distributed.scheduler import KilledWorker

from pipeline.engines.contract import In, Lost, Out, Ready
from pipeline.engines.isolate import isolated
from pipeline.engines.process import WorkerProcess
from pipeline.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graph_schema.models import Failed
    from pipeline.engines.contract import Stage, Work

START_TIMEOUT_S = 30.0
NO_WORKERS_TIMEOUT_S = 120.0
POLL_S = 5.0


class Beside(distributed.WorkerPlugin):
    """The worker processes beside one worker of Dask: as many as it has threads at work."""

    def __init__(self, make_stage: bytes, document_timeout_s: float) -> None:
        self.make_stage = make_stage
        self.document_timeout_s = document_timeout_s

    def setup(self, worker: distributed.Worker) -> None:  # noqa: ARG002 - Dask's signature
        """Called on the worker, and on each that joins later. Starts nothing yet."""
        self.idle: LifoQueue[WorkerProcess[Any, Any]] = LifoQueue()
        self.all: list[WorkerProcess[Any, Any]] = []

    def teardown(self, worker: distributed.Worker) -> None:  # noqa: ARG002 - Dask's signature
        """End the processes."""
        for each in self.all:
            each.close()

    def take(self) -> WorkerProcess[Any, Any]:
        """A worker process that nobody uses."""
        try:
            return self.idle.get_nowait()
        except Empty:
            found: WorkerProcess[Any, Any] = WorkerProcess(
                pickle.loads(self.make_stage), document_timeout_s=self.document_timeout_s
            )
            self.all.append(found)
            return found


def beside(plugin: str, expected: Ready | None, batch: bytes | None) -> bytes | Ready:
    """Run on a worker of Dask: the pickled results of `batch`; without one, what the worker process says of itself."""
    processes = cast("Beside", distributed.get_worker().plugins[plugin])
    worker = processes.take()
    try:
        worker.ready = worker.ready or expected
        ready = worker.start()
        if batch is None:
            return ready
        return pickle.dumps(isolated(pickle.loads(batch), worker, ready.stage))
    finally:
        processes.idle.put(worker)


def _local_cluster(threads: int) -> distributed.SpecCluster:
    """A scheduler and a worker in this process, which speak through memory. Either insists on an HTTP server; these are
    on loopback and serve nothing."""
    within = {"protocol": "inproc://", "dashboard": False, "dashboard_address": "127.0.0.1:0"}
    worker = {"nthreads": threads, "memory_limit": None, **within}
    with dask.config.set({"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}):
        cluster: distributed.SpecCluster = distributed.SpecCluster(
            scheduler={"cls": distributed.Scheduler, "options": within},
            workers={"groundplan": {"cls": distributed.Worker, "options": worker}},
            silence_logs=logging.ERROR,
        )
    return cluster


class OnDask(Generic[In, Out]):
    """Places on the cluster at `address`, one for each of its threads, or `workers`; without an address, `workers`
    places on a scheduler within this process."""

    def __init__(
        self,
        make_stage: Callable[[], Stage[In, Out]],
        *,
        address: str | None,
        workers: int | None,
        document_timeout_s: float,
    ) -> None:
        self._plugin = Beside(pickle.dumps(make_stage), document_timeout_s)
        self._name = f"groundplan-{uuid.uuid4()}"
        self._address = address
        self._workers = workers
        self.suspects = threading.Lock()
        self._resources = ExitStack()

    def start(self) -> tuple[Ready, Sequence[Work[In, Out]]]:
        """Connect, and set one worker up. Raises `EngineUnavailable` where no scheduler answers or has a worker."""
        try:
            client = self._connected()
            client.wait_for_workers(1, timeout=START_TIMEOUT_S)
            client.register_plugin(self._plugin, self._name)
            self._resources.callback(self._unregister, client)
        except (OSError, TimeoutError) as error:
            raise EngineUnavailable(
                f"no Dask cluster answers at {self._address!r}: {error}.",
                "Start a scheduler and a worker there, or leave GROUNDPLAN_DASK_ADDRESS out.",
            ) from None
        ready = Place[In, Out](client, self._name, None).ask(None)
        assert isinstance(ready, Ready)
        count = self._workers or sum(client.nthreads().values())
        return ready, [Place(client, self._name, ready) for _ in range(count)]

    def close(self) -> None:
        """End the worker processes beside Dask's, then leave."""
        self._resources.close()

    def _connected(self) -> distributed.Client:
        target: Any = self._address
        if target is None:
            target = self._resources.enter_context(_local_cluster(self._workers or 1))
        client: distributed.Client = distributed.Client(target, timeout=START_TIMEOUT_S, set_as_default=False)
        self._resources.callback(client.close)
        return client

    def _unregister(self, client: distributed.Client) -> None:
        with suppress(OSError, TimeoutError, CancelledError):  # a scheduler that is gone holds nothing of ours
            client.unregister_worker_plugin(self._name)


class Place(Generic[In, Out]):
    """One batch at a time on the cluster."""

    def __init__(self, client: distributed.Client, plugin: str, ready: Ready | None) -> None:
        self._client = client
        self._plugin = plugin
        self._ready = ready

    def __call__(self, batch: Sequence[In]) -> Sequence[Out | Failed] | Lost:
        """As `Work`. Raises what a worker cannot start for, and `EngineUnavailable` once the scheduler is gone."""
        reply = self.ask(pickle.dumps(batch))
        return reply if isinstance(reply, Lost) else pickle.loads(reply)

    def ask(self, batch: bytes | None) -> Any:  # noqa: ANN401
        """What `beside` returns on some worker."""
        future = self._client.submit(beside, self._plugin, self._ready, batch, pure=False)
        try:
            return self._wait(future)
        except KilledWorker:
            return Lost("the Dask worker was lost", "See the log of the Dask worker.", transient=True, again=True)
        except CancelledError as error:
            raise EngineUnavailable(
                f"the Dask scheduler was lost: {error}.", "Run the same command again once it answers."
            ) from None

    def _wait(self, future: distributed.Future[Any]) -> Any:  # noqa: ANN401
        """The result, waited for as long as there is a worker that may bring it."""
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        seen = time.monotonic()
        while not done.wait(POLL_S):
            if self._client.nthreads():
                seen = time.monotonic()
            if time.monotonic() - seen > NO_WORKERS_TIMEOUT_S:
                raise EngineUnavailable(
                    f"the Dask cluster has had no worker for {NO_WORKERS_TIMEOUT_S:g} s.",
                    "Start one, then run the same command again.",
                )
        return future.result()
