"""Evaluate: ask labelled questions and score what comes back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any

from graph_schema.keys import document_key
from pipeline.query.calibrate import Scored
from pipeline.query.coverage import decide
from pipeline.query.evaluate.curve import area, at_steps, risk_coverage
from pipeline.query.evaluate.judge import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.query.answer import Answer
    from pipeline.query.citation import Citation
    from pipeline.query.coverage import Decision
    from pipeline.query.evaluate.curve import Point
    from pipeline.query.evaluate.judge import Judgement
    from pipeline.query.evaluate.questions import LabelledQuestion
    from pipeline.query.score import Signals
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

RECALL_AT = (2, 5)
SHOW_ALL = {"min_answer_score": 0.0, "min_passages_score": 0.0}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question: what would be said, how good it is, and what was decided. `recalled` holds, for each
    of `RECALL_AT`, the share of the labelled documents among the first so many; `None` where none is labelled."""

    question: LabelledQuestion
    said: str
    score: float | None
    decision: Decision
    judgement: Judgement
    citations: int
    broken: tuple[Citation, ...]
    recalled: tuple[float, ...] | None
    signals: Signals | None

    @property
    def scored(self) -> Scored:
        """What calibration takes."""
        return Scored(self.score, self.judgement.right)


@dataclass(frozen=True)
class AnswerScores:
    """What an evaluation found. A share of nothing is `None`."""

    outcomes: tuple[Outcome, ...]

    @cached_property
    def curve(self) -> tuple[Point, ...]:
        """The risk-coverage curve."""
        return risk_coverage([each.scored for each in self.outcomes])

    @property
    def decisions(self) -> Counter[str]:
        """How many questions ended how."""
        return Counter(each.decision for each in self.outcomes)

    @property
    def answered(self) -> list[Outcome]:
        """Those answered under the thresholds in force."""
        return [each for each in self.outcomes if each.decision == "answer"]

    @property
    def wrong(self) -> list[Outcome]:
        """The answered ones that are wrong."""
        return [each for each in self.answered if not each.judgement.right]

    @property
    def unanswerable(self) -> list[Outcome]:
        """Those to which the documents hold no answer."""
        return [each for each in self.outcomes if not each.question.answerable]

    @property
    def broken(self) -> list[tuple[Outcome, Citation]]:
        """Citations whose quote is not what stands at their offsets: a defect."""
        return [(each, citation) for each in self.outcomes for citation in each.broken]

    def recall(self, at: int) -> float | None:
        """Mean share of a question's labelled documents among the first `at`."""
        return _mean(each.recalled[RECALL_AT.index(at)] for each in self.outcomes if each.recalled is not None)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        answerable = [each for each in self.outcomes if each.question.answerable]
        withheld = [each for each in self.unanswerable if each.decision != "answer"]
        whole = area(self.curve)
        return {
            "questions": len(self.outcomes),
            "decisions": {name: self.decisions[name] for name in ("answer", "passages", "abstain")},
            "share_answered": _rounded(_share(len(self.answered), len(self.outcomes))),
            "error_among_answered": _rounded(_share(len(self.wrong), len(self.answered))),
            **{f"recall_at_{at}": _rounded(self.recall(at)) for at in RECALL_AT},
            "answerable": {
                "questions": len(answerable),
                "right": sum(each.decision == "answer" and each.judgement.right for each in answerable),
                "exact_match": _rounded(_mean(float(_counted(each) and each.judgement.exact) for each in answerable)),
                "f1": _rounded(_mean(each.judgement.f1 if _counted(each) else 0.0 for each in answerable)),
            },
            "unanswerable": {"questions": len(self.unanswerable), "withheld": len(withheld)},
            "citations": {"checked": sum(each.citations for each in self.outcomes), "broken": len(self.broken)},
            "curve": [point.as_json() for point in at_steps(self.curve)],
            "area_under_curve": _rounded(whole),
        }


def evaluate_answers(
    questions: Sequence[LabelledQuestion],
    ask: Callable[[str], Answer],
    *,
    store: Store,
    settings: Settings,
    shown: Callable[[int], None] = lambda _: None,
) -> AnswerScores:
    """Ask every question and judge its answer. `ask` must withhold nothing (settings with `SHOW_ALL`), so that what is
    withheld under `settings` is judged too; `shown` is told how many are done."""
    outcomes = []
    for number, question in enumerate(questions, 1):
        outcomes.append(_outcome(question, ask(question.text), store, settings))
        shown(number)
    return AnswerScores(tuple(outcomes))


def broken_citations(citations: Sequence[Citation], store: Store) -> tuple[Citation, ...]:
    """Those whose quote is not the characters at their offsets in the document's text, as the graph holds it."""
    keyed = [(document_key(each.source, each.path, each.record), each) for each in citations]
    rows = [{"document": key, "start": each.start, "end": each.end} for key, each in keyed]
    found = {
        (row["document"], row["start"], row["end"]): row["chunk"]["text"][
            row["start"] - row["chunk"]["start"] : row["end"] - row["chunk"]["start"]
        ]
        for row in (store.read("chunks_around", rows=rows) if rows else ())
        if row["chunk"] is not None
    }
    return tuple(each for key, each in keyed if found.get((key, each.start, each.end)) != each.quote)


def _outcome(question: LabelledQuestion, answer: Answer, store: Store, settings: Settings) -> Outcome:
    citations = [citation for sentence in answer.sentences for citation in sentence.citations]
    score = answer.coverage.score if answer.sentences else None
    said = (answer.value or answer.text) if answer.sentences else ""
    return Outcome(
        question=question,
        said=said,
        score=score,
        decision=decide(score, answer.coverage.extent, settings)[0],
        judgement=judge(said, f"{said}\n{answer.text}" if answer.sentences else "", question),
        citations=len(citations),
        broken=broken_citations(citations, store),
        recalled=_recalled(question, citations),
        signals=answer.coverage.signals if answer.sentences else None,
    )


def _recalled(question: LabelledQuestion, citations: Sequence[Citation]) -> tuple[float, ...] | None:
    if not question.documents:
        return None
    ranked = list(dict.fromkeys((each.source, each.path, each.record) for each in citations))
    return tuple(
        sum(any(label in _labels(*place) for place in ranked[:at]) for label in question.documents)
        / len(question.documents)
        for at in RECALL_AT
    )


def _labels(source: str, path: str, record: str | None) -> set[str]:
    """What a label can call a document."""
    if record is None:
        return {path, f"{source}/{path}"}
    return {record, f"{path}#{record}", f"{source}/{path}#{record}"}


def _counted(outcome: Outcome) -> bool:
    return outcome.decision == "answer"


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return fmean(known) if known else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
