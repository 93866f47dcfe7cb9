"""Scoring of answers against `tests/samples/questions.jsonl`: right, wrong or abstained, by whole words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Verdict = Literal["right", "wrong", "abstained"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a careful reader answers: any of `any_of`, every one of `all_of`, or (both empty) that
    the archive does not say."""

    id: str
    text: str
    kind: str
    any_of: tuple[str, ...]
    all_of: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the archive says it."""
        return bool(self.any_of or self.all_of)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Question:
        """The question of one line of the file."""
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


def verdict(question: Question, *, found: bool, text: str) -> Verdict:
    """Judge one answer. Abstaining is right where the archive does not say it; any answer is wrong there."""
    if not found:
        return "abstained" if question.answerable else "right"
    if question.any_of:
        return "right" if any(holds(text, each) for each in question.any_of) else "wrong"
    return "right" if question.all_of and all(holds(text, each) for each in question.all_of) else "wrong"


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


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
