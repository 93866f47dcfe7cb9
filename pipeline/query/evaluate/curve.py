"""The risk-coverage curve: how many questions are answered, and how many of those wrongly, at every threshold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipeline.query.calibrate import upper_bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.query.calibrate import Scored

STEPS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """At `threshold`, `answered` of `questions` are answered and `wrong` of those wrongly."""

    threshold: float
    questions: int
    answered: int
    wrong: int

    @property
    def share(self) -> float:
        """Answered of all questions."""
        return self.answered / self.questions

    @property
    def error(self) -> float:
        """Wrong of those answered: the selective risk."""
        return self.wrong / self.answered

    def bound(self, confidence: float) -> float:
        """The upper bound of the error at this one threshold. It does not make up for choosing among many."""
        return upper_bound(self.wrong, self.answered, confidence)

    def as_json(self) -> dict[str, Any]:
        """Counts and shares."""
        return {
            "threshold": self.threshold,
            "answered": self.answered,
            "wrong": self.wrong,
            "share": round(self.share, 4),
            "error": round(self.error, 4),
        }


def risk_coverage(scored: Sequence[Scored]) -> tuple[Point, ...]:
    """A point for each score that occurs, from the highest on. Empty where nothing was found to any question."""
    found = sorted(((each.score, each.right) for each in scored if each.score is not None), reverse=True)
    points, answered, wrong = [], 0, 0
    for score, group in groupby(found, key=lambda pair: pair[0]):
        rights = [right for _, right in group]
        answered, wrong = answered + len(rights), wrong + rights.count(False)
        points.append(Point(score, len(scored), answered, wrong))
    return tuple(points)


def area(points: Sequence[Point]) -> float | None:
    """The area under the curve (AURC; Geifman, Uziel, El-Yaniv 2019): the mean error over the shares of questions that
    can be answered. `None` without a point."""
    if not points:
        return None
    before, total = 0, 0.0
    for point in points:
        total += point.error * (point.answered - before)
        before = point.answered
    return total / before


def at_steps(points: Sequence[Point]) -> tuple[Point, ...]:
    """The first points at which a tenth, two tenths, ... of the questions are answered, and the last of all."""
    chosen = [next((point for point in points if point.share >= step / STEPS), None) for step in range(1, STEPS + 1)]
    kept = [point for point in (*chosen, *points[-1:]) if point is not None]
    return tuple(dict.fromkeys(kept))
