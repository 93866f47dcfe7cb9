"""Calibration: the bound is that of Clopper and Pearson, and what is certified holds on data nobody has seen."""

from __future__ import annotations

import random
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from pipeline.errors import NotCertified, UsageError
from pipeline.query.calibrate import (
    GRID,
    STARTS,
    Scored,
    at_most,
    calibrate,
    certify,
    upper_bound,
    write_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

COUNTS = st.integers(min_value=1, max_value=2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCES = st.floats(min_value=0.5, max_value=0.999)


@given(COUNTS, CONFIDENCES)
def test_the_bound_is_that_of_clopper_and_pearson(counts: tuple[int, int], confidence: float) -> None:
    wrong, answered = counts
    expected = 1.0 if wrong == answered else float(beta.ppf(confidence, wrong + 1, answered - wrong))
    assert upper_bound(wrong, answered, confidence) == pytest.approx(expected, abs=1e-6)


@given(COUNTS, st.floats(min_value=0.001, max_value=0.999))
def test_the_tail_is_that_of_the_binomial(counts: tuple[int, int], share: float) -> None:
    assert at_most(*counts, share) == pytest.approx(float(binom.cdf(*counts, share)), abs=1e-9)


def test_nothing_seen_bounds_nothing() -> None:
    assert upper_bound(0, 0, 0.95) == 1.0


# what is certified


def drawn(size: int, right_at: Callable[[float], float], source: random.Random) -> list[Scored]:
    """Questions with scores drawn evenly, right with the probability that their score has."""
    scores = [round(source.random(), 4) for _ in range(size)]
    return [Scored(score, source.random() < right_at(score)) for score in scores]


def true_error(right_at: Callable[[float], float], threshold: float) -> float:
    """The error among all that score at least `threshold`."""
    steps = [threshold + (1 - threshold) * (step + 0.5) / 500 for step in range(500)]
    return 1 - sum(map(right_at, steps)) / len(steps)


WORLDS: dict[str, Callable[[float], float]] = {
    "calibrated": lambda score: score,
    "surer than it should be": lambda score: 0.8 * score,
    "the surest are wrong": lambda score: 0.5 if score > 0.85 else 0.95,
    "just above what is allowed": lambda _: 0.895,
    "useless": lambda _: 0.6,
}


@pytest.mark.parametrize("world", WORLDS)
def test_a_certified_error_holds_in_all_but_the_stated_share_of_draws(world: str) -> None:
    source, right_at, draws = random.Random(7), WORLDS[world], 300
    certified = [certify(drawn(400, right_at, source), max_error=0.1, confidence=0.95) for _ in range(draws)]
    broken = sum(each is not None and true_error(right_at, each.threshold) > 0.1 for each in certified)
    # more than 24 of 300 would be a chance of one in a hundred if one draw in twenty broke it
    assert broken <= int(binom.ppf(0.99, draws, 0.05))


def test_it_is_not_idle_a_good_score_is_certified_almost_always() -> None:
    source = random.Random(7)
    found = [
        certify(drawn(400, lambda score: min(1.0, 0.9 + score), source), max_error=0.1, confidence=0.95)
        for _ in range(50)
    ]
    assert sum(each is not None and each.answered > 300 for each in found) > 45


@hypothesis_settings(max_examples=60)
@given(
    st.lists(st.builds(Scored, st.one_of(st.none(), st.floats(min_value=0, max_value=1)), st.booleans()), max_size=120),
    st.floats(min_value=0.02, max_value=0.9),
)
def test_what_is_certified_counts_the_answers_at_its_threshold_and_its_bound_is_met(
    scored: list[Scored], max_error: float
) -> None:
    found = certify(scored, max_error=max_error, confidence=0.9)
    if found is None:
        return
    answered = [each for each in scored if each.score is not None and each.score >= found.threshold]
    assert (found.questions, found.answered) == (len(scored), len(answered))
    assert found.wrong == sum(not each.right for each in answered)
    assert found.wrong / found.answered <= found.bound <= max_error
    # nothing is certified that one test alone, at the whole of the allowance, would not certify
    assert upper_bound(found.wrong, found.answered, 0.9) <= found.bound + 1e-9


def test_the_candidates_are_fixed_from_the_strictest_on() -> None:
    assert list(GRID) == sorted(GRID, reverse=True)
    assert set(STARTS) <= set(GRID)


def certain(right: int, wrong: int, *, unsure_wrong: int = 0) -> list[Scored]:
    sure = [Scored(0.97, True)] * right + [Scored(0.97, False)] * wrong
    return sure + [Scored(0.31, False)] * unsure_wrong


def test_a_test_that_fails_ends_its_sequence_and_keeps_what_was_certified() -> None:
    found = certify(certain(200, 2, unsure_wrong=80), max_error=0.1, confidence=0.95)
    assert found is not None
    assert (found.threshold, found.answered, found.wrong) == (0.32, 202, 2)


def test_both_thresholds_are_set_and_passages_reach_lower() -> None:
    found = calibrate(certain(200, 2, unsure_wrong=80), max_error=0.1, confidence=0.95)
    assert found.passages is not None
    assert found.settings == {"min_answer_score": 0.32, "min_passages_score": 0.02}
    assert found.passages.wrong == 82
    assert found.as_json()["answer"]["error"] == round(2 / 202, 4)


def test_without_a_lower_threshold_no_passages_are_shown_alone() -> None:
    found = calibrate(certain(200, 2), max_error=0.6, confidence=0.95)
    assert found.passages is None
    assert found.settings["min_answer_score"] == found.settings["min_passages_score"]


@pytest.mark.parametrize(
    "scored",
    [[], certain(20, 0), certain(100, 60), [Scored(None, False)] * 500],
    ids=["no question", "too few", "too many wrong", "nothing found"],
)
def test_what_cannot_be_certified_is_said_with_what_to_do(scored: Sequence[Scored]) -> None:
    with pytest.raises(
        NotCertified, match=r"an error of at most 0\.1 cannot be certified.*Nothing was set\."
    ) as caught:
        calibrate(scored, max_error=0.1, confidence=0.95)
    assert caught.value.exit_code == 65
    assert "Label more questions (with no wrong answer 44 that are answered would do)" in caught.value.remedy


def test_as_many_right_answers_as_the_message_says_are_enough_and_one_fewer_is_not() -> None:
    assert certify(certain(44, 0), max_error=0.1, confidence=0.95) is not None
    assert certify(certain(43, 0), max_error=0.1, confidence=0.95) is None


@pytest.mark.parametrize(("max_error", "confidence"), [(0.0, 0.95), (1.0, 0.95), (0.1, 1.0), (0.1, 95.0)])
def test_shares_outside_of_0_to_1_are_refused(max_error: float, confidence: float) -> None:
    with pytest.raises(UsageError, match="Give a share between 0 and 1"):
        calibrate(certain(100, 0), max_error=max_error, confidence=confidence)


# the file of settings


def test_settings_are_written_into_a_home_without_a_file(tmp_path: Path) -> None:
    path = tmp_path / "home" / "settings.toml"
    write_settings(path, {"min_answer_score": 0.62})
    assert path.read_text(encoding="utf-8") == "min_answer_score = 0.62\n"


def test_other_lines_of_the_file_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("# ours\nmodel = 'm'  # small\nmin_answer_score=0.5 # by hand\nworkers = 2", encoding="utf-8")
    write_settings(path, {"min_answer_score": 0.62, "min_passages_score": 0.2})
    text = path.read_text(encoding="utf-8")
    assert text == "# ours\nmodel = 'm'  # small\nmin_answer_score = 0.62\nworkers = 2\nmin_passages_score = 0.2\n"
    assert tomllib.loads(text)["min_answer_score"] == 0.62
