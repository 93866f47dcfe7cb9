"""Score: the estimated probability that an answer is right, from what is known once it was retrieved.

A logistic function of a handful of features; its weights are `pipeline/weights/score.toml`, which `scripts/train score`
learns from labelled questions. `groundplan calibrate` does not change them: it sets the thresholds that the score is
held against.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from pipeline.query.value import value_of
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.query.follow import Found
    from pipeline.query.link import Linked
    from pipeline.query.plan import Plan
    from pipeline.query.question import Question
    from pipeline.query.retrieve import Fact, Retrieved

STEM_CHARS = 5
MANY = 8
LEAST = 0.01
PLANS = ("aggregate", "compare", "list", "lookup", "passages", "path", "theme", "when")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known of an answer once it was retrieved. Of several facts, `support` (claims), `documents` and
    `confidence` are those of the weakest. `link` (0 to 1) is how like its entity the least like name is, `candidates`
    what else the names could stand for, `unlinked` the names that stand for nothing, `relations` how many relations the
    question's words meant, `words` the share of its other words that the evidence holds, `fits` whether the answer is
    of the kind that was asked for (`None` where none was), `steps` those of chains and comparisons and `read` how many
    of them only a text says, `valued` whether there is one short value, `passage` the score of the best passage and
    `margin` how far it leads."""

    plan: str
    facts: int = 0
    support: int = 0
    documents: int = 0
    confidence: float = 0.0
    denied: bool = False
    link: float = 0.0
    candidates: int = 0
    unlinked: int = 0
    relations: int = 0
    words: float = 1.0
    fits: bool | None = None
    conflicts: int = 0
    steps: int = 0
    read: int = 0
    valued: bool = False
    passage: float = 0.0
    margin: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Field by field."""
        return {name: getattr(self, name) for name in self.__slots__}


def signals_of(plan: Plan, question: Question, retrieved: Retrieved, *, conflicts: int) -> Signals | None:
    """The signals of what was retrieved; `None` where that is nothing."""
    passages, steps, facts = retrieved.passages, steps_of(retrieved), facts_of(retrieved)
    if not facts and not passages and not steps and not retrieved.themes and retrieved.total is None:
        return None
    linked = [each for each in plan.names if each.entities or each.documents]
    scores = [*sorted((each.score for each in passages), reverse=True), 0.0, 0.0]
    return Signals(
        plan=plan.name,
        facts=len(facts),
        support=min((fact.support for fact in facts), default=0),
        documents=min((fact.documents for fact in facts), default=0),
        confidence=min((fact.confidence or 0.0 for fact in facts), default=0.0),
        denied=any(not fact.support for fact in facts),
        link=min((_likeness(each) for each in linked), default=0.0),
        candidates=sum(_others(each) for each in linked),
        unlinked=max(len(question.names) - len(linked), 0),
        relations=len(plan.chain) or bool(plan.wanted) + bool(plan.inner),
        words=_share_said(question.words, _evidence(retrieved)),
        fits=_fits(question, facts),
        conflicts=conflicts,
        steps=len(steps),
        read=sum(step.fact is None for step in steps),
        valued=value_of(plan, question, retrieved) is not None,
        passage=scores[0],
        margin=scores[0] - scores[1],
    )


def features_of(signals: Signals) -> dict[str, float]:
    """The features: each between -1 and 1, roughly, so that their weights can be compared."""
    return {
        **{f"plan_{name}": float(signals.plan == name) for name in PLANS},
        "facts": _many(signals.facts),
        "support": _many(signals.support),
        "documents": _many(signals.documents),
        "confidence": signals.confidence,
        "denied": float(signals.denied),
        "link": signals.link,
        "candidates": _many(signals.candidates),
        "unlinked": _many(signals.unlinked),
        "relations": _many(signals.relations),
        "words": signals.words,
        "fits": 0.0 if signals.fits is None else 1.0 if signals.fits else -1.0,
        "conflicts": _many(signals.conflicts),
        "steps": _many(signals.steps),
        "read": signals.read / signals.steps if signals.steps else 0.0,
        "valued": float(signals.valued),
        "passage": signals.passage,
        "margin": signals.margin,
    }


def score_of(signals: Signals) -> float:
    """The score, 0.01 to 0.99, to four places: a few hundred answers tell of nothing surer."""
    weights = score_weights()
    total = weights["bias"] + sum(weights[name] * value for name, value in features_of(signals).items())
    return round(min(max(1.0 / (1.0 + math.exp(-total)), LEAST), 1.0 - LEAST), 4)


@cache
def score_weights() -> dict[str, float]:
    """The weights that ship, by feature, with the `bias`."""
    text = (files("pipeline") / "weights" / "score.toml").read_text(encoding="utf-8")
    return {name: float(weight) for name, weight in tomllib.loads(text)["weights"].items()}


def _many(count: int) -> float:
    """0 for none, 1 for `MANY` or more; the first ones weigh most."""
    return min(math.log1p(count) / math.log1p(MANY), 1.0)


def _likeness(linked: Linked) -> float:
    called = max((document.weight for document in linked.documents), default=0.0)
    names = [name for entity in linked.entities for name in (entity.name, *entity.aliases)]
    return max([called, *(fuzz.ratio(fold(linked.name), fold(name)) / 100.0 for name in names)])


def _others(linked: Linked) -> int:
    """How much else a name could stand for: other documents that are called so, or other entities."""
    return (len(linked.documents) or len(linked.entities)) - 1 + len(linked.alternatives)


def steps_of(retrieved: Retrieved) -> list[Found]:
    """The steps of every chain, and of both sides of a comparison that came to a verdict."""
    compared = retrieved.compared
    sides = compared.sides if compared is not None and compared.verdict is not None else ()
    return [
        *(step for node in retrieved.ways for step in node.steps),
        *(step for side in sides for way in side.ways for step in way),
    ]


def facts_of(retrieved: Retrieved) -> tuple[Fact, ...]:
    """The facts, those that are steps of chains included."""
    return tuple(dict.fromkeys([*retrieved.facts, *(step.fact for step in steps_of(retrieved) if step.fact)]))


def _evidence(retrieved: Retrieved) -> Iterator[str]:
    for fact in retrieved.facts:
        yield fact.predicate.replace("_", " ")
        yield from (citation.quote for citation in fact.citations)
    yield from (citation.quote for step in steps_of(retrieved) for citation in step.citations)
    yield from (citation.quote for theme in retrieved.themes for citation in theme.sentences)
    yield from (citation.quote for citation in retrieved.citations)
    yield from (passage.citation.quote for passage in retrieved.passages)


def _share_said(words: tuple[str, ...], texts: Iterable[str]) -> float:
    """The share of `words` that the texts hold, by their first letters: "founder" is said by "founded"."""
    said = {word[:STEM_CHARS] for text in texts for word in fold(text).split()}
    return sum(fold(word)[:STEM_CHARS] in said for word in words) / len(words) if words else 1.0


def _fits(question: Question, facts: tuple[Fact, ...]) -> bool | None:
    """Whether the last fact's value or one of its ends is of what is asked for."""
    if not facts or (question.value is None and not question.kinds):
        return None
    last = facts[-1]
    if question.value is not None:
        return last.value_type == question.value
    ends = (last.subject, last.object) if last.object is not None else ()
    return any(end.kind in question.kinds for end in ends)
