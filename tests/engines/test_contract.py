"""The contract of all engines: one result for each document, whatever a document does to its worker."""

from __future__ import annotations

import os
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import psutil
import pytest
from obedient import KILLED, Obedient, Order, Reply, Unready, lines, making, order, pids

from graph_schema.models import Failed
from pipeline.engines import Engine, Shard, open_engine
from pipeline.errors import ConfigurationError, EngineUnavailable
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENGINES = ("serial", "processes", "dask")
LIMIT_S = 1.5

Opened = Engine[Order, Reply]


def configured(engine: str, **tuned: object) -> Settings:
    workers = None if engine == "serial" else 2
    return Settings.model_validate({"engine": engine, "workers": workers, "document_timeout_s": LIMIT_S, **tuned})


@pytest.fixture(scope="module", params=ENGINES)
def name(request: pytest.FixtureRequest) -> str:
    """Every test here is of every engine."""
    return str(request.param)


@pytest.fixture(scope="module")
def trace(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(f"trace-{name}")


@pytest.fixture(scope="module")
def engine(name: str, trace: Path) -> Iterator[Opened]:
    """One engine for all tests of its kind: each finds it as the ones before left it."""
    with open_engine(configured(name), making(trace)) as opened:
        yield opened


@pytest.fixture
def fresh(trace: Path) -> Path:
    """The trace of one test alone."""
    return cleared(trace)


def cleared(trace: Path) -> Path:
    for path in trace.iterdir():
        path.unlink()
    return trace


def shard(key: str, *texts: str) -> Shard[Order]:
    return Shard(key, tuple(order(f"{key}-{number}", text) for number, text in enumerate(texts)))


def results(engine: Opened, *shards: Shard[Order]) -> dict[str, tuple[Reply | Failed, ...]]:
    """The results of each shard by its key; every shard has come back once, with one result for each document."""
    done = list(engine.run(shards))
    assert Counter(each.shard.key for each in done) == Counter(each.key for each in shards)
    assert all(len(each.results) == len(each.shard.inputs) for each in done)
    return {each.shard.key: each.results for each in done}


def paths(found: tuple[Reply | Failed, ...]) -> list[str]:
    return [each.path for each in found]


def letters(found: tuple[Reply | Failed, ...]) -> list[Failed]:
    return [each for each in found if isinstance(each, Failed)]


def test_every_shard_gives_one_result_for_each_document_in_order(engine: Opened) -> None:
    shards = [shard(str(number), *[""] * (number % 4)) for number in range(12)]
    found = results(engine, *shards)
    assert all(paths(found[each.key]) == [one.document.path for one in each.inputs] for each in shards)
    assert not any(letters(each) for each in found.values())


def test_nothing_to_do_gives_nothing(engine: Opened) -> None:
    assert list(engine.run([])) == []
    assert results(engine, Shard("empty", ())) == {"empty": ()}


def test_a_worker_sets_its_stage_up_once_and_works_on_whole_shards_elsewhere(engine: Opened, name: str) -> None:
    found = results(engine, *(shard(str(number), "sleep 0.05", "", "") for number in range(8)))
    replies = [each for result in found.values() for each in result if isinstance(each, Reply)]
    assert {each.setups for each in replies} == {1}
    assert {each.batch for each in replies} == {3}
    used = {each.pid for each in replies}
    assert os.getpid() not in used
    assert len(used) == (1 if name == "serial" else 2)


def test_a_document_that_raises_fails_alone_in_its_place(engine: Opened, trace: Path) -> None:
    results(engine, *(shard(f"first {number}", "sleep 0.1") for number in range(8)))  # every worker is there
    fresh = cleared(trace)
    found = results(engine, shard("a", "", "raise", "", "explain"), shard("b", "", ""))
    assert paths(found["a"]) == ["a-0", "a-1", "a-2", "a-3"]
    assert letters(found["a"]) == [
        Failed(
            source="s", path="a-1", record=None, stage="obey", reason="ValueError: this text breaks it",
            remedy="Report it with this document; the others were not affected.", transient=False,
        ),
        Failed(
            source="s", path="a-3", record=None, stage="obey", reason="it is too long.", remedy="Cut it.",
            transient=False,
        ),
    ]  # fmt: skip
    assert "constructed" not in lines(fresh)  # the worker lives on
    assert letters(found["b"]) == []


@pytest.mark.parametrize(
    ("text", "reason", "transient"),
    [
        ("kill", f"its worker {KILLED}", True),
        ("segfault", "its worker ended with signal 11 (Segmentation fault)", False),
        ("exit", "its worker ended with exit code 3", False),
        ("hang", f"it took longer than {LIMIT_S} s", False),
        ("hang-in-c", f"it took longer than {LIMIT_S} s", False),
    ],
)
def test_a_document_that_takes_its_worker_along_fails_alone_in_its_place(
    engine: Opened, fresh: Path, text: str, reason: str, transient: bool
) -> None:
    shards = [shard("a", "", ""), shard("b", "", text, ""), shard("c", "", ""), shard("d", "")]
    found = results(engine, *shards)
    assert paths(found["b"]) == ["b-0", "b-1", "b-2"]
    (letter,) = [each for result in found.values() for each in letters(result)]
    assert (letter.path, letter.stage, letter.reason, letter.transient) == ("b-1", "obey", reason, transient)
    assert letter.remedy
    tried = Counter(lines(fresh))
    assert tried["tried a-0"] == tried["tried c-0"] == tried["tried d-0"] == 1  # nobody else was touched


def test_two_documents_of_one_shard_that_take_their_worker_along_both_fail(engine: Opened) -> None:
    found = results(engine, shard("a", "kill", "", "exit", ""))
    assert [each.path for each in letters(found["a"])] == ["a-0", "a-2"]


def test_a_worker_that_somebody_else_killed_costs_no_document(engine: Opened, fresh: Path) -> None:
    found = results(engine, shard("a", "", "kill-twice", ""), shard("b", "kill-twice"))
    assert [letters(each) for each in found.values()] == [[], []]
    assert Counter(lines(fresh))["tried a-1"] == 3


def test_a_long_document_has_more_time(engine: Opened) -> None:
    long = Shard("a", (order("a-0", f"sleep {LIMIT_S * 1.5}", length=250_000), order("a-1")))
    assert letters(results(engine, long)["a"]) == []


def test_a_result_that_cannot_be_sent_is_a_failed_document(engine: Opened) -> None:
    (letter,) = letters(results(engine, shard("a", "", "unpicklable", ""))["a"])
    assert letter.path == "a-1"
    assert "pickle" in letter.reason


def test_a_result_of_any_size_arrives(engine: Opened) -> None:
    found = results(engine, *(shard(str(number), "large", "") for number in range(4)))
    sizes = {len(str(each[0].notes)) for each in found.values() if isinstance(each[0], Reply)}
    assert sizes == {5_000_000}


def test_workers_leave_sigterm_and_sigint_to_the_parent(engine: Opened, trace: Path) -> None:
    results(engine, *(shard(f"first {number}", "sleep 0.1") for number in range(8)))  # every worker is there
    fresh = cleared(trace)
    found = results(engine, shard("a", "terminate", "terminate"))
    assert letters(found["a"]) == []
    assert "constructed" not in lines(fresh)


def test_what_a_worker_prints_never_reaches_standard_output(engine: Opened, capfd: pytest.CaptureFixture[str]) -> None:
    results(engine, shard("a", "print"))
    assert capfd.readouterr().out == ""


def test_shards_are_taken_only_as_there_is_room_for_them(engine: Opened, name: str) -> None:
    taken = 0

    def endless() -> Iterator[Shard[Order]]:
        nonlocal taken
        while True:
            taken += 1
            yield shard(str(taken), "")

    running = engine.run(endless())
    room = 2 * (1 if name == "serial" else 2)
    for given in range(1, 20):
        next(running)
        time.sleep(0.01)
        assert taken <= given + room


def test_an_abandoned_run_leaves_nothing_to_the_next(engine: Opened) -> None:
    next(iter(engine.run(shard(f"old {number}", "sleep 0.1") for number in range(4))))
    assert set(results(engine, shard("new", ""))) == {"new"}


def test_an_error_of_the_shards_themselves_is_the_callers(engine: Opened) -> None:
    def breaking() -> Iterator[Shard[Order]]:
        yield shard("a", "")
        raise KeyError("of the caller")

    with pytest.raises(KeyError, match="of the caller"):
        list(engine.run(breaking()))
    assert set(results(engine, shard("b", ""))) == {"b"}


# beginning and end: an engine for each of these


def test_leaving_ends_every_worker_whatever_it_does(name: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with open_engine(configured(name, document_timeout_s=600), making(trace)) as engine:
        running = engine.run([shard("a", ""), shard("b", "hang-in-c"), shard("c", "hang"), shard("d", "hang")])
        next(running)
        while not {"tried b-0", "tried c-0"} & set(lines(trace)):
            time.sleep(0.01)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert not any(psutil.pid_exists(pid) for pid in pids(trace))
    for after in (running, engine.run([shard("e", "")])):
        with pytest.raises(EngineUnavailable, match="closed"):
            next(after)


def test_why_a_stage_cannot_be_set_up_is_raised_as_it_is(name: str, tmp_path: Path) -> None:
    making(tmp_path)
    with (
        open_engine(configured(name), partial(Unready, tmp_path, "explain")) as engine,
        pytest.raises(ConfigurationError, match=r"there is no model 'x'\. Install it\."),
    ):
        engine.setup()


def test_a_worker_that_dies_before_it_is_ready_is_started_again_but_not_for_ever(name: str, tmp_path: Path) -> None:
    with open_engine(configured(name), partial(Unready, tmp_path, "kill-once")) as engine:
        assert engine.setup() == "fingerprint"
    for path in tmp_path.iterdir():
        path.unlink()
    with (
        open_engine(configured(name), partial(Unready, tmp_path, "kill")) as engine,
        pytest.raises(EngineUnavailable, match="no worker could be started: its worker was killed"),
    ):
        engine.setup()
    assert Counter(lines(tmp_path))["setup"] == 3


def test_workers_of_another_fingerprint_are_refused(name: str, tmp_path: Path) -> None:
    with (
        open_engine(configured(name), partial(Unready, tmp_path, "change")) as engine,
        pytest.raises(ConfigurationError, match="fingerprint 2"),
    ):
        list(engine.run([shard("a", "kill")]))


def test_a_stage_that_gives_too_few_results_fails_its_documents(name: str, tmp_path: Path) -> None:
    make: Callable[[], Obedient] = partial(Forgetful, tmp_path)
    with open_engine(configured(name), make) as engine:
        found = results(engine, shard("a", "", ""))
    assert [each.reason for each in letters(found["a"])] == ["ValueError: the stage gave 0 results for 1 inputs"] * 2


class Forgetful(Obedient):
    """Breaks the stage's own contract."""

    def __call__(self, batch: object) -> list[Reply | Failed]:  # noqa: ARG002
        return []
