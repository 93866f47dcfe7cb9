"""The learned part of the ranking: two ensembles of small decision trees, as plain arrays.

`scripts/train retrieval` makes them by gradient boosting (Friedman, Greedy function approximation, 2001), as
scikit-learn's histogram version does it; a feature that was not measured is NaN, and each split says where that goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.text import weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ARRAYS = ("feature", "threshold", "missing_left", "left", "right", "leaf", "value", "roots", "baseline")


@dataclass(frozen=True, slots=True)
class Trees:
    """An ensemble. All nodes of all trees stand in one row [nodes]; `roots` [trees] says where each tree begins."""

    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    left: np.ndarray
    right: np.ndarray
    leaf: np.ndarray
    value: np.ndarray
    roots: np.ndarray
    baseline: np.ndarray

    def __call__(self, rows: Sequence[Sequence[float]]) -> Sequence[float]:
        """The probability (0 to 1) of each row of features."""
        if not rows:
            return []
        values = np.asarray(rows, dtype=np.float64)
        at = np.broadcast_to(self.roots, (len(values), len(self.roots))).copy()
        every = np.arange(len(values))[:, None]
        while not self.leaf[at].all():
            found = values[every, self.feature[at]]
            to_left = np.where(np.isnan(found), self.missing_left[at], found <= self.threshold[at])
            at = np.where(self.leaf[at], at, np.where(to_left, self.left[at], self.right[at]))
        logits = self.baseline[0] + self.value[at].sum(axis=1)
        return [float(each) for each in 1 / (1 + np.exp(-logits))]


@dataclass(frozen=True, slots=True)
class RankingModel:
    """What rates an edge, and what rates a candidate."""

    edges: Trees
    candidates: Trees


@cache
def shipped() -> RankingModel:
    """The weights that ship, loaded once a process."""
    arrays = weights.load("retrieval")
    return RankingModel(edges=_trees(arrays, "edges"), candidates=_trees(arrays, "candidates"))


def _trees(arrays: Mapping[str, np.ndarray], part: str) -> Trees:
    return Trees(*(arrays[f"{part}_{name}"] for name in ARRAYS))
