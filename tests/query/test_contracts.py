"""Contracts: finite, frozen, and never exceeded; what would exceed one is refused before it counts."""

from __future__ import annotations

import dataclasses
import math
import pickle
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ContractExceeded
from pipeline.query import contracts
from pipeline.query.contracts import (
    ANSWER,
    COVER,
    HISTORY,
    LINK,
    PARSE,
    PLAN,
    RETRIEVE,
    StepContract,
    StepRecord,
    step,
)
from pipeline.text.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

ALL = (HISTORY, PARSE, LINK, PLAN, RETRIEVE, COVER, ANSWER)
LIMITS = ("max_tokens", "max_rows", "max_calls", "max_seconds")
SMALL = StepContract(name="link", max_tokens=5, max_rows=3, max_calls=2, max_seconds=60.0)

ROWS = st.integers(min_value=0, max_value=6).map(lambda size: ("take_rows", [{"n": each} for each in range(size)]))
TEXTS = st.text(alphabet="ab .", max_size=30).map(lambda text: ("take_text", text))
CALLS = st.just(("call", None))


def charge(record: StepRecord, name: str, amount: object) -> None:
    method: Callable[..., object] = getattr(record, name)
    method() if amount is None else method(amount)


def test_every_contract_of_the_module_is_known_here() -> None:
    assert {each for each in vars(contracts).values() if isinstance(each, StepContract)} == set(ALL)
    assert [each.name for each in ALL] == [
        "history",
        "parse",
        "link",
        "plan",
        "retrieve",
        "cover",
        "answer",
    ]


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.name)
def test_every_contract_is_finite(contract: StepContract) -> None:
    assert all(math.isfinite(getattr(contract, limit)) and getattr(contract, limit) >= 0 for limit in LIMITS)
    assert contract.max_seconds > 0
    assert {each.name for each in dataclasses.fields(contract)} == {"name", *LIMITS}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_contract_cannot_be_changed(limit: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(PARSE, limit, 10**9)


@pytest.mark.parametrize(
    ("what", "name", "amount", "value", "limit"),
    [
        ("tokens", "take_text", "one two three four five six", 7, 5),
        ("rows", "take_rows", [{}] * 4, 4, 3),
    ],
)
def test_what_exceeds_a_contract_is_refused_with_step_value_and_limit(
    what: str, name: str, amount: object, value: int, limit: int
) -> None:
    record = StepRecord(SMALL)
    with pytest.raises(ContractExceeded) as caught:
        charge(record, name, amount)
    assert caught.value.message == f"step 'link' would take {value} {what}; its contract allows {limit}."
    assert caught.value.remedy
    assert getattr(record, what) == 0


def test_a_call_too_many_is_refused_before_it_is_made() -> None:
    record = StepRecord(SMALL)
    record.call()
    record.call()
    with pytest.raises(ContractExceeded, match=r"^step 'link' would take 3 calls; its contract allows 2\."):
        record.call()
    assert record.calls == 2


def test_a_step_that_ran_too_long_is_refused_at_its_next_call() -> None:
    record = StepRecord(SMALL, started=time.monotonic() - 61.5)
    with pytest.raises(ContractExceeded, match=r"^step 'link' would take 61\.\d+ seconds; its contract allows 60\.0\."):
        record.call()


def test_a_step_that_ran_too_long_is_refused_at_its_end() -> None:
    hasty = dataclasses.replace(SMALL, max_seconds=0.001)
    with pytest.raises(ContractExceeded, match=r"seconds; its contract allows 0\.001\."), step(hasty, []):
        time.sleep(0.01)


def test_what_just_fits_is_taken_whole() -> None:
    record = StepRecord(SMALL)
    text = "one two four five six"
    assert count_tokens(text) == SMALL.max_tokens
    assert record.room(text)
    assert record.take_text(text) == text
    assert not record.room("x")
    rows = [{"n": 1}, {"n": 2}, {"n": 3}]
    assert record.take_rows(rows) is rows
    assert (record.tokens, record.rows) == (5, 3)


@given(st.lists(st.one_of(ROWS, TEXTS, CALLS), max_size=20))
def test_no_sequence_of_charges_gets_past_a_limit_and_a_refused_one_counts_nothing(
    charges: list[tuple[str, Any]],
) -> None:
    record = StepRecord(SMALL)
    for name, amount in charges:
        before = (record.tokens, record.rows, record.calls)
        wanted = (
            count_tokens(amount) if name == "take_text" else 0,
            len(amount) if name == "take_rows" else 0,
            1 if name == "call" else 0,
        )
        after = tuple(had + more for had, more in zip(before, wanted, strict=True))
        fits = all(total <= limit for total, limit in zip(after, (5, 3, 2), strict=True))
        try:
            charge(record, name, amount)
        except ContractExceeded:
            assert not fits
            after = before
        else:
            assert fits
        assert (record.tokens, record.rows, record.calls) == after


def test_the_record_of_a_step_that_fails_is_kept() -> None:
    records: list[StepRecord] = []
    with pytest.raises(ContractExceeded), step(SMALL, records) as record:
        record.take_rows([{}] * 9)
    assert [(each.contract, each.rows) for each in records] == [(SMALL, 0)]


def test_a_record_shows_each_amount_beside_its_limit() -> None:
    records: list[StepRecord] = []
    with step(SMALL, records) as record:
        record.take_text("one two")
        record.call()
    shown = records[0].as_json()
    seconds = shown.pop("seconds")
    assert 0 <= seconds < 60
    assert shown == {
        "step": "link",
        "tokens": 2,
        "max_tokens": 5,
        "rows": 0,
        "max_rows": 3,
        "calls": 1,
        "max_calls": 2,
        "max_seconds": 60.0,
    }


def test_the_error_survives_pickling() -> None:
    with pytest.raises(ContractExceeded) as caught:
        StepRecord(SMALL).take_rows([{}] * 4)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.exit_code) == (ContractExceeded, str(caught.value), 1)
