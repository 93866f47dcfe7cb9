"""The score: between 0 and 1, by weights that ship, and surer of what is better supported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query.plan import PlanName
from pipeline.query.score import PLANS, Signals, features_of, score_of, score_weights

COUNT = st.integers(min_value=0, max_value=10_000)
SHARE = st.floats(min_value=0, max_value=1)
ANY = st.builds(
    Signals,
    plan=st.sampled_from([*PLANS, "another"]),
    facts=COUNT,
    support=COUNT,
    documents=COUNT,
    confidence=SHARE,
    denied=st.booleans(),
    link=SHARE,
    candidates=COUNT,
    unlinked=COUNT,
    relations=st.integers(min_value=0, max_value=3),
    words=SHARE,
    fits=st.sampled_from([True, False, None]),
    conflicts=COUNT,
    passage=SHARE,
    margin=SHARE,
)
FACT = Signals(plan="lookup", facts=1, support=2, documents=2, confidence=0.8, link=1.0, relations=1)


def test_every_feature_has_a_weight_that_ships_and_no_other_has() -> None:
    assert {*features_of(FACT), "bias"} == set(score_weights())


def test_every_plan_is_a_feature() -> None:
    assert set(get_args(PlanName)) <= set(PLANS)


@given(ANY)
def test_a_score_is_a_share_and_features_are_small(signals: Signals) -> None:
    assert 0.0 <= score_of(signals) <= 1.0
    assert all(-1.0 <= value <= 1.5 for value in features_of(signals).values())


@pytest.mark.parametrize(
    "worse",
    [{"confidence": 0.3}, {"link": 0.6}, {"unlinked": 1}, {"words": 0.2}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_known_less_surely_scores_lower(worse: dict[str, Any]) -> None:
    assert score_of(replace(FACT, **worse)) < score_of(FACT)
