"""The private Neo4j of a home, started on demand and shared by every process that uses the home."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import psutil

from pipeline.errors import GraphBusy, StoreUnavailable, UsageError
from pipeline.store.jars import ensure_jars
from pipeline.store.keeper import Running, live_clients, read_failure, spawn
from pipeline.store.locks import FileLock, is_held
from pipeline.store.server import DATABASE, STOP_TIMEOUT_S, USERNAME, Folder, stop_orphans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings import Settings

POLL_S = 0.05
QUIET_S = 1.0
NOTICE_S = 5.0
MAX_SPAWNS = 5


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a server over Bolt."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What the private server of `home` is doing; what is not known while it is down is None."""

    running: bool
    home: str
    clients: int
    keep_up: bool
    uri: str | None = None
    pid: int | None = None
    keeper_pid: int | None = None
    started: float | None = None
    heap_mb: int | None = None
    pagecache_mb: int | None = None
    idle_s: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values; `started` in seconds since 1970."""
        return asdict(self)


def named_server(settings: Settings) -> Connection | None:
    """The server that NEO4J_URI names, or `None` when commands use the private one."""
    if settings.neo4j_uri is None:
        return None
    password = settings.neo4j_password.get_secret_value() if settings.neo4j_password else ""
    return Connection(settings.neo4j_uri, settings.neo4j_username, password, settings.neo4j_database)


@dataclass(frozen=True, slots=True)
class Importer:
    """The process that imports into the graph of a home; `since` is ISO 8601 UTC."""

    pid: int
    host: str
    since: str

    @classmethod
    def here(cls) -> Self:
        """This process, which begins to import now."""
        return cls(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"))

    @classmethod
    def of(cls, folder: Folder) -> Self | None:
        """The importer of `folder`, which keeps the server stopped; `None` when nobody imports, or nobody any more."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            found = cls(**json.loads(folder.importing.read_bytes()))
            if found.pid == int(folder.keeper_lock.read_text(encoding="ascii")) and is_held(folder.keeper_lock):
                return found
        return None


@contextmanager
def private_server(settings: Settings) -> Iterator[Connection]:
    """The home's private server, started if it is not up, and kept up inside the block.

    Nested and concurrent uses within a process share one claim. Raises `StoreUnavailable` when it does not start or
    its jars cannot be fetched, `GraphBusy` while an import has it stopped, `ConfigurationError` when the home cannot be
    written, `AuthenticationFailed` when its password file was changed.
    """
    folder = Folder.of(settings)
    folder.prepare()
    with _claimed(folder):
        yield _connect(settings, folder)


def start(settings: Settings) -> ServerStatus:
    """Start the private server and keep it up until `stop`, however long nobody uses it."""
    _refuse_named_server(settings)
    folder = Folder.of(settings)
    folder.prepare()
    with private_server(settings):
        folder.keep_up.touch()
    return status(settings)


def stop(settings: Settings) -> ServerStatus:
    """Stop the private server and wait until it is gone; `clients` of the result were still connected to it."""
    _refuse_named_server(settings)
    folder = Folder.of(settings)
    folder.keep_up.unlink(missing_ok=True)
    clients = live_clients(folder)
    with halted(settings):
        pass
    return _status(folder, clients)


@contextmanager
def halted(settings: Settings) -> Iterator[Folder]:
    """The private server stopped, and kept from being started by anyone, inside the block. Whoever wants to use it
    meanwhile waits. Raises `GraphBusy` while an import has it stopped."""
    _refuse_named_server(settings)
    folder = Folder.of(settings)
    folder.prepare()
    lock = FileLock(folder.keeper_lock)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    with _Notice("stopping the private Neo4j") as notice:
        while not lock.try_acquire():
            _refuse_while_importing(folder)
            _signal_keeper(folder, kill=time.monotonic() > deadline)
            _pause(notice, 0.2)
    try:
        lock.write(f"{os.getpid()}\n")
        stop_orphans(folder.path)
        folder.running.unlink(missing_ok=True)
        yield folder
    finally:
        lock.release()


def status(settings: Settings) -> ServerStatus:
    """What the private server of this home is doing; starts and changes nothing."""
    folder = Folder.of(settings)
    return _status(folder, live_clients(folder))


def _status(folder: Folder, clients: int) -> ServerStatus:
    down = ServerStatus(False, str(folder.path.parent), clients, folder.keep_up.exists())
    running = Running.read(folder)
    if running is None:
        return down
    return replace(
        down,
        running=True,
        uri=running.uri,
        pid=running.pid,
        keeper_pid=running.keeper_pid,
        started=running.started,
        heap_mb=running.heap_mb,
        pagecache_mb=running.pagecache_mb,
        idle_s=running.idle_s,
    )


def _refuse_named_server(settings: Settings) -> None:
    if settings.neo4j_uri is not None:
        raise UsageError(
            f"NEO4J_URI is set to {settings.neo4j_uri!r}: that server is used, and it is not ours to start or stop.",
            "Unset NEO4J_URI to use the private server.",
        )


_claims_guard = threading.Lock()
_claims: dict[Path, tuple[int, FileLock]] = {}


@contextmanager
def _claimed(folder: Folder) -> Iterator[None]:
    """Hold this process's client file inside the block; the uses of one home in one process are counted."""
    with _claims_guard:
        uses, lock = _claims.get(folder.path) or (0, _client_lock(folder))
        _claims[folder.path] = uses + 1, lock
    try:
        yield
    finally:
        with _claims_guard:
            uses, lock = _claims.pop(folder.path)
            if uses > 1:
                _claims[folder.path] = uses - 1, lock
            else:
                lock.release(unlink=True)


def _client_lock(folder: Folder) -> FileLock:
    while True:  # the keeper may take a file that is not locked yet for one left behind; then another is made
        lock = FileLock(folder.clients / f"{os.getpid()}-{secrets.token_hex(4)}")
        if lock.try_acquire():
            return lock


def _connect(settings: Settings, folder: Folder) -> Connection:
    running = Running.read(folder)
    if running is None:
        running = _start(settings, folder)
    password = folder.password.read_text(encoding="ascii").strip()
    return Connection(running.uri, USERNAME, password, DATABASE)


def _start(settings: Settings, folder: Folder) -> Running:
    """Wait for a running server, starting keepers as needed: one may be about to stop, or be killed meanwhile."""
    ensure_jars(settings.cache.expanduser())  # here and not in the keeper, so that people see it
    earlier = read_failure(folder)
    deadline = time.monotonic() + settings.db_start_timeout_s + STOP_TIMEOUT_S
    spawns = 0
    with _Notice("starting the private Neo4j") as notice:
        while (running := Running.read(folder)) is None:
            _refuse_while_importing(folder)
            failure = read_failure(folder)
            if failure is not None and (earlier is None or failure[0] != earlier[0]):
                raise failure[1]
            if not is_held(folder.keeper_lock):
                if spawns == MAX_SPAWNS:
                    break
                spawns += 1
                spawn(settings)
            elif time.monotonic() > deadline:
                break
            _pause(notice, POLL_S)
    if running is None:
        raise StoreUnavailable(
            f"the private Neo4j of {str(settings.home)!r} did not come up.",
            f"Read {str(folder.logs / 'keeper.log')!r}.",
        )
    return running


def _refuse_while_importing(folder: Folder) -> None:
    importer = Importer.of(folder)
    if importer is not None:
        raise GraphBusy(
            f"another run, process {importer.pid} on {importer.host}, has imported into the graph since "
            f"{importer.since}; the server of {str(folder.path.parent)!r} is stopped for it.",
            "Wait until it is done, then run the same command again.",
        )


def _signal_keeper(folder: Folder, *, kill: bool) -> None:
    """Ask the process that holds the keeper's lock to stop."""
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(folder.keeper_lock.read_text(encoding="ascii")))
        if "pipeline.store.keeper" in process.cmdline():
            process.kill() if kill else process.terminate()


def _pause(notice: _Notice, seconds: float) -> None:
    notice.show()
    time.sleep(seconds)


class _Notice:
    """Tells people on stderr what they are waiting for, once it takes longer than a second."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._began = time.monotonic()
        self._next_at = self._began + QUIET_S

    def __enter__(self) -> _Notice:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self) -> None:
        now = time.monotonic()
        if now >= self._next_at:
            print(f"{self._text} ... ({now - self._began:.0f} s)", file=sys.stderr, flush=True)
            self._next_at = now + NOTICE_S
