"""Scoring of answers: right, wrong or abstained.

Questions with a list of accepted answers, as `tests/samples/questions.jsonl`, are judged by whole words of the answer's
sentences. Those with one short answer, as the multi-hop sets, are judged by the answer's value: equal, or token F1 of
at least .8, after lower-casing and without articles and punctuation; dates as dates. One without a value abstains.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pipeline.query.lifetimes import normal_date
from pipeline.text.values import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MIN_F1 = 0.8
ARTICLES = frozenset({"a", "an", "the"})

Verdict = Literal["right", "wrong", "abstained"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a careful reader answers: any of `any_of`, every one of `all_of`, the `value` (of a
    question of a multi-hop set), or (all of them empty) that the documents do not say."""

    id: str
    text: str
    kind: str
    any_of: tuple[str, ...]
    all_of: tuple[str, ...]
    value: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the documents say it."""
        return bool(self.any_of or self.all_of or self.value)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Question:
        """The question of one line of the file."""
        if isinstance(row.get("answer"), str):
            return cls(row["id"], row["question"], row.get("type", "all"), (), (), row["answer"])
        any_of, all_of = tuple(row.get("answer") or ()), tuple(row.get("all") or ())
        return cls(row["id"], row["question"], row["kind"], any_of, all_of)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was answered to a question, and how good that is."""

    question: Question
    answer: str
    verdict: Verdict


def load_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a file of one JSON object a line."""
    return tuple(
        Question.of(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    )


def verdict(question: Question, *, found: bool, text: str, value: str | None = None) -> Verdict:
    """Judge one answer. Abstaining is right where the documents do not say it; any answer is wrong there."""
    if question.value is not None:
        return "abstained" if not found or value is None else "right" if matches(question.value, value) else "wrong"
    if not found:
        return "abstained" if question.answerable else "right"
    if question.any_of:
        return "right" if any(holds(text, each) for each in question.any_of) else "wrong"
    return "right" if question.all_of and all(holds(text, each) for each in question.all_of) else "wrong"


def matches(expected: str, value: str) -> bool:
    """Whether a value is the expected one: the same date, or as good as the same words."""
    dates = [normal_date(each) if _is_date(each) else None for each in (expected, value)]
    if all(dates):
        return dates[0] == dates[1]
    one, other = _tokens(expected), _tokens(value)
    if one == other:
        return True
    common = (Counter(one) & Counter(other)).total()
    return bool(common) and 2 * common / (len(one) + len(other)) >= MIN_F1


def holds(text: str, phrase: str) -> bool:
    """Whether `text` has `phrase` on whole words and whole numbers, without regard to case and spacing: "3" is neither
    in "1983" nor in "3,000"."""
    pattern = r"(?<!\w)(?<!\d[.,])" + re.escape(_plain(phrase)) + r"(?!\w|[.,]\d)"
    return re.search(pattern, _plain(text)) is not None


def counts(outcomes: Iterable[Outcome]) -> dict[str, dict[Verdict, int]]:
    """Right, wrong and abstained of each kind of question, in the kinds' first order."""
    by_kind: dict[str, Counter[Verdict]] = {}
    for each in outcomes:
        by_kind.setdefault(each.question.kind, Counter())[each.verdict] += 1
    return {
        kind: {"right": found["right"], "wrong": found["wrong"], "abstained": found["abstained"]}
        for kind, found in by_kind.items()
    }


def total(by_kind: dict[str, dict[Verdict, int]]) -> dict[Verdict, int]:
    """The counts of all kinds together."""
    names: tuple[Verdict, ...] = ("right", "wrong", "abstained")
    return {name: sum(found[name] for found in by_kind.values()) for name in names}


def _is_date(text: str) -> bool:
    words = re.findall(r"[^\W_]+", text.lower())
    return bool(words) and all(word in MONTHS or re.fullmatch(r"\d{1,4}(?:st|nd|rd|th)?|of", word) for word in words)


def _tokens(text: str) -> list[str]:
    return [word for word in re.sub(r"[^\w\s]", " ", _plain(text)).split() if word not in ARTICLES]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
