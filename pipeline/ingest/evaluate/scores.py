"""Precision, recall and F1 of counts; pairs and B-cubed of clusterings; how far a confidence can be believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

BINS = 10


@dataclass(frozen=True, slots=True)
class Score:
    """What was found against what was labelled: `said` answers of which `right` are right, `found` of the `gold` items
    that there are. For answers that are right or wrong `found` equals `right`; a B-cubed score sums shares. A share of
    nothing is `None`."""

    right: float
    said: float
    found: float
    gold: float

    @classmethod
    def of_counts(cls, right: int, said: int, gold: int) -> Self:
        """Each right answer finds one labelled item."""
        return cls(right, said, right, gold)

    @property
    def precision(self) -> float | None:
        """Share of what was said that is right."""
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """Share of what was labelled that was found."""
        return self.found / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; 0 when one is 0, and `None` when there was nothing to say and nothing was said."""
        if self.precision is None and self.recall is None:
            return None
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.said + other.said, self.found + other.found, self.gold + other.gold)

    def as_json(self) -> dict[str, float | None]:
        """The three figures to four places, and the counts behind them."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        rounded = {name: None if value is None else round(value, 4) for name, value in figures.items()}
        return {**rounded, "right": round(self.right, 4), "said": self.said, "gold": self.gold}


NOTHING = Score(0, 0, 0, 0)


def pairwise(gold: Sequence[Hashable], said: Sequence[Hashable]) -> Score:
    """Of all pairs of items: those that `said` puts together beside those that `gold` does. Both give each item's
    cluster. Counted by cells of the contingency table, never pair by pair."""
    both = sum(comb(size, 2) for size in Counter(zip(gold, said, strict=True)).values())
    return Score.of_counts(
        both,
        sum(comb(size, 2) for size in Counter(said).values()),
        sum(comb(size, 2) for size in Counter(gold).values()),
    )


def b_cubed(gold: Sequence[Hashable], said: Sequence[Hashable | None]) -> Score:
    """B-cubed (Bagga and Baldwin 1998): for each item the share of its cluster that belongs there, and the share of
    what belongs there that is in it. An item that was not found (`None`) is not recalled, and not in precision."""
    cells = Counter(pair for pair in zip(gold, said, strict=True) if pair[1] is not None)
    of_gold, of_said = Counter(gold), Counter(each for each in said if each is not None)
    right = sum(size * size / of_said[cluster] for (_, cluster), size in cells.items())
    found = sum(size * size / of_gold[entity] for (entity, _), size in cells.items())
    return Score(right, of_said.total(), found, len(gold))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a confidence from `low` to `low + 1 / BINS` (half-open; the last bin is closed)."""

    low: float
    count: int
    confidence: float
    right: float

    def as_json(self) -> dict[str, Any]:
        """Field by field; `confidence` is the mean, `right` the share that is right."""
        return {
            "from": self.low,
            "count": self.count,
            "confidence": round(self.confidence, 4),
            "right": round(self.right, 4),
        }


def reliability(answers: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    """(confidence, whether right) of each answer, in bins of equal width; empty bins are left out."""
    binned: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in answers:
        binned.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    return tuple(
        Bin(
            low=number / BINS,
            count=len(members),
            confidence=sum(confidence for confidence, _ in members) / len(members),
            right=sum(right for _, right in members) / len(members),
        )
        for number, members in sorted(binned.items())
    )


def calibration_error(bins: Iterable[Bin]) -> float | None:
    """Expected calibration error: how far confidence and share right lie apart, on average over answers."""
    kept = tuple(bins)
    total = sum(each.count for each in kept)
    return sum(each.count * abs(each.confidence - each.right) for each in kept) / total if total else None
