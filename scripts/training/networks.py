"""Training of the small networks of the relation classifier: one hidden layer, many labels, each with a weight.

Adam with decoupled decay (Kingma and Ba 2015; Loshchilov and Hutter 2019) on the weighted logistic loss, with words and
units left out at random (Srivastava et al. 2014). Several networks of different seeds become one that is as much wider
and whose logits are their mean. One thread and a fixed order: the same data gives the same weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline.ingest.extract.dense import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Bools = NDArray[np.bool_]

UNITS = 128
EPOCHS = 20
BATCH = 256
RATE = 2e-3
DECAY = 0.01
LOSS_SCALE = 4
INPUTS_LEFT_OUT = 0.3
UNITS_LEFT_OUT = 0.5
FIRST_BIAS = -3.0
KEPT = (0.9, 0.999)
TINY = 1e-8


def fit_network(columns: Floats, labels: Bools, weights: Floats, seeds: tuple[int, ...]) -> Network:
    """A network from [rows, inputs] to the logits of [rows, outputs] labels; a weight of 0 leaves a label out."""
    used = weights.max(axis=1) > 0
    columns, targets, weights = columns[used], labels[used].astype(np.float32), weights[used]
    fitted = [_fit(columns, targets, weights, seed) for seed in seeds]
    hidden, hidden_bias, out, out_bias = zip(*fitted, strict=True)
    return Network(
        np.concatenate(hidden, axis=1).astype(np.float64),
        np.concatenate(hidden_bias).astype(np.float64),
        np.concatenate(out).astype(np.float64) / len(seeds),
        np.mean(out_bias, axis=0, dtype=np.float64),
    )


def arrays_of(network: Network, name: str) -> dict[str, NDArray[np.generic]]:
    """The network as arrays that `Network.of` reads, in half the precision."""
    return {f"{name}_{part}": getattr(network, part).astype(np.float16) for part in Network.__slots__}


def _fit(columns: Floats, targets: Floats, weights: Floats, seed: int) -> list[Floats]:
    random = np.random.default_rng(seed)
    parameters = _initial(columns.shape[1], targets.shape[1], random)
    adam = _Adam(parameters, EPOCHS * len(range(0, len(columns), BATCH)))
    for batch in _batches(len(columns), random):
        adam.step(parameters, _gradients(parameters, columns[batch], targets[batch], weights[batch], random))
    return parameters


def _initial(inputs: int, outputs: int, random: np.random.Generator) -> list[Floats]:
    hidden = random.normal(0, np.sqrt(2 / inputs), (inputs, UNITS))
    out = random.normal(0, np.sqrt(1 / UNITS), (UNITS, outputs))
    return [each.astype(np.float32) for each in (hidden, np.zeros(UNITS), out, np.full(outputs, FIRST_BIAS))]


def _batches(rows: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    for _ in range(EPOCHS):
        order = random.permutation(rows)
        for start in range(0, rows, BATCH):
            yield order[start : start + BATCH]


def _gradients(
    parameters: list[Floats], columns: Floats, targets: Floats, weights: Floats, random: np.random.Generator
) -> list[Floats]:
    hidden, hidden_bias, out, out_bias = parameters
    columns = columns * _left_out(columns.shape, INPUTS_LEFT_OUT, random)
    kept = _left_out((len(columns), UNITS), UNITS_LEFT_OUT, random)
    sums = columns @ hidden + hidden_bias
    units = np.maximum(sums, 0) * kept
    said = 1 / (1 + np.exp(-(units @ out + out_bias)))
    wrong = (said - targets) * weights * np.float32(LOSS_SCALE / len(columns))
    back = (wrong @ out.T) * kept * (sums > 0)
    return [columns.T @ back, back.sum(axis=0), units.T @ wrong, wrong.sum(axis=0)]


def _left_out(shape: tuple[int, ...], share: float, random: np.random.Generator) -> Floats:
    """A factor for each: 0 for a random share, and more than 1 for the others, so that the mean stays."""
    kept = random.random(shape, dtype=np.float32) >= share
    return kept.astype(np.float32) / np.float32(1 - share)


@dataclass(slots=True)
class _Adam:
    """Steps that shrink to none over `steps`; `means` and `squares` are the running moments of the gradients."""

    parameters: list[Floats]
    steps: int
    done: int = 0
    means: list[Floats] = field(init=False)
    squares: list[Floats] = field(init=False)

    def __post_init__(self) -> None:
        self.means = [np.zeros_like(each) for each in self.parameters]
        self.squares = [np.zeros_like(each) for each in self.parameters]

    def step(self, parameters: list[Floats], gradients: list[Floats]) -> None:
        """Move the parameters in place."""
        self.done += 1
        rate = RATE * (1 - self.done / self.steps)
        corrections = [1 - share**self.done for share in KEPT]
        for each, gradient, mean, square in zip(parameters, gradients, self.means, self.squares, strict=True):
            mean += (1 - KEPT[0]) * (gradient - mean)
            square += (1 - KEPT[1]) * (gradient**2 - square)
            move = (mean / corrections[0]) / (np.sqrt(square / corrections[1]) + TINY)
            each -= rate * (move + DECAY * each if each.ndim > 1 else move)
