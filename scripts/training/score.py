"""Training of the score of answers, on the first half of the questions of each multi-hop data set.

Each corpus is ingested into a graph of its own in the user's cache (a quarter of an hour the first time, then a hash a
file) and its questions are asked with nothing withheld; a logistic regression learns from what was known of each answer
whether it was right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from pipeline import Groundplan
from pipeline.progress import progress
from pipeline.query.calibrate import Scored
from pipeline.query.evaluate.curve import area, risk_coverage
from pipeline.query.evaluate.questions import read_questions
from pipeline.query.evaluate.run import SHOW_ALL, evaluate_answers
from pipeline.query.score import features_of
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.query.evaluate.questions import LabelledQuestion
    from pipeline.query.score import Signals

    Example = tuple[Signals, bool]

CORPORA = ("2wiki", "musique_train100", "hotpotqa_train100")
C = 1.0
FOLDS = 5
HEAD = """# Weights of the score of answers (pipeline/query/score.py): a logistic function of features between -1 and 1.
# Made by `scripts/train score` from {answers} answers to the first halves of the questions of 2Wiki, MuSiQue and
# HotpotQA, {right} of them right. Area under the risk-coverage curve in {folds} folds: {area:.3f}.

[weights]
"""


def train(shared: Path, path: Path) -> None:
    """Ask, learn, and write the weights to `path`."""
    examples: list[Example] = []
    for name in CORPORA:
        folder = shared / "multihop" / name
        settings = Settings.load().model_copy(update={"home": Settings().cache / "training" / name})
        questions = read_questions(folder / "questions.jsonl")
        with Groundplan.open(settings.model_copy(update=SHOW_ALL)) as kg:
            kg.ingest(f"{name}={folder / 'corpus.jsonl'}")
            examples += examples_of(kg, questions[: len(questions) // 2])
    path.write_text(learnt(examples), encoding="utf-8")


def examples_of(kg: Groundplan, questions: Sequence[LabelledQuestion]) -> list[Example]:
    """What was known of the answer to each question that has one, and whether it is right."""
    with progress("questions", "asked", len(questions)) as shown:
        scores = evaluate_answers(questions, kg.ask, store=kg.store, settings=kg.settings, shown=shown)
    return [(each.signals, each.judgement.right) for each in scores.outcomes if each.signals is not None]


def learnt(examples: Iterable[Example]) -> str:
    """The file of weights."""
    known = list(examples)
    rows = [features_of(signals) for signals, _ in known]
    names = sorted(rows[0])
    features = np.array([[row[name] for name in names] for row in rows])
    rights = np.array([right for _, right in known])
    model = LogisticRegression(C=C, max_iter=1_000)
    unseen = cross_val_predict(model, features, rights, cv=FOLDS, method="predict_proba")[:, 1]
    measured = area(
        risk_coverage([Scored(float(score), bool(right)) for score, right in zip(unseen, rights, strict=True)])
    )
    model.fit(features, rights)
    weights = {"bias": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0]), strict=True))}
    head = HEAD.format(answers=len(known), right=int(rights.sum()), folds=FOLDS, area=measured)
    return head + "".join(f"{name} = {round(weight, 3) + 0.0}\n" for name, weight in weights.items())
