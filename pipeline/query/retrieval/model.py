"""The learned part of the ranking: two ensembles of small decision trees, as plain arrays.

`scripts/train retrieval` makes them by gradient boosting (Friedman, Greedy function approximation, 2001), as
scikit-learn's histogram version does it; a feature that was not measured is NaN, and each split says where that goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipeline.text import weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ARRAYS = ("feature", "threshold", "missing_left", "left", "right", "leaf", "value", "roots", "baseline")


@dataclass(frozen=True)
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
        flat, missing = values.ravel(), np.isnan(values).ravel()
        first = values.shape[1] * np.arange(len(values))[:, None]
        at = np.repeat(self.roots[None, :], len(values), axis=0).astype(np.intp)
        while not self.leaf.take(at).all():
            found = first + self.feature.take(at)
            to_left = flat.take(found) <= self.threshold.take(at)
            to_left |= missing.take(found) & self.missing_left.take(at)
            at = self._children.take(2 * at + to_left)
        logits = self.baseline[0] + self.value.take(at).sum(axis=1)
        return [float(each) for each in 1 / (1 + np.exp(-logits))]

    @cached_property
    def _children(self) -> np.ndarray:
        """Of each node the right and the left one behind it, [2 * nodes]; a leaf leads to itself."""
        own = np.arange(len(self.leaf))
        sides = np.where(self.leaf, own, self.right), np.where(self.leaf, own, self.left)
        return np.stack(sides, axis=1).ravel().astype(np.intp)


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
