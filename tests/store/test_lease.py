"""One writer at a time: on a host by a lock file, over hosts by a lease that is fenced, renewed and taken over."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support import rows

from pipeline.errors import ConfigurationError, GraphBusy, OutOfSpace
from pipeline.store.driver import Store
from pipeline.store.lease import holder_of, home_lock, sole_writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.settings import Settings
    from pipeline.store.driver import Transaction
    from pipeline.store.private import Connection

HOLD = """
import sys, time
from pathlib import Path
from pydantic import SecretStr
from pipeline.settings import Settings
from pipeline.store.driver import Store
from pipeline.store.lease import sole_writer
from pipeline.store.private import Connection
home, uri, user, password, database, seconds = sys.argv[1:]
settings = Settings(home=Path(home), lease_s=int(seconds))
with Store(Connection(uri, user, password, database), timeout_s=60) as store, sole_writer(store, settings):
    print("held", flush=True)
    time.sleep(600)
"""
ELSEWHERE = "MATCH (l:Lease) SET l.place = 'another machine'"


@pytest.fixture
def other_store(connection: Connection) -> Iterator[Store]:
    with Store(connection, timeout_s=60) as other:
        yield other


def elsewhere(settings: Settings, **tuned: object) -> Settings:
    """Settings of another home on the same graph."""
    return settings.model_copy(update={"home": settings.home.parent / "elsewhere", **tuned})


def holding(settings: Settings, connection: Connection, seconds: int) -> subprocess.Popen[str]:
    """A process that holds the graph until it is killed."""
    arguments = (str(settings.home), connection.uri, connection.username, connection.password, connection.database)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, *arguments, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_second_writer_of_one_home_is_told_who_holds_it_since_when(
    store: Store, settings: Settings, connection: Connection
) -> None:
    process = holding(settings, connection, 60)
    try:
        said = rf"process {process.pid} on \S+ since \d{{4}}-\d\d-\d\dT.*ingest\.lock"
        with pytest.raises(GraphBusy, match=said), sole_writer(store, settings):
            pass
    finally:
        end(process)


def test_a_second_writer_from_another_home_is_told_who_holds_the_graph_since_when(
    store: Store, settings: Settings, connection: Connection
) -> None:
    process = holding(settings, connection, 60)
    try:
        said = rf"process {process.pid} on \S+, has held the graph since \d{{4}}-.*its lease ends at \d{{4}}-"
        with pytest.raises(GraphBusy, match=said), sole_writer(store, elsewhere(settings)):
            pass
        holder = holder_of(store)
        assert holder is not None
        assert (holder.pid, holder.expired, holder.dead) == (process.pid, False, False)
    finally:
        end(process)


def test_the_lease_of_a_process_that_was_killed_here_is_taken_over_at_once(
    store: Store, settings: Settings, connection: Connection
) -> None:
    process = holding(settings, connection, 600)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    holder = holder_of(store)
    assert holder is not None
    assert holder.dead
    with sole_writer(store, settings):
        holder = holder_of(store)
        assert holder is not None
        assert holder.pid == os.getpid()
    assert holder_of(store) is None


def test_the_lease_of_a_dead_holder_elsewhere_is_taken_over_only_after_its_expiry(
    store: Store, settings: Settings, connection: Connection
) -> None:
    process = holding(settings, connection, 2)
    end(process)
    rows(store, ELSEWHERE)
    with pytest.raises(GraphBusy), sole_writer(store, settings):
        pass
    time.sleep(2.5)
    with sole_writer(store, settings):
        pass


def test_a_lease_is_renewed_while_its_holder_writes_nothing(
    store: Store, other_store: Store, settings: Settings
) -> None:
    with sole_writer(store, settings.model_copy(update={"lease_s": 1})):
        rows(other_store, ELSEWHERE)
        time.sleep(2)
        with pytest.raises(GraphBusy), sole_writer(other_store, elsewhere(settings)):
            pass


def test_a_writer_whose_lease_was_taken_over_commits_nothing_more(
    store: Store, other_store: Store, settings: Settings
) -> None:
    with sole_writer(store, settings):
        rows(other_store, "MATCH (l:Lease) SET l.owner = 'another run'")
        with pytest.raises(GraphBusy, match="another run has taken the graph over"):
            store.write("evidence", lambda tx: tx.write("merge_blocks", keys=["block"]))
    assert rows(store, "MATCH (b:Block) RETURN count(b) AS count") == [{"count": 0}]
    assert rows(store, "MATCH (l:Lease) RETURN l.owner AS owner") == [{"owner": "another run"}]


def test_a_take_over_waits_for_the_transaction_that_is_under_way_and_finds_the_lease_renewed(
    store: Store, other_store: Store, settings: Settings
) -> None:
    inside = threading.Event()

    def work(tx: Transaction) -> None:
        inside.set()
        time.sleep(2.5)
        tx.write("merge_blocks", keys=["block"])

    with sole_writer(store, settings.model_copy(update={"lease_s": 2})):
        rows(other_store, ELSEWHERE)
        writing = threading.Thread(target=store.write, args=("evidence", work))
        writing.start()
        assert inside.wait(30)
        with pytest.raises(GraphBusy), sole_writer(other_store, elsewhere(settings)):
            pass
        writing.join()
    assert rows(store, "MATCH (b:Block) RETURN count(b) AS count") == [{"count": 1}]


def test_the_fence_counts_as_no_change_of_any_layer(store: Store, settings: Settings) -> None:
    with sole_writer(store, settings):
        before = {layer: counters.total for layer, counters in store.written.items()}
        store.write("evidence", lambda _: None)
        assert {layer: counters.total for layer, counters in store.written.items()} == before


def test_a_full_disk_under_the_lock_may_have_space_later(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", refuse)
        with pytest.raises(OutOfSpace, match="No space left"), home_lock(settings.home):
            pass
    with home_lock(settings.home):
        pass


def test_a_home_that_cannot_be_written_is_a_configuration_error(
    store: Store, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    bad = settings.model_copy(update={"home": tmp_path / "file" / "home"})
    with pytest.raises(ConfigurationError, match="cannot be written"), sole_writer(store, bad):
        pass
