"""One writer at a time: a lock file on the host, and a lease in the graph over every host.

The lease has an owner and an expiry by the server's clock. Every writing transaction of its holder begins and ends by
renewing it, which is also the fence (after Gray and Cheriton 1989): a run that slept past its expiry and lost the lease
to another cannot commit anything more, and one that is committing cannot lose it. Between transactions a thread renews
it. A holder that is known to be dead, a process of this machine that is no more, loses it at once; any other when it
expires.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from graph_schema.statements import statement
from pipeline.errors import GraphBusy, StoreUnavailable, TryLater
from pipeline.files import writing
from pipeline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings import Settings
    from pipeline.store.driver import Store, Transaction

NAME = "write"
BEATS_PER_LEASE = 4
LOCK_FILE = "ingest.lock"
CLOCK_STEP_S = 2.0  # a process's start is counted from the boot, whose time moves when the clock is set


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lease: times are ISO 8601. `dead` is a process of this machine that is no more."""

    host: str
    pid: int
    since: str
    expires: str
    expired: bool
    dead: bool


@contextmanager
def sole_writer(store: Store, settings: Settings) -> Iterator[None]:
    """Be the only one who writes inside the block: of this home, and of this graph from any host.

    Raises `GraphBusy`, which says who holds it since when, and as `writing` when the home cannot be written.
    Every write to `store` inside the block raises `GraphBusy` once another has taken the lease over.
    """
    with home_lock(settings.home), leased(store, settings.lease_s):
        yield


def holder_of(store: Store) -> Holder | None:
    """Who holds the lease of the graph; `None` when nobody does."""
    row = next(iter(store.read("lease", name=NAME)), None)
    if row is None or row["owner"] is None:
        return None
    return Holder(row["host"], row["pid"], row["since"], row["expires"], row["expired"], _is_dead(row))


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Be the only run of this home inside the block. Raises as `sole_writer`."""
    path = home / LOCK_FILE
    lock = FileLock(path)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        held = lock.try_acquire()
    if not held:
        raise GraphBusy(f"{_lock_holder(path)} holds {str(path)!r}.", _WAIT)
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with writing(path):
            lock.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
        yield
    finally:
        lock.release()


def _lock_holder(path: Path) -> str:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"another run, process {said['pid']} on {said['host']} since {said['since']},"
    except (OSError, ValueError, KeyError, TypeError):  # taken this moment
        return "another run"


@contextmanager
def leased(store: Store, seconds: int) -> Iterator[None]:
    """Hold the lease of the graph inside the block, for so many seconds after each renewal. Raises as `sole_writer`."""
    lease = _Lease(store, seconds)
    lease.take()
    stop = threading.Event()
    beat = threading.Thread(target=lease.beat, args=(stop,), name="lease", daemon=True)
    store.fence = lease.renew
    beat.start()
    reachable = True
    try:
        yield
    except StoreUnavailable:
        reachable = False  # it expires
        raise
    finally:
        stop.set()
        beat.join()
        store.fence = None
        if reachable:
            with suppress(TryLater):
                lease.release()


class _Lease:
    """A lease on the graph of `store`, of `seconds` from each renewal."""

    def __init__(self, store: Store, seconds: int) -> None:
        self.store = store
        self.seconds = seconds
        self.owner = uuid.uuid4().hex

    def take(self) -> None:
        """Take it, or raise `GraphBusy`."""
        row = next(iter(self.store.read("lease", name=NAME)), None)
        dead = row["owner"] if row is not None and _is_dead(row) else ""
        parameters = {
            "name": NAME,
            "owner": self.owner,
            "host": socket.gethostname(),
            "place": _place(),
            "pid": os.getpid(),
            "started": _started(os.getpid()),
            "seconds": self.seconds,
            "dead": dead,
        }
        taken = self.store.write("operations", lambda tx: tx.run(statement("write", "take_lease"), **parameters))
        (holder,) = taken
        if holder["owner"] != self.owner:
            raise GraphBusy(
                f"another run, process {holder['pid']} on {holder['host']}, has held the graph since "
                f"{holder['since']}; its lease ends at {holder['expires']} unless it is renewed.",
                _WAIT,
            )

    def renew(self, tx: Transaction) -> None:
        """Renew it inside a transaction. Raises `GraphBusy` when it is another's by now."""
        if not tx.run(statement("write", "renew_lease"), name=NAME, owner=self.owner, seconds=self.seconds):
            raise GraphBusy(
                f"this run did not renew its lease for {self.seconds} s, and another run has taken the graph over.",
                "Let that one finish, then run the same command again. Raise GROUNDPLAN_LEASE_S where pauses are long.",
            )

    def beat(self, stop: threading.Event) -> None:
        """Renew it now and then until `stop`, also while nothing is written."""
        while not stop.wait(self.seconds / BEATS_PER_LEASE):
            try:
                self.store.write("operations", lambda _: None)
            except GraphBusy:
                return  # the run learns it from its own next transaction
            except TryLater:
                continue

    def release(self) -> None:
        """Give it back, if it is still ours."""
        self.store.write("operations", lambda tx: tx.write("release_lease", name=NAME, owner=self.owner))


def _is_dead(row: dict[str, Any]) -> bool:
    """Whether the holder was a process of this machine, boot and process space, and is no more."""
    if row["place"] != _place() or row["pid"] is None:
        return False
    started = _started(row["pid"])
    return started is None or abs(started - row["started"]) > CLOCK_STEP_S


def _started(pid: int) -> float | None:
    with suppress(psutil.Error):
        return psutil.Process(pid).create_time()
    return None


@cache
def _place() -> str:
    """What tells this machine's processes from those of another, of an earlier boot, and of another container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
    with suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


_WAIT = "Wait until it is done, then run the same command again."
