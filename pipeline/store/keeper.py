"""The keeper: a small process that owns the private server of one home and stops it once nobody uses it.

Run as `python -m pipeline.store.keeper HOME SETTINGS_JSON`; it leaves its parent at once and takes over the home's
`keeper.lock`, or ends where another keeper has it. Everything it needs to know is a file below `<home>/db`:

    keeper.lock          held by the keeper as long as it lives; content: its process id
    clients/<name>       held by a client as long as it uses the server; unlinked by the keeper when it is not
    server.json          where the server answers; there only while it does
    start-failure.json   why the last start failed
    keep-up              a marker of `groundplan db start`: never stop for being idle

Killed at any moment, these leave nothing that the next keeper does not clean up.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from pipeline.errors import GroundplanError, StoreUnavailable
from pipeline.settings import Settings
from pipeline.store.locks import FileLock, is_held
from pipeline.store.server import Folder, start_server, stop_orphans

if TYPE_CHECKING:
    from types import FrameType

    from pipeline.store.server import Server

SCAN_S = 0.3
TAKE_OVER_S = 2.0
KEEPER_LOG_BYTES = 1_000_000
PASSED_ON = ("home", "cache", "db_heap_mb", "db_pagecache_mb", "db_idle_s", "db_start_timeout_s")


@dataclass(frozen=True, slots=True)
class Running:
    """What `server.json` says; `created` tells the process `pid` from a later one of the same number."""

    uri: str
    pid: int
    created: float
    keeper_pid: int
    started: float
    heap_mb: int
    pagecache_mb: int
    idle_s: float

    @classmethod
    def read(cls, folder: Folder) -> Running | None:
        """The server of `folder` if its keeper holds the lock and its process lives; None otherwise."""
        try:
            running = cls(**json.loads(folder.running.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return running if running.lives() and is_held(folder.keeper_lock) else None

    def lives(self) -> bool:
        """Whether the process is still the one that was started, and no zombie."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def spawn(settings: Settings) -> None:
    """Start a keeper for `settings.home`; on return it, or an earlier one, holds the home's lock or has given up."""
    folder = Folder.of(settings)
    folder.prepare()
    log = folder.logs / "keeper.log"
    if log.exists() and log.stat().st_size > KEEPER_LOG_BYTES:
        log.unlink()
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    passed_on = settings.model_dump_json(include=set(PASSED_ON))
    with log.open("ab") as output:
        # -P: a folder called `pipeline` where the user happens to stand is not ours.
        subprocess.run(
            [sys.executable, "-P", "-m", "pipeline.store.keeper", str(settings.home), passed_on],
            cwd=folder.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            check=False,
        )


def live_clients(folder: Folder, *, unlink: bool = False) -> int:
    """How many clients hold their file; with `unlink`, files that nobody holds are removed (the keeper's task)."""
    count = 0
    for path in folder.clients.iterdir() if folder.clients.is_dir() else ():
        if is_held(path):
            count += 1
        elif unlink:
            _unlink_unheld(path)
    return count


def read_failure(folder: Folder) -> tuple[int, GroundplanError] | None:
    """Why the last start failed, with the moment of the report in nanoseconds; None when it did not."""
    from pipeline import errors

    try:
        report = json.loads(folder.failure.read_bytes())
        at = folder.failure.stat().st_mtime_ns
    except (OSError, ValueError):
        return None
    kind: type[GroundplanError] = getattr(errors, report["kind"], StoreUnavailable)
    return at, kind(report["message"], report["remedy"])


def main(arguments: list[str]) -> None:
    """Become a process of its own, and keep the server of the settings in `arguments[1]`."""
    settings = Settings(**json.loads(arguments[1]))
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        os.read(reader, 1)  # returns when the keeper holds the lock, or is gone
        return
    os.close(reader)
    folder = Folder.of(settings)
    lock = FileLock(folder.keeper_lock)
    # A moment's patience: whoever looks whether the lock is held has it for as long as that takes.
    if lock.acquire(timeout_s=TAKE_OVER_S):
        lock.write(f"{os.getpid()}\n")
        os.close(writer)
        Keeper(settings, folder).run()


class Keeper:
    """Starts the server, watches its clients, stops it."""

    def __init__(self, settings: Settings, folder: Folder) -> None:
        self._settings = settings
        self._folder = folder
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def run(self) -> None:
        """Clean up after an earlier keeper, then keep the server until it is idle, stopped or dead."""
        self._folder.running.unlink(missing_ok=True)
        self._folder.failure.unlink(missing_ok=True)
        orphans = stop_orphans(self._folder.path)
        _log(f"keeper {os.getpid()} starts; orphans stopped: {orphans}")
        try:
            server = start_server(self._settings, cancelled=lambda: self._stopping)
        except GroundplanError as error:
            _log(f"start failed: {error}")
            if not self._stopping:
                self._report(error)
            return
        try:
            self._keep(server)
        finally:
            self._folder.running.unlink(missing_ok=True)
            server.stop()
            _log(f"keeper {os.getpid()} ends")

    def _keep(self, server: Server) -> None:
        running = self._running(server)
        _write(self._folder.running, asdict(running))
        _log(f"server {running.pid} answers at {running.uri}")
        idle_since = time.monotonic()
        while not self._stopping and not _ended(server):
            if live_clients(self._folder, unlink=True) or self._folder.keep_up.exists():
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= self._settings.db_idle_s and self._retires(running):
                return

    def _retires(self, running: Running) -> bool:
        """Take the address away, then look once more: a client locks its file before it reads the address."""
        self._folder.running.unlink(missing_ok=True)
        if live_clients(self._folder) or self._folder.keep_up.exists():
            _write(self._folder.running, asdict(running))
            return False
        return True

    def _running(self, server: Server) -> Running:
        return Running(
            uri=server.uri,
            pid=server.process.pid,
            created=psutil.Process(server.process.pid).create_time(),
            keeper_pid=os.getpid(),
            started=time.time(),
            heap_mb=self._settings.db_heap_mb,
            pagecache_mb=self._settings.db_pagecache_mb,
            idle_s=self._settings.db_idle_s,
        )

    def _report(self, error: GroundplanError) -> None:
        report = {"kind": type(error).__name__, "message": error.message, "remedy": error.remedy}
        _write(self._folder.failure, report)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _ended(server: Server) -> bool:
    """Wait one round for the server to end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        _log(f"server {server.process.pid} ended with status {server.process.wait(SCAN_S)}")
        return True
    return False


def _unlink_unheld(path: Path) -> None:
    """Remove a client's file while holding its lock: a client that just made it sees that, and makes another."""
    lock = FileLock(path)
    if lock.try_acquire():
        lock.release(unlink=True)


def _write(path: Path, content: dict[str, Any]) -> None:
    scratch = path.with_suffix(".tmp")
    scratch.write_text(json.dumps(content), encoding="utf-8")
    scratch.replace(path)


def _log(message: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
