"""Training of the score of answers, on the first halves of three question sets and the sample archive's questions.

All are asked with nothing withheld. A logistic regression learns from what was known of each answer whether it was
right: around weights that were set by hand, which stay where nothing is told, and each of the sign that its feature
must have (more support never makes an answer less sure). The sets need several passages for each question, so that a
plain lookup in them is a question misread; what lookups, counts and lists are worth only the archive tells, whose few
answers count more.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from corpora import SETS, known_set, opened
from scipy.optimize import minimize

from pipeline import Groundplan
from pipeline.progress import progress
from pipeline.query.calibrate import Scored
from pipeline.query.evaluate.curve import area, risk_coverage
from pipeline.query.evaluate.questions import read_questions
from pipeline.query.evaluate.run import SHOW_ALL, evaluate_answers
from pipeline.query.score import features_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.query.evaluate.questions import LabelledQuestion
    from pipeline.query.score import Signals

    Example = tuple[Signals, bool]

SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "samples"
FOLDS = 5
SAMPLE_WEIGHT = 3.0
PULL = 1.0  # towards the weights set by hand
PRIOR = {
    "plan_aggregate": 1.5, "plan_list": 1.0, "plan_lookup": 1.0, "plan_path": 1.0, "plan_when": 1.0, "support": 0.5,
    "documents": 0.5, "confidence": 2.0, "link": 1.0, "candidates": -0.5, "unlinked": -1.0, "relations": 1.0,
    "words": 1.5, "fits": 0.3, "conflicts": -0.3, "valued": 1.0, "passage": 2.0, "margin": 0.5, "plan_theme": 1.0,
}  # fmt: skip
BIAS = -2.0
MORE = frozenset({"support", "documents", "confidence", "link", "words", "fits", "valued", "passage", "margin"})
LESS = frozenset({"candidates", "unlinked", "conflicts"})
HEAD = """# Weights of the score of answers (pipeline/query/score.py): a logistic function of features between -1 and 1.
# Made by `scripts/train score` from {answers} answers, {right} of them right, to the sample archive's questions and the
# first halves of {sets}.
# Mean error over the risk-coverage curve, each fold of {folds} scored by the others: {area:.3f}.

[weights]
"""


def train(shared: Path, path: Path, home: Path | None = None) -> None:
    """Ask, learn, and write the weights to `path`; the graphs stand in `home`, by default in a folder that is deleted
    at the end."""
    del shared
    with tempfile.TemporaryDirectory(prefix="groundplan-train-") as folder:
        path.write_text(
            learnt(of_the_archive(home or Path(folder)), of_the_sets(home or Path(folder))), encoding="utf-8"
        )


def of_the_archive(folder: Path) -> list[Example]:
    """What was known of the answers to the sample archive's questions."""
    (folder / "archive").mkdir(exist_ok=True)
    with Groundplan.open(home=folder / "archive", encoder="minilm") as kg:
        kg.ingest(SAMPLES / "archive")
        return examples_of(kg, read_questions(SAMPLES / "questions.jsonl"))


def of_the_sets(folder: Path) -> list[Example]:
    """What was known of the answers to the first half of each set."""
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


def learnt(archive: Sequence[Example], sets: Sequence[Example]) -> str:
    """The file of weights."""
    known = [*archive, *sets]
    rows = [features_of(signals) for signals, _ in known]
    names = sorted(rows[0])
    features = np.array([[row[name] for name in names] for row in rows])
    rights = np.array([right for _, right in known])
    counts = np.array([SAMPLE_WEIGHT] * len(archive) + [1.0] * len(sets))
    folds = np.random.default_rng(0).permutation(len(known)) % FOLDS
    unseen = np.zeros(len(known))
    for fold in range(FOLDS):
        kept = folds != fold
        weights = fitted(features[kept], rights[kept], counts[kept], names)
        unseen[~kept] = probability(features[~kept], weights)
    curve = risk_coverage([Scored(float(score), bool(right)) for score, right in zip(unseen, rights, strict=True)])
    found = dict(zip(["bias", *names], map(float, fitted(features, rights, counts, names)), strict=True))
    head = HEAD.format(answers=len(known), right=int(rights.sum()), sets=", ".join(SETS), folds=FOLDS, area=area(curve))
    return head + "".join(f"{name} = {round(weight, 3) + 0.0}\n" for name, weight in found.items())


def fitted(features: np.ndarray, rights: np.ndarray, counts: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The bias and the weights of `names` that fit best, within their signs and near those set by hand."""
    prior = np.array([BIAS, *(PRIOR.get(name, 0.0) for name in names)])
    bounds = [(None, None), *((0.0 if name in MORE else None, 0.0 if name in LESS else None) for name in names)]

    def loss(weights: np.ndarray) -> float:
        logits = probability_logits(features, weights)
        misfit = (counts * np.logaddexp(0.0, np.where(rights, -logits, logits))).sum()
        return float(misfit + 0.5 * PULL * ((weights - prior) ** 2).sum())

    return np.asarray(minimize(loss, prior, method="L-BFGS-B", bounds=bounds).x)


def probability_logits(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The logits [rows] of features [rows, names]; the bias comes first in `weights`."""
    return np.asarray(features @ weights[1:] + weights[0])


def probability(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The score [rows]."""
    return np.asarray(1.0 / (1.0 + np.exp(-probability_logits(features, weights))))
