"""A small network that says of each word of a text which label it has, from what a spaCy model has of the word and of
the two beside it: a few features, the word vector, what the recogniser computed and what the parser did.

The tagger adds its scores to those of its field. They mean something only under the model that they were trained with.
Sums are in double precision and token by token, so that what else is in a text or a batch does not show.
"""

from __future__ import annotations

import numpy as np

from pipeline.text import weights

NEAR = (-1, 0, 1)

Array = np.ndarray


class Surroundings:
    """One hidden layer of rectified units. `features` are the names of what it reads, as the tagger names them, and
    `of_features` their weights, [features, units]."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.features = weights.unpacked(arrays["around_features"])
        self.of_features = arrays["around_of_features"].astype(np.float64)
        # [width, 3 * units] and single precision: every word that is new to a process is multiplied with it once
        self.of_vectors = np.hstack(list(arrays["around_of_vectors"])).astype(np.float32)
        self.of_states = arrays["around_of_states"].astype(np.float64)
        self.of_tensor = arrays["around_of_tensor"].astype(np.float64)
        self.bias = arrays["around_bias"].astype(np.float64)
        self.out = arrays["around_out"].astype(np.float64)
        self.out_bias = arrays["around_out_bias"].astype(np.float64)

    @property
    def units(self) -> int:
        """How many hidden units it has."""
        return len(self.bias)

    def from_vector(self, vector: Array) -> Array:
        """[3, units]: what a word's vector gives the units of the words that it is `NEAR`, in the order of `NEAR`."""
        found: Array = unit(vector) @ self.of_vectors
        return found.reshape(len(NEAR), -1)

    def __call__(self, sums: Array, states: Array, tensor: Array) -> Array:
        """[tokens, labels]: the scores. `sums`, [tokens, units], is what features and vectors give the units; `states`
        and `tensor`, [tokens, width], what the recogniser and the parser computed."""
        units = sums + self.bias + tensor.astype(np.float64) @ self.of_tensor
        add_near(units, (states.astype(np.float64) @ self.of_states).swapaxes(0, 1), NEAR)
        scores: Array = np.maximum(units, 0) @ self.out + self.out_bias
        return scores


def add_near(sums: Array, given: Array, offsets: tuple[int, ...]) -> None:
    """Add to the `sums` of each token, in place, what those at `offsets` from it give: [tokens, offsets, ...]."""
    length = len(sums)
    for column, offset in enumerate(offsets):
        if abs(offset) < length:
            first, end = max(0, offset), length + min(0, offset)
            sums[first - offset : end - offset] += given[first:end, column]


def unit(vector: Array) -> Array:
    """The vector at length one; nothing stays nothing."""
    scaled: Array = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return scaled
