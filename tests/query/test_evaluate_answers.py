"""Evaluation of answers: what counts as right, which labels are refused, and what the risk-coverage curve says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.query.calibrate import Scored
from pipeline.query.evaluate.curve import area, at_steps, risk_coverage
from pipeline.query.evaluate.judge import holds, judge
from pipeline.query.evaluate.questions import LabelledQuestion, read_questions

if TYPE_CHECKING:
    from pathlib import Path


def question(*any_of: str, all_of: tuple[str, ...] = ()) -> LabelledQuestion:
    return LabelledQuestion("q", "Who?", any_of, all_of)


# judging


@pytest.mark.parametrize(
    ("said", "gold", "right", "exact"),
    [
        ("Maria Halden", "maria halden", True, True),
        ("The Coast Trust.", "Coast Trust", True, True),
        ("14 March 1889", "March 14, 1889", True, True),
        ("Maria Halden founded it.", "Maria Halden", True, False),
        ("Maria", "Maria Halden", False, False),
        ("1983", "3", False, False),
        ("3,000", "3", False, False),
        ("She paid £1,850.", "£1,850", True, False),
        ("", "Maria Halden", False, False),
    ],
)
def test_an_answer_is_right_when_it_holds_the_label_and_exact_when_it_is_that(
    said: str, gold: str, *, right: bool, exact: bool
) -> None:
    found = judge(said, said, question(gold))
    assert (found.right, found.exact) == (right, exact)


def test_f1_is_of_shared_words_over_the_best_label() -> None:
    assert judge("Maria Halden", "", question("Maria", "Maria Halden Berg")).f1 == pytest.approx(0.8)
    assert judge("Oslo", "", question("Bergen")).f1 == 0.0


def test_every_one_of_a_list_is_needed() -> None:
    both = question(all_of=("Bergen Press", "Coast Trust"))
    assert judge("x", "Bergen Press, Coast Trust and Norvik", both).right
    assert not judge("x", "Bergen Press and Norvik", both).right
    assert judge("Coast Trust, Bergen Press", "", both).exact


def test_no_answer_is_right_where_the_documents_do_not_say_it() -> None:
    assert not judge("Maria Halden", "Maria Halden", question()).right


@given(st.lists(st.sampled_from("oslo bergen 3 30 3,000 the".split()), max_size=6))
def test_a_text_holds_each_of_its_words_and_nothing_else(words: list[str]) -> None:
    text = " ".join(words)
    for each in ("oslo", "bergen", "3", "30", "3,000"):
        assert holds(text, each) == (each in words)


# labels


def read(tmp_path: Path, *rows: dict[str, Any]) -> tuple[LabelledQuestion, ...]:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return read_questions(path)


def test_labels_of_every_form_are_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"question": "Who founded  Norvik?", "answer": "Anna Berg", "aliases": ["A. Berg"], "gold": [4, "5"]},
        {"id": 7, "question": "When?", "answer": ["1921", "in 1921"], "documents": ["a.txt"], "type": "its own"},
        {"id": "l", "question": "Which?", "all": ["Oslo", "Bergen"]},
        {"question": "Where?", "unanswerable": True},
        {"question": "Why?", "answer": None},
    )
    assert found == (
        LabelledQuestion("1", "Who founded Norvik?", ("Anna Berg", "A. Berg"), (), ("4", "5")),
        LabelledQuestion("7", "When?", ("1921", "in 1921"), (), ("a.txt",)),
        LabelledQuestion("l", "Which?", (), ("Oslo", "Bergen"), ()),
        LabelledQuestion("4", "Where?"),
        LabelledQuestion("5", "Why?"),
    )
    assert [each.answerable for each in found] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "Who?"}, "line 1, answer: needs exactly one"),
        ({"question": "Who?", "answer": " "}, "line 1, answer: needs exactly one"),
        ({"question": "Who?", "answer": "Anna", "unanswerable": True}, "line 1, answer: needs exactly one"),
        ({"question": "Who?", "answer": "Anna", "all": ["Anna"]}, "line 1, answer: needs exactly one"),
        ({"answer": "Anna"}, "line 1, question: field required"),
        ({"question": "  ", "answer": "Anna"}, "line 1, question: '  ' holds no character"),
        ({"question": "Who?", "answer": {"a": 1}}, "line 1, answer"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_with_line_and_field(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        read(tmp_path, row)


def test_an_id_stands_once(tmp_path: Path) -> None:
    row = {"id": "a", "question": "Who?", "answer": "Anna"}
    with pytest.raises(UsageError, match="line 2, id: 'a' stands in line 1 already"):
        read(tmp_path, row, row)


# risk and coverage

SCORED = [
    Scored(0.9, True),
    Scored(0.9, True),
    Scored(0.7, False),
    Scored(0.5, True),
    Scored(None, False),
]


def test_the_curve_has_a_point_for_each_score_from_the_surest_on() -> None:
    points = risk_coverage(SCORED)
    assert [(each.threshold, each.answered, each.wrong) for each in points] == [(0.9, 2, 0), (0.7, 3, 1), (0.5, 4, 1)]
    assert [each.share for each in points] == [0.4, 0.6, 0.8]
    assert [each.error for each in points] == [0.0, pytest.approx(1 / 3), 0.25]


def test_the_area_is_the_mean_error_over_what_can_be_answered() -> None:
    assert area(risk_coverage(SCORED)) == pytest.approx((2 * 0.0 + 1 / 3 + 1 / 4) / 4)
    assert area(risk_coverage([Scored(None, False)])) is None


def test_steps_are_the_first_points_that_reach_each_tenth_and_the_last() -> None:
    scored = [Scored(number / 100, True) for number in range(1, 96)] + [Scored(None, False)] * 5
    shares = [each.share for each in at_steps(risk_coverage(scored))]
    assert shares == [pytest.approx(each) for each in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)]


@given(st.lists(st.builds(Scored, st.one_of(st.none(), st.floats(0, 1)), st.booleans()), max_size=60))
def test_points_go_up_in_answers_and_down_in_scores_and_the_last_has_all(scored: list[Scored]) -> None:
    points = risk_coverage(scored)
    assert [each.answered for each in points] == sorted({each.answered for each in points})
    assert [each.threshold for each in points] == sorted({each.threshold for each in points}, reverse=True)
    if points:
        assert points[-1].answered == sum(each.score is not None for each in scored)
        assert set(at_steps(points)) <= set(points)
