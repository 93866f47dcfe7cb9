"""Dask on a cluster that is there, and what it leaves behind."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import dask
import distributed
import psutil
import pytest
from obedient import Obedient, Reply, making, order, pids

from graph_schema.models import Failed
from pipeline.engines import Engine, Shard, open_engine
from pipeline.engines import dask as placement
from pipeline.errors import EngineUnavailable
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from obedient import Order


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    """Somebody else's cluster: two workers of one thread each, in processes of their own."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
        ) as found,
    ):
        yield found


def on(address: str | None, trace: Path, **tuned: object) -> Engine[Order, Reply]:
    settings = {"engine": "dask", "dask_address": address, "document_timeout_s": 60, **tuned}
    return open_engine(Settings.model_validate(settings), making(trace))


def letters(engine: Engine[Order, Reply], *texts: str) -> list[Failed]:
    shards = [Shard(text, (order(f"before {text}"), order(text, text), order(f"after {text}"))) for text in texts]
    done = list(engine.run(shards))
    assert sorted(each.shard.key for each in done) == sorted(texts)
    for each in done:
        assert [result.path for result in each.results] == [one.document.path for one in each.shard.inputs]
    return [result for each in done for result in each.results if isinstance(result, Failed)]


def test_documents_are_worked_on_beside_the_workers_of_the_cluster(
    cluster: distributed.LocalCluster, tmp_path: Path
) -> None:
    with on(cluster.scheduler_address, tmp_path) as engine:
        assert letters(engine, "sleep 0.2", "raise", "kill", "sleep 0.3") == letters(engine, "raise", "kill")
        parents = {psutil.Process(pid).ppid() for pid in pids(tmp_path) if psutil.pid_exists(pid)}
    assert parents == {each.pid for each in cluster.workers.values()}
    assert not any(psutil.pid_exists(pid) for pid in pids(tmp_path))


def test_a_document_that_takes_a_worker_of_the_cluster_along_fails_alone(
    cluster: distributed.LocalCluster, tmp_path: Path
) -> None:
    before = set(cluster.scheduler_info["workers"])
    with on(cluster.scheduler_address, tmp_path) as engine:
        (letter,) = letters(engine, "", "kill-parent", "sleep 0.1", "print")
    while len(after := set(cluster.scheduler_info["workers"])) < 2 or after == before:
        time.sleep(0.05)  # its nanny starts another, which must not begin to listen in the test that comes next
    assert (letter.path, letter.stage, letter.transient) == ("kill-parent", "obey", True)
    assert letter.reason == "the Dask worker was lost"


def test_a_cluster_that_goes_away_ends_the_run_and_blames_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "START_TIMEOUT_S", 2.0)  # how long the client hopes that it comes back
    with (
        distributed.LocalCluster(
            n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        on(cluster.scheduler_address, tmp_path) as engine,
    ):
        running = engine.run([Shard("a", (order("a"),)), Shard("b", (order("b", "sleep 30"),))])
        next(running)
        cluster.close()
        with pytest.raises(EngineUnavailable, match="the Dask scheduler was lost"):
            next(running)


def test_a_cluster_without_workers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "START_TIMEOUT_S", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
        on(cluster.scheduler_address, tmp_path) as engine,
        pytest.raises(EngineUnavailable, match=r"no Dask cluster answers at 'tcp://127\.0\.0\.1:") as raised,
    ):
        engine.setup()
    assert raised.value.exit_code == 75


def test_a_cluster_that_lost_all_its_workers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "POLL_S", 0.1)
    monkeypatch.setattr(placement, "NO_WORKERS_TIMEOUT_S", 0.3)
    with (
        distributed.LocalCluster(
            n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        on(cluster.scheduler_address, tmp_path) as engine,
    ):
        engine.setup()
        cluster.scale(0)
        while cluster.scheduler_info["workers"]:
            time.sleep(0.05)
        with pytest.raises(EngineUnavailable, match=r"has had no worker for 0\.3 s"):
            list(engine.run([Shard("a", (order("a"),))]))


def test_where_nobody_answers_is_said_with_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "START_TIMEOUT_S", 0.5)
    with (
        on("tcp://127.0.0.1:9", tmp_path) as engine,
        pytest.raises(EngineUnavailable, match=r"'tcp://127\.0\.0\.1:9'"),
    ):
        engine.setup()


def test_without_an_address_nothing_listens_outside_this_machine_and_nothing_is_left(tmp_path: Path) -> None:
    me = psutil.Process()
    before = _listening(me)
    children = set(me.children(recursive=True))
    with on(None, tmp_path, workers=2) as engine:
        letters(engine, "", "")
        assert {host for host, _ in _listening(me) - before} == {"127.0.0.1"}
    assert _listening(me) == before
    assert set(me.children(recursive=True)) <= children


def _listening(process: psutil.Process) -> set[tuple[str, int]]:
    own = [process, *process.children(recursive=True)]
    found = [connection for each in own for connection in each.net_connections("inet")]
    return {(each.laddr.ip, each.laddr.port) for each in found if each.status == psutil.CONN_LISTEN}


def test_workers_that_lack_the_stage_are_no_documents_fault(cluster: distributed.LocalCluster, tmp_path: Path) -> None:
    settings = Settings.model_validate({"engine": "dask", "dask_address": cluster.scheduler_address})
    with (
        open_engine(settings, partial(Obedient, tmp_path / "nowhere")) as engine,
        pytest.raises(EngineUnavailable, match="no worker could be started: its worker ended with exit code 1"),
    ):
        engine.setup()
