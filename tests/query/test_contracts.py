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

from pipeline.errors import ContractExceeded, UsageError
from pipeline.query import contracts
from pipeline.query.contracts import (
    ANSWER,
    CEILING,
    COVER,
    HISTORY,
    LINK,
    PARSE,
    PLAN,
    RANK,
    RETRIEVE,
    Budget,
    StepContract,
    StepRecord,
    step,
)
from pipeline.text.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

ALL = (HISTORY, PARSE, LINK, PLAN, RANK, RETRIEVE, COVER, ANSWER)
LIMITS = ("max_tokens", "max_rows", "max_chars", "max_calls", "max_seconds")
SMALL = StepContract(name="link", max_tokens=5, max_rows=3, max_calls=2, max_seconds=60.0, max_chars=20)

ROWS = st.integers(min_value=0, max_value=6).map(
    lambda size: ("take_rows", [{"n": each * "x"} for each in range(size)])
)
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
        "rank",
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
        ("chars", "take_rows", [{"name": "Anna Berg", "aliases": ["A. Berg", "Berg"], "in": {"id": "x"}}], 21, 20),
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


def test_rows_whose_text_is_too_much_count_neither_as_rows_nor_as_text() -> None:
    record = StepRecord(SMALL)
    with pytest.raises(ContractExceeded, match="21 chars"):
        record.take_rows([{"text": "x" * 21}])
    assert (record.rows, record.chars) == (0, 0)


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
    assert not record.full
    assert not record.room("x")
    assert record.full
    rows = [{"n": 1}, {"n": 2}, {"n": 3}]
    assert record.take_rows(rows) is rows
    assert (record.tokens, record.rows) == (5, 3)


@given(st.lists(st.one_of(ROWS, TEXTS, CALLS), max_size=20))
def test_no_sequence_of_charges_gets_past_a_limit_and_a_refused_one_counts_nothing(
    charges: list[tuple[str, Any]],
) -> None:
    record = StepRecord(dataclasses.replace(SMALL, max_chars=2))
    for name, amount in charges:
        before = (record.tokens, record.rows, record.chars, record.calls)
        wanted = (
            count_tokens(amount) if name == "take_text" else 0,
            len(amount) if name == "take_rows" else 0,
            sum(len(row["n"]) for row in amount) if name == "take_rows" else 0,
            1 if name == "call" else 0,
        )
        after = tuple(had + more for had, more in zip(before, wanted, strict=True))
        fits = all(total <= limit for total, limit in zip(after, (5, 3, 2, 2), strict=True))
        try:
            charge(record, name, amount)
        except ContractExceeded:
            assert not fits
            after = before
        else:
            assert fits
        assert (record.tokens, record.rows, record.chars, record.calls) == after


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
        "chars": 0,
        "max_chars": 20,
        "calls": 1,
        "max_calls": 2,
        "max_seconds": 60.0,
        "full": False,
    }


def test_the_error_survives_pickling() -> None:
    with pytest.raises(ContractExceeded) as caught:
        StepRecord(SMALL).take_rows([{}] * 4)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.exit_code) == (ContractExceeded, str(caught.value), 1)


# budgets


def test_a_budget_holds_a_contract_for_every_step_and_todays_by_default() -> None:
    budget = Budget()
    assert [getattr(budget, each.name) for each in ALL] == list(ALL)
    assert {each.name for each in dataclasses.fields(Budget)} == {each.name for each in ALL}
    with pytest.raises(dataclasses.FrozenInstanceError):
        budget.link = SMALL  # type: ignore[misc]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_caller_may_lower_a_limit_to_nothing_and_raise_it_to_the_ceiling(limit: str) -> None:
    most = CEILING * getattr(RETRIEVE, limit)
    for value in (0, 1, most):
        budget = Budget().limited("retrieve", **{limit: value})
        assert getattr(budget.retrieve, limit) == value
        assert dataclasses.replace(budget, retrieve=RETRIEVE) == Budget()
    with pytest.raises(UsageError) as refused:
        Budget().limited("retrieve", **{limit: most + 1})
    assert refused.value.message == f"{limit} of the step 'retrieve' cannot be {most + 1!r}."
    assert f"between 0 and {most:,}" in refused.value.remedy


@pytest.mark.parametrize("value", [-1, math.inf, math.nan, None, "9", True])
def test_what_is_no_finite_limit_is_refused(value: Any) -> None:  # noqa: ANN401
    with pytest.raises(UsageError, match="max_tokens of the step 'answer' cannot be"):
        Budget().limited("answer", max_tokens=value)


def test_a_budget_says_which_steps_and_limits_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no step 'lnk'\. Steps: history, parse, link, plan, rank, retrieve, cover, answer"
    ):
        Budget().limited("lnk", max_rows=1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"no limit 'max_token'\. Limits: max_calls, max_chars, max_rows, max_seconds"):
        Budget().limited("link", max_token=1)
    with pytest.raises(UsageError, match="is no contract of the step 'parse'"):
        Budget(parse=LINK)


def test_a_budget_survives_pickling() -> None:
    budget = Budget().limited("link", max_rows=7)
    assert pickle.loads(pickle.dumps(budget)) == budget
