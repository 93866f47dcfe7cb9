"""The private Neo4j: one server for all processes of a home, gone when idle, and back after any kill.

Real processes and real SIGKILLs; most tests share one home, whose server each of them starts if it is down.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from click.testing import CliRunner
from neo4j import GraphDatabase

from pipeline.cli.db import db
from pipeline.errors import AuthenticationFailed, ConfigurationError, StoreUnavailable, UsageError
from pipeline.settings import Settings
from pipeline.store import private
from pipeline.store.keeper import Running
from pipeline.store.private import Connection, ServerStatus, private_server
from pipeline.store.server import ENTRY_POINT, Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CLIENT = """
import sys
from pipeline.settings import Settings
from pipeline.store.private import private_server, status
settings = Settings.load(**__import__("json").loads(sys.argv[1]))
with private_server(settings):
    print(status(settings).pid, flush=True)
    sys.stdin.read()
"""


def settings_of(home: Path, **overrides: float) -> Settings:
    small: dict[str, Any] = {"db_heap_mb": 384, "db_pagecache_mb": 64, "db_idle_s": 120.0}
    return Settings.load(home=home, **(small | overrides))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The home that most tests share; at the end nothing of it may run."""
    shared = settings_of(tmp_path_factory.mktemp("home"))
    yield shared
    private.stop(shared)
    assert not processes_of(shared)


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    private.stop(settings_of(tmp_path / "home"))


@contextmanager
def client(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server until it is killed."""
    fields = {"home", "db_heap_mb", "db_pagecache_mb", "db_idle_s"}
    command = [sys.executable, "-c", CLIENT, settings.model_dump_json(include=fields)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def server_pid(process: subprocess.Popen[str]) -> int:
    """The server's process id, printed by a client once it is connected."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def processes_of(settings: Settings) -> list[psutil.Process]:
    """The living servers and keepers of the home."""
    folder = Folder.of(settings).path
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        arguments = process.info["cmdline"] or []
        ours = f"--home-dir={folder}" in arguments or str(settings.home) in arguments
        if ours and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def servers_of(settings: Settings) -> list[int]:
    return [process.pid for process in processes_of(settings) if ENTRY_POINT in process.cmdline()]


def until(condition: Callable[[], bool], timeout_s: float = 30.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answers(connection: Connection) -> bool:
    auth = (connection.username, connection.password)
    with GraphDatabase.driver(connection.uri, auth=auth) as driver:
        return len(driver.execute_query("RETURN 1", database_=connection.database).records) == 1


def kill(pid: int | None) -> None:
    """SIGKILL, and wait until the process is gone."""
    assert pid is not None
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], 10)


def up(settings: Settings) -> ServerStatus:
    """The status of the server, which is started and proved to answer."""
    with private_server(settings) as connection:
        assert answers(connection)
        return private.status(settings)


def test_two_processes_that_start_at_once_share_one_server_also_when_its_keeper_is_killed_meanwhile(
    settings: Settings,
) -> None:
    private.stop(settings)
    with client(settings) as one, client(settings) as other:
        assert until(lambda: bool(servers_of(settings)))
        (first,) = servers_of(settings)
        kill(psutil.Process(first).ppid())
        second = server_pid(one)
        assert server_pid(other) == second != first
        assert servers_of(settings) == [second]
        assert private.status(settings).clients == 2


def test_only_the_owner_can_read_the_password_and_it_is_in_no_command_line(settings: Settings) -> None:
    with private_server(settings) as connection:
        folder = Folder.of(settings)
        assert folder.password.stat().st_mode & 0o777 == 0o600
        assert folder.path.stat().st_mode & 0o077 == 0
        assert connection.password == folder.password.read_text()
        assert connection.password not in repr(connection)
        for process in processes_of(settings):
            assert connection.password not in " ".join(process.cmdline())
        for log in folder.logs.iterdir():
            assert connection.password not in log.read_text(errors="replace")


def test_the_server_listens_on_loopback_only(settings: Settings) -> None:
    listening = [
        each.laddr.ip
        for each in psutil.Process(up(settings).pid).net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    ]
    assert len(listening) == 1
    assert listening[0] in {"127.0.0.1", "::ffff:127.0.0.1"}


def test_nested_and_concurrent_uses_in_one_process_are_one_client(settings: Settings) -> None:
    def use(_: int) -> tuple[str, int]:
        with private_server(settings) as connection:
            return connection.uri, private.status(settings).clients

    with private_server(settings) as outer:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(use, range(8))) == {(outer.uri, 1)}
        assert private.status(settings).clients == 1
    assert private.status(settings).clients == 0
    assert not list(Folder.of(settings).clients.glob(f"{os.getpid()}-*"))


def test_a_killed_client_leaves_nothing_behind(settings: Settings) -> None:
    before = up(settings)
    with client(settings) as process:
        assert server_pid(process) == before.pid
        process.kill()
        process.wait()
    assert private.status(settings).clients == 0
    assert until(lambda: not list(Folder.of(settings).clients.iterdir()), 5)
    assert up(settings).pid == before.pid


def test_after_a_killed_server_the_next_command_names_a_changed_password_file_or_starts_another(
    settings: Settings,
) -> None:
    before = up(settings)
    kill(before.pid)
    file = Folder.of(settings).password
    right = file.read_text()
    file.write_text("something else")
    try:
        with pytest.raises(AuthenticationFailed, match="password"), private_server(settings):
            pass
    finally:
        file.write_text(right)
    after = up(settings)
    assert after.pid != before.pid
    assert servers_of(settings) == [after.pid]


def test_after_a_killed_keeper_the_next_command_replaces_keeper_and_server(settings: Settings) -> None:
    before = up(settings)
    kill(before.keeper_pid)
    after = up(settings)
    assert after.keeper_pid != before.keeper_pid
    assert servers_of(settings) == [after.pid]


def test_started_it_outlasts_idleness_and_unmarked_it_stops_when_idle(own_home: Path) -> None:
    settings = settings_of(own_home, db_idle_s=0.5)
    assert private.start(settings).keep_up
    time.sleep(1.5)
    assert private.status(settings).running
    with private_server(settings):
        Folder.of(settings).keep_up.unlink()
        time.sleep(1.5)
        assert private.status(settings).running  # a client is connected
    assert until(lambda: not processes_of(settings), 10)
    assert not Folder.of(settings).running.exists()


def test_stop_ends_the_server_under_its_clients_and_counts_them(settings: Settings) -> None:
    with client(settings) as process:
        server_pid(process)
        stopped = private.stop(settings)
    assert (stopped.running, stopped.clients) == (False, 1)
    assert not processes_of(settings)
    assert private.stop(settings).clients == 0


def test_a_server_that_cannot_start_says_why_with_its_log(own_home: Path) -> None:
    settings = settings_of(own_home, db_heap_mb=900_000_000)
    for _ in range(2):  # the second attempt must report its own failure, not hang on the first's
        with pytest.raises(StoreUnavailable) as caught, private_server(settings):
            pass
        assert "heap" in caught.value.message.lower()
        assert str(Folder.of(settings).logs) in caught.value.remedy
    assert until(lambda: not processes_of(settings), 10)


def test_a_start_that_takes_too_long_is_given_up(own_home: Path) -> None:
    settings = settings_of(own_home, db_start_timeout_s=0.5)
    with pytest.raises(StoreUnavailable, match="in time") as caught, private_server(settings):
        pass
    assert "GROUNDPLAN_DB_START_TIMEOUT_S" in caught.value.remedy
    assert until(lambda: not processes_of(settings), 10)


def test_the_homes_own_configuration_is_added_and_one_that_is_none_is_told_with_its_log(own_home: Path) -> None:
    settings, own = settings_of(own_home), own_home / "neo4j.conf"
    own_home.mkdir()
    own.write_text("db.transaction.timeout=7s\n", encoding="utf-8")
    with private_server(settings) as connection:
        auth = (connection.username, connection.password)
        with GraphDatabase.driver(connection.uri, auth=auth) as driver:
            shown = driver.execute_query("SHOW SETTINGS YIELD name, value WHERE name = 'db.transaction.timeout'")
        assert shown.records[0]["value"] == "7s"
    private.stop(settings)
    own.write_text("no.such.setting=1\n", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match=r"no\.such\.setting"), private_server(settings):
        pass
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"neo4j\.conf"), private_server(settings):
        pass


def test_a_home_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = settings_of(tmp_path / "file")
    with pytest.raises(ConfigurationError, match="file") as caught, private_server(settings):
        pass
    assert "GROUNDPLAN_HOME" in caught.value.remedy


def test_the_status_of_a_home_never_used_is_down_and_makes_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    assert private.status(settings) == ServerStatus(False, str(tmp_path / "home"), 0, False)
    assert not (tmp_path / "home").exists()


def test_another_process_with_the_servers_number_is_not_taken_for_it() -> None:
    me = psutil.Process()
    running = Running("bolt://127.0.0.1:1", me.pid, me.create_time(), 1, 0.0, 384, 64, 1.0)
    assert running.lives()
    assert not Running("bolt://127.0.0.1:1", me.pid, me.create_time() - 5, 1, 0.0, 384, 64, 1.0).lives()


def test_the_keeper_imports_no_language_model_and_the_command_only_click() -> None:
    code = "import sys, {}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    for module, unwanted in (
        ("pipeline.store.keeper", {"spacy", "numpy", "rich", "jgo", "neo4j"}),
        ("pipeline.cli.db", {"spacy", "numpy", "rich", "jgo", "neo4j", "psutil", "pydantic", "platformdirs"}),
    ):
        command = [sys.executable, "-c", code.format(module)]
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert module.partition(".")[0] in names
        assert not unwanted & set(names)


def test_a_named_server_is_shown_and_neither_started_nor_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDPLAN_HOME", str(tmp_path))
    monkeypatch.setenv("NEO4J_URI", "bolt://graph.example:7687")
    monkeypatch.setenv("NEO4J_PASSWORD", "pass-phrase")
    shown = json.loads(CliRunner().invoke(db, ["info", "--json"]).stdout)
    assert shown == {
        "uri": "bolt://graph.example:7687",
        "username": "neo4j",
        "password": "pass-phrase",
        "database": "neo4j",
    }
    for command in ("start", "stop"):
        error = CliRunner().invoke(db, [command]).exception
        assert isinstance(error, UsageError)
        assert "NEO4J_URI" in error.message


def test_the_command_prints_results_to_stdout_and_talk_to_stderr(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("home", "db_heap_mb", "db_pagecache_mb", "db_idle_s"):
        monkeypatch.setenv(f"GROUNDPLAN_{name.upper()}", str(getattr(settings, name)))
    info = CliRunner().invoke(db, ["info", "--json"])
    assert answers(Connection(**json.loads(info.stdout)))
    assert "groundplan db start" in info.stderr
    status = CliRunner().invoke(db, ["status", "--json"])
    assert json.loads(status.stdout) == private.status(settings).as_json()
    assert CliRunner().invoke(db, ["status"]).stdout.startswith("up at bolt://127.0.0.1:")
