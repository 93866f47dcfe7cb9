"""Calling questions off, their time, and how many are answered at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ContractExceeded, GraphClosed, QuestionCancelled, QuestionTimeout, StoreTimeout, UsageError
from pipeline.query.cancel import CancelToken
from pipeline.query.contracts import StepContract, StepRecord, step
from pipeline.query.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Callable

CONTRACT = StepContract(name="link", max_tokens=50, max_rows=5, max_calls=5, max_seconds=60.0)
WAIT_S = 10.0


@pytest.mark.parametrize(
    "charge",
    [
        lambda record: record.take_text("one"),
        lambda record: record.take_rows([{"name": "one"}]),
        StepRecord.call,
        StepRecord.check_time,
        StepRecord.seconds_left,
    ],
    ids=["text", "rows", "call", "time", "seconds left"],
)
def test_a_step_stops_wherever_it_counts_once_its_question_was_called_off(
    charge: Callable[[StepRecord], object],
) -> None:
    token = CancelToken()
    record = StepRecord(CONTRACT, token=token)
    charge(record)
    spent = (record.tokens, record.rows, record.calls)
    token.cancel()
    with pytest.raises(QuestionCancelled, match="was called off"):
        charge(record)
    assert (record.tokens, record.rows, record.calls) == spent


def test_a_question_out_of_time_says_how_much_it_had() -> None:
    token = CancelToken(0.01)
    time.sleep(0.02)
    with pytest.raises(QuestionTimeout, match=r"took longer than 0\.01 s"):
        token.check()
    assert token.left == 0.0


def test_a_statement_may_take_what_is_left_of_the_step_and_of_the_question() -> None:
    assert 59 < StepRecord(CONTRACT).seconds_left() <= 60
    assert 4 < StepRecord(CONTRACT, token=CancelToken(5)).seconds_left() <= 5
    assert 59 < StepRecord(CONTRACT, token=CancelToken(500)).seconds_left() <= 60


def timed_out(record: StepRecord) -> None:
    """A call that the server ends after a hundredth of a second."""
    record.call()
    time.sleep(0.01)
    raise StoreTimeout("a statement ran past its limit.", "")


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan")])
def test_a_time_that_is_over_before_it_begins_is_refused(timeout_s: float) -> None:
    with pytest.raises(UsageError, match="the time for a question"):
        CancelToken(timeout_s)


def test_a_statement_ended_because_the_step_was_out_of_time_is_an_exceeded_contract() -> None:
    hasty = StepContract(name="link", max_tokens=1, max_rows=1, max_calls=1, max_seconds=0.001)
    with pytest.raises(ContractExceeded, match="seconds") as raised, step(hasty, []) as record:
        timed_out(record)
    assert isinstance(raised.value.__cause__, StoreTimeout)


def test_a_statement_ended_within_the_time_of_the_step_stays_a_timeout_of_the_store() -> None:
    with pytest.raises(StoreTimeout), step(CONTRACT, []) as record:
        timed_out(record)


def test_no_more_questions_than_slots_are_inside_and_all_get_their_turn() -> None:
    slots, guard = Slots(3), threading.Lock()
    inside, most, done = 0, 0, 0

    def ask(_: int) -> None:
        nonlocal inside, most, done
        with slots.taken(CancelToken()):
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with guard:
                inside -= 1
                done += 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(60)))
    assert (most, done) == (3, 60)


def test_waiting_for_a_slot_counts_as_time_of_the_question() -> None:
    slots = Slots(1)
    with (
        slots.taken(CancelToken()),
        pytest.raises(QuestionTimeout, match=r"0\.05 s"),
        slots.taken(CancelToken(0.05)),
    ):
        pytest.fail("there is no slot")


def test_a_question_that_fails_frees_its_slot() -> None:
    slots = Slots(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), slots.taken(CancelToken()):
            raise ZeroDivisionError
    with slots.taken(CancelToken(WAIT_S)):
        pass


def test_closing_calls_off_who_is_inside_waits_for_them_and_lets_nobody_in() -> None:
    slots, entered, left = Slots(1), threading.Event(), threading.Event()
    token = CancelToken(WAIT_S)

    def inside() -> None:
        with slots.taken(token):
            entered.set()
            while True:
                token.check()
                time.sleep(0.001)

    def waiting() -> None:
        with slots.taken(CancelToken()):
            pytest.fail("the graph is closed")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(inside)
        first.add_done_callback(lambda _: left.set())
        assert entered.wait(WAIT_S)
        second = pool.submit(waiting)
        slots.close()
        with pytest.raises(GraphClosed):
            slots.check()
        with pytest.raises(GraphClosed, match=r"was closed.*Groundplan\.open"):
            second.result(WAIT_S)
        with pytest.raises(QuestionCancelled):
            first.result(WAIT_S)
        assert left.is_set()
