"""Training of the network that the tagger of names adds to its field (`pipeline/text/surroundings.py`)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.text import weights
from pipeline.text.surroundings import NEAR, add_near
from pipeline.text.tagger import LABELS
from training.networks import fit_network

if TYPE_CHECKING:
    from collections.abc import Iterable

    Arrays = dict[str, np.ndarray]

READ = re.compile(
    r"(?:-1|0|1):(?:(?:pos|tag|dep|part|shape|seen|cluster64|listed)[=:]|capital|digits)|place=|sentence in"
)
MIN_SEEN = 10
DIRECTIONS = 64
SEEDS = (0,)
TRUST = 1.0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the model has of the tokens of a sentence, [tokens, width] each: word vectors of length one, what the
    recogniser computed and what the parser did."""

    vectors: np.ndarray
    states: np.ndarray
    tensor: np.ndarray


def fit(features: list[list[list[str]]], parsed: list[Parsed], labels: list[list[str]]) -> Arrays:
    """The arrays that `Surroundings` reads, of sentences: the features of each token, what the model has of it, and its
    label."""
    seen = Counter(name for sentence in features for row in sentence for name in row if READ.match(name))
    names = sorted(name for name, count in seen.items() if count >= MIN_SEEN)
    projection = _projection(np.vstack([each.vectors for each in parsed]))
    scales = [1 / np.vstack([getattr(each, part) for each in parsed]).std() for part in ("states", "tensor")]
    blocks = [
        _indicators((row for sentence in features for row in sentence), names),
        np.vstack([_near(each.vectors @ projection) for each in parsed]),
        np.vstack([_near(each.states * scales[0]) for each in parsed]),
        np.vstack([each.tensor * scales[1] for each in parsed]),
    ]
    right = np.array([LABELS.index(label) for sentence in labels for label in sentence])[:, None] == range(len(LABELS))
    network = fit_network(
        np.hstack(blocks, dtype=np.float32), right, np.ones(right.shape, np.float32), SEEDS, exclusive=True
    )
    ends = np.cumsum([block.shape[1] for block in blocks])[:-1]
    of_features, of_vectors, of_states, of_tensor = np.split(network.hidden, ends)
    return {
        "around_features": weights.packed(names),
        "around_of_features": of_features.astype(np.float16),
        "around_of_vectors": (projection @ _by_offset(of_vectors)).astype(np.float16),
        "around_of_states": (_by_offset(of_states) * scales[0]).astype(np.float16),
        "around_of_tensor": (of_tensor * scales[1]).astype(np.float16),
        "around_bias": network.hidden_bias.astype(np.float16),
        "around_out": (TRUST * network.out).astype(np.float16),
        "around_out_bias": (TRUST * network.out_bias).astype(np.float16),
    }


def _projection(vectors: np.ndarray) -> np.ndarray:
    """[width, directions]: the directions in which the vectors of words differ most, scaled to about unit size."""
    known = vectors[np.abs(vectors).max(axis=1) > 0].astype(np.float64)
    directions = np.linalg.eigh(known.T @ known)[1][:, ::-1][:, :DIRECTIONS]
    found: np.ndarray = directions / (known @ directions).std()
    return found


def _near(values: np.ndarray) -> np.ndarray:
    """[tokens, offsets * width]: the values of the tokens `NEAR` each, side by side; nothing beyond the ends."""
    found = np.zeros((len(values), len(NEAR), values.shape[1]))
    for column, offset in enumerate(NEAR):
        add_near(found[:, column], values[:, None], (offset,))
    return found.reshape(len(values), -1)


def _by_offset(hidden: np.ndarray) -> np.ndarray:
    """[offsets, width, units] of [offsets * width, units]."""
    return hidden.reshape(len(NEAR), -1, hidden.shape[1])


def _indicators(rows: Iterable[list[str]], names: list[str]) -> np.ndarray:
    """[tokens, names]: 1 where a token has the feature."""
    column = {name: index for index, name in enumerate(names)}
    found = [[column[name] for name in row if name in column] for row in rows]
    indicators = np.zeros((len(found), len(names)), np.float32)
    for index, columns in enumerate(found):
        indicators[index, columns] = 1
    return indicators
