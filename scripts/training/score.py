"""Training of the score of answers, on the first halves of three question sets and the sample archive's questions.

All are asked with nothing withheld; a logistic regression learns from what was known of each answer whether it was
right. The sample archive is among them for the plans that the other sets never need: counts, lists, passages.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from corpora import SETS, known_set, opened
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from pipeline import Groundplan
from pipeline.progress import progress
from pipeline.query.calibrate import Scored
from pipeline.query.evaluate.curve import area, risk_coverage
from pipeline.query.evaluate.questions import read_questions
from pipeline.query.evaluate.run import SHOW_ALL, evaluate_answers
from pipeline.query.score import features_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.query.evaluate.questions import LabelledQuestion
    from pipeline.query.score import Signals

    Example = tuple[Signals, bool]

SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "samples"
C = 1.0
FOLDS = 5
HEAD = """# Weights of the score of answers (pipeline/query/score.py): a logistic function of features between -1 and 1.
# Made by `scripts/train score` from {answers} answers, {right} of them right, to {sets}.
# Mean error over the risk-coverage curve, each fold of {folds} scored by the others: {area:.3f}.

[weights]
"""


def train(shared: Path, path: Path, home: Path | None = None) -> None:
    """Ask, learn, and write the weights to `path`; the graphs stand in `home`, by default in a folder that is deleted
    at the end."""
    del shared
    with tempfile.TemporaryDirectory(prefix="groundplan-train-") as folder:
        examples = [*of_the_archive(home or Path(folder)), *of_the_sets(home or Path(folder))]
    path.write_text(learnt(examples, f"the sample archive's questions and the first halves of {', '.join(SETS)}"))


def of_the_archive(folder: Path) -> list[Example]:
    """What was known of the answers to the sample archive's questions."""
    (folder / "archive").mkdir(exist_ok=True)
    with Groundplan.open(home=folder / "archive") as kg:
        kg.ingest(SAMPLES / "archive")
        return examples_of(kg, read_questions(SAMPLES / "questions.jsonl"))


def of_the_sets(folder: Path) -> list[Example]:
    """The same of the first half of each set."""
    found: list[Example] = []
    for name in SETS:
        known = known_set(name)
        questions = read_questions(known.questions)
        with opened(known, folder, encoder="minilm") as kg:
            found += examples_of(kg, questions[: len(questions) // 2])
    return found


def examples_of(kg: Groundplan, questions: Sequence[LabelledQuestion]) -> list[Example]:
    """What was known of the answer to each question that has one, and whether it is right."""
    kg.settings = kg.settings.model_copy(update=SHOW_ALL)
    with progress("questions", "asked", len(questions)) as shown:
        scores = evaluate_answers(questions, kg.ask, store=kg.store, settings=kg.settings, shown=shown)
    return [(each.signals, each.judgement.right) for each in scores.outcomes if each.signals is not None]


def learnt(examples: Iterable[Example], sets: str) -> str:
    """The file of weights."""
    known = list(examples)
    rows = [features_of(signals) for signals, _ in known]
    names = sorted(rows[0])
    features = np.array([[row[name] for name in names] for row in rows])
    rights = np.array([right for _, right in known])
    model = LogisticRegression(C=C, max_iter=5_000)
    unseen = cross_val_predict(model, features, rights, cv=FOLDS, method="predict_proba")[:, 1]
    curve = risk_coverage([Scored(float(score), bool(right)) for score, right in zip(unseen, rights, strict=True)])
    model.fit(features, rights)
    weights = {"bias": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0]), strict=True))}
    head = HEAD.format(answers=len(known), right=int(rights.sum()), sets=sets, folds=FOLDS, area=area(curve))
    return head + "".join(f"{name} = {round(weight, 3) + 0.0}\n" for name, weight in weights.items())
