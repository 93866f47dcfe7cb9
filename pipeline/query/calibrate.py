"""Calibrate: the thresholds of the score at which the error among answered questions stays below a stated share.

The bound is distribution-free and holds for finite samples, as long as the labelled questions are drawn like those
that will be asked. Each candidate threshold is the hypothesis "of the questions answered at it, more than the stated
share are answered wrongly"; how many of the n that were answered are wrong is binomial, so that the hypothesis is
refuted where the upper bound of Clopper and Pearson (1934) lies below the share. Candidates are fixed before any label
is seen, and tested together as in "Learn then test" (Angelopoulos, Bates, Candès, Jordan, Lei 2021), in a fixed
sequence from the strictest on, by the fallback procedure of Wiens (2003): the error that is allowed in all is shared
out among a few starts, a test that refutes hands its part on to the next, and one that does not loses it. So the chance
that any threshold is certified wrongly is at most 1 - confidence.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import NotCertified, UsageError
from pipeline.files import write_atomically, writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GRID = tuple(number / 50 for number in range(49, 0, -1))  # .98, .96, ... .02
STARTS = (0.9, 0.8, 0.7, 0.6, 0.5)
MAX_SHOWN_ERROR = 0.5
PRECISION = 1e-9


@dataclass(frozen=True, slots=True)
class Scored:
    """A labelled question: the score of its answer (`None` where nothing was found) and whether that is right."""

    score: float | None
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A threshold: of `questions` `answered` score at least as much, `wrong` of them wrong, and with the stated
    confidence no more than the share `bound` are of those that will be asked."""

    threshold: float
    questions: int
    answered: int
    wrong: int
    bound: float

    def as_json(self) -> dict[str, Any]:
        """Field by field, with both shares."""
        return {
            "threshold": self.threshold,
            "questions": self.questions,
            "answered": self.answered,
            "wrong": self.wrong,
            "share_answered": round(self.answered / self.questions, 4),
            "error": round(self.wrong / self.answered, 4),
            "bound": round(self.bound, 4),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Both thresholds: of answers, and of what is shown at all. `passages` is `None` where no more than the answers can
    be shown."""

    max_error: float
    confidence: float
    answer: Certified
    passages: Certified | None

    @property
    def settings(self) -> dict[str, float]:
        """The settings that carry it out."""
        lower = self.answer if self.passages is None else self.passages
        return {"min_answer_score": self.answer.threshold, "min_passages_score": lower.threshold}

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "max_error": self.max_error,
            "confidence": self.confidence,
            "answer": self.answer.as_json(),
            "passages": None if self.passages is None else self.passages.as_json(),
            "settings": self.settings,
        }


def calibrate(scored: Sequence[Scored], *, max_error: float, confidence: float) -> Calibration:
    """The lowest thresholds that can be certified: of answers for an error of `max_error`, of passages for one of
    `MAX_SHOWN_ERROR`, each with `confidence`. Raises `NotCertified` where the labels do not allow the first, and
    `UsageError` for shares outside of 0 to 1."""
    for name, share in (("max-error", max_error), ("confidence", confidence)):
        if not 0 < share < 1:
            raise UsageError(f"{name} is {share!r}.", "Give a share between 0 and 1, without the ends.")
    answer = certify(scored, max_error=max_error, confidence=confidence)
    if answer is None:
        raise _not_certified(scored, max_error, confidence)
    shown = certify(scored, max_error=max(max_error, MAX_SHOWN_ERROR), confidence=confidence)
    lower = shown if shown is not None and shown.threshold < answer.threshold else None
    return Calibration(max_error=max_error, confidence=confidence, answer=answer, passages=lower)


def certify(scored: Sequence[Scored], *, max_error: float, confidence: float) -> Certified | None:
    """The lowest threshold at which an error of more than `max_error` is refuted, or `None`."""
    certified = None
    part, carried = (1.0 - confidence) / len(STARTS), 0.0
    for threshold in GRID:
        allowed = carried + (part if threshold in STARTS else 0.0)
        answered = [each.right for each in scored if each.score is not None and each.score >= threshold]
        wrong = answered.count(False)
        # so few wrong ones are as rare as that, where the share is `max_error`: the bound lies below it
        refuted = at_most(wrong, len(answered), max_error) <= allowed
        carried = allowed if refuted else 0.0
        if refuted:
            certified = threshold, len(answered), wrong, allowed
    if certified is None:
        return None
    threshold, number, wrong, allowed = certified
    bound = upper_bound(wrong, number, 1.0 - allowed)
    return Certified(threshold=threshold, questions=len(scored), answered=number, wrong=wrong, bound=bound)


def upper_bound(wrong: int, answered: int, confidence: float) -> float:
    """The one-sided upper bound of Clopper and Pearson for a share of which `wrong` of `answered` were seen: the share
    at which so few, or fewer, are seen with probability 1 - `confidence`. 1 where nothing was seen."""
    if wrong >= answered:
        return 1.0
    low, high = wrong / answered, 1.0
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(wrong, answered, middle) > 1.0 - confidence else (low, middle)
    return high


def at_most(count: int, trials: int, share: float) -> float:
    """The probability of `count` or fewer of `trials`, each of probability `share` (0 < share < 1)."""
    log, log_rest = math.log(share), math.log1p(-share)
    whole = math.lgamma(trials + 1)
    terms = (
        whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log + (trials - k) * log_rest
        for k in range(count + 1)
    )
    return min(math.fsum(math.exp(term) for term in terms), 1.0)


def write_settings(path: Path, values: dict[str, float]) -> None:
    """Set `values` in a settings file, and leave every other line of it as it is. Raises as `writing`."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for name, value in values.items():
        line = f"{name} = {value}"
        text, replaced = re.subn(rf"^[ \t]*{name}[ \t]*=.*$", line, text, flags=re.MULTILINE)
        if not replaced:
            text += ("" if not text or text.endswith("\n") else "\n") + line + "\n"
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)


def _not_certified(scored: Sequence[Scored], max_error: float, confidence: float) -> NotCertified:
    """Why not: too few questions to show it, or too many wrong answers among the surest."""
    least = math.ceil(math.log((1 - confidence) / len(STARTS)) / math.log1p(-max_error))
    found = [each for each in scored if each.score is not None]
    wrong = sum(not each.right for each in found)
    return NotCertified(
        f"an error of at most {max_error:g} cannot be certified with confidence {confidence:g}: of {len(scored)} "
        f"questions {len(found)} have an answer, {wrong} of those wrong, and no threshold of the score keeps the upper "
        f"bound below it. Nothing was set.",
        f"Label more questions (with no wrong answer {least} that are answered would do), or allow more with "
        "--max-error or less --confidence.",
    )
