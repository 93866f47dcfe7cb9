"""Trains the ranking of passages on the first halves of three question sets, of the first with titles and without: most
archives have none. A question weighs the more the fewer its set has.

Each question gives its edges (a passage names a document) and its candidates, measured with vectors and without, so
that the ranking serves both. Edges are followed twice: first by a plain guess, then by what was learned from that.
Candidates see scores that edges got from questions of other folds.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from corpora import SETS, known_set, opened
from sklearn.ensemble import HistGradientBoostingClassifier

from pipeline.query.contracts import RANK, StepRecord
from pipeline.query.retrieval import ALL_PARTS, PassageRetriever
from pipeline.query.retrieval.candidates import candidate_features
from pipeline.query.retrieval.features import EDGE_FEATURES
from pipeline.query.retrieval.gather import rate
from pipeline.query.retrieval.model import ARRAYS, RankingModel, Trees
from pipeline.text import nlp
from pipeline.text.encoder import open_encoder
from training.arrays import save

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.query.retrieval.gather import Gathered

FOLDS = 4
GUESS = {
    "near_relation": 2.0, "near_any": 1.0, "predicate": 1.5, "first_mention": 0.5, "weight": 3.0, "bearers": -1.0,
    "kind_fits": 0.5, "kind_clashes": -0.5, "gender_fits": 0.5, "gender_clashes": -1.0, "asks_beside": 3.0,
    "source_linked": 1.0,
}  # fmt: skip
EDGES = {"max_iter": 120, "max_leaf_nodes": 12, "learning_rate": 0.07, "min_samples_leaf": 15}
CANDIDATES = {"max_iter": 100, "max_leaf_nodes": 8, "learning_rate": 0.08, "min_samples_leaf": 15}
LARGEST_SET = 250


class Sample(NamedTuple):
    """What was gathered for a question, the passages that it needs, and how much it weighs."""

    found: Gathered
    gold: frozenset[str]
    weight: float


def train(shared: Path, path: Path, home: Path | None = None) -> None:
    """Write the arrays to `path`; the graphs stand in `home`, by default in a folder that is deleted at the end."""
    del shared
    with tempfile.TemporaryDirectory(prefix="groundplan-train-") as folder:
        first = samples(home or Path(folder), guess)
        edges = fit_edges(first)
        second = samples(home or Path(folder), edges)
    model = fit(second)
    arrays = {f"edges_{name}": getattr(model.edges, name) for name in ARRAYS}
    arrays |= {f"candidates_{name}": getattr(model.candidates, name) for name in ARRAYS}
    save(path, arrays)


def fit(gathered: list[Sample]) -> RankingModel:
    """The model of some questions."""
    for fold in range(FOLDS):
        edges = fit_edges([each for number, each in enumerate(gathered) if number // 2 % FOLDS != fold])
        for each in gathered[2 * fold :: 2 * FOLDS] + gathered[2 * fold + 1 :: 2 * FOLDS]:
            rate(each.found, edges)
    return RankingModel(edges=fit_edges(gathered), candidates=fit_candidates(gathered))


def guess(rows: Sequence[Sequence[float]]) -> list[float]:
    """What is followed before anything was learned."""
    return [sum(GUESS.get(name, 0.0) * value for name, value in zip(EDGE_FEATURES, row, strict=True)) for row in rows]


def samples(folder: Path, rating: Any) -> list[Sample]:  # noqa: ANN401
    """Of each question of the first halves what is gathered without vectors and with them, and its gold passages."""
    found: list[Sample] = []
    for questions in (*map(known_set, SETS), known_set(SETS[0], hide_titles=True)):
        with opened(questions, folder, encoder="minilm") as graph:
            language, encoder = nlp.load(graph.settings.model), open_encoder(graph.settings)
            model = RankingModel(edges=rating, candidates=rating)
            asked = questions.asked()
            half = asked[: len(asked) // 2]
            for question in half:
                for parts in (ALL_PARTS - {"vectors"}, ALL_PARTS):
                    retriever = PassageRetriever(graph.store, graph.ontology, language, encoder, parts, model)
                    gathered = retriever.gather(question["question"], StepRecord(RANK))
                    found.append(Sample(gathered, frozenset(question["gold"]), (LARGEST_SET / len(half)) ** 0.5))
    return found


def fit_edges(gathered: Iterable[Sample]) -> Trees:
    """Which edges lead to a passage that the question needs and does not name itself."""
    rows, labels, weights = [], [], []
    for found, gold, weight in gathered:
        edges = [edge for edge in found.edges if edge.target.document not in found.linked]
        rows += [edge.features for edge in edges]
        labels += [edge.target.record in gold for edge in edges]
        weights += [weight * len(edges) ** -0.5] * len(edges)
    return boosted(rows, labels, weights, EDGES)


def fit_candidates(gathered: Iterable[Sample]) -> Trees:
    """Which candidates a question needs."""
    rows, labels, weights = [], [], []
    for found, gold, weight in gathered:
        features = candidate_features(found)
        rows += list(features.values())
        labels += [found.passages[document].record in gold for document in features]
        weights += [weight * len(features) ** -0.5] * len(features)
    return boosted(rows, labels, weights, CANDIDATES)


def boosted(rows: list[list[float]], labels: list[bool], weights: list[float], options: dict[str, Any]) -> Trees:
    """Gradient boosting, as plain arrays; the same rows give the same bytes."""
    learner = HistGradientBoostingClassifier(l2_regularization=2.0, random_state=0, early_stopping=False, **options)
    learner.fit(np.array(rows), np.array(labels), sample_weight=np.array(weights))
    trees = [stage[0].nodes for stage in learner._predictors]
    roots = np.cumsum([0, *(len(nodes) for nodes in trees[:-1])])
    nodes = np.concatenate(trees)
    offset = np.repeat(roots, [len(each) for each in trees])
    leaf = nodes["is_leaf"].astype(bool)
    return Trees(
        feature=nodes["feature_idx"].astype(np.int32),
        threshold=nodes["num_threshold"].astype(np.float64),
        missing_left=nodes["missing_go_to_left"].astype(bool),
        left=np.where(leaf, 0, nodes["left"] + offset).astype(np.int32),
        right=np.where(leaf, 0, nodes["right"] + offset).astype(np.int32),
        leaf=leaf,
        value=nodes["value"].astype(np.float64),
        roots=roots.astype(np.int32),
        baseline=np.asarray(learner._baseline_prediction, dtype=np.float64).reshape(-1)[:1],
    )
