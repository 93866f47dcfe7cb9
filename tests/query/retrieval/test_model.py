"""The ensembles of trees, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.query.retrieval.candidates import CANDIDATE_FEATURES
from pipeline.query.retrieval.features import EDGE_FEATURES
from pipeline.query.retrieval.model import Trees, shipped

# Two trees: one splits feature 0 at .5 and feature 1 at 2, the other is a leaf.
STUMP = Trees(
    feature=np.array([0, 0, 1, 0, 0, 0]),
    threshold=np.array([0.5, 0.0, 2.0, 0.0, 0.0, 0.0]),
    missing_left=np.array([True, False, False, False, False, False]),
    left=np.array([1, 0, 3, 0, 0, 0]),
    right=np.array([2, 0, 4, 0, 0, 0]),
    leaf=np.array([False, True, False, True, True, True]),
    value=np.array([0.0, -1.0, 0.0, 2.0, 3.0, 0.5]),
    roots=np.array([0, 5]),
    baseline=np.array([0.25]),
)


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.5, 9.0], -0.25),  # a value on the threshold goes left
        ([0.6, 1.0], 2.75),
        ([0.6, 2.5], 3.75),
        ([math.nan, 1.0], -0.25),
        ([0.6, math.nan], 3.75),
    ],
)
def test_a_row_is_the_sum_of_its_leaves(row: list[float], expected: float) -> None:
    assert logit(STUMP([row])[0]) == pytest.approx(expected)


def test_a_row_is_the_same_beside_others_as_alone() -> None:
    rows = [[0.1, 1.0], [0.9, 1.0], [0.9, 3.0], [math.nan, math.nan]]
    assert list(STUMP(rows)) == [STUMP([row])[0] for row in rows]


def test_no_rows_give_none() -> None:
    assert list(STUMP([])) == []


def test_the_weights_that_ship_fit_the_features() -> None:
    model = shipped()
    for trees, names in ((model.edges, EDGE_FEATURES), (model.candidates, CANDIDATE_FEATURES)):
        assert trees.feature.max() < len(names)
        assert len(trees([[0.0] * len(names)])) == 1
