"""Training of the classifier's networks: learns, gives the same weights each time, and joins seeds into one network."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

from training.networks import arrays_of, fit_network

from pipeline.ingest.extract.dense import Network

RANDOM = np.random.default_rng(7)
COLUMNS = RANDOM.normal(size=(6000, 4)).astype(np.float32)
LABELS = np.stack([np.abs(COLUMNS[:, 0]) > 0.8, COLUMNS[:, 1] > 0], axis=1)
WEIGHTS = np.ones(LABELS.shape, np.float32)


def test_learns_what_no_line_tells_apart() -> None:
    said = fit_network(COLUMNS, LABELS, WEIGHTS, (0,))(COLUMNS) > 0
    assert ((said == LABELS).mean(axis=0) > 0.8).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    once, again, other = (fit_network(COLUMNS, LABELS, WEIGHTS, (seed,)).hidden for seed in (3, 3, 4))
    assert once.tobytes() == again.tobytes() != other.tobytes()


def test_several_seeds_are_one_network_that_gives_their_mean() -> None:
    one, other, both = (fit_network(COLUMNS, LABELS, WEIGHTS, seeds) for seeds in ((0,), (1,), (0, 1)))
    assert np.allclose(both(COLUMNS), (one(COLUMNS) + other(COLUMNS)) / 2, atol=1e-3)


def test_a_label_of_no_weight_teaches_nothing() -> None:
    weights = WEIGHTS.copy()
    weights[:3000, 1] = 0
    changed = LABELS.copy()
    changed[:3000, 1] = ~changed[:3000, 1]
    one, other = (fit_network(COLUMNS, labels, weights, (0,)) for labels in (LABELS, changed))
    assert one.out.tobytes() == other.out.tobytes()


def test_arrays_give_the_network_back() -> None:
    network = fit_network(COLUMNS, LABELS, WEIGHTS, (0,))
    back = Network.of(arrays_of(network, "pair"), "pair")
    assert np.allclose(back(COLUMNS), network(COLUMNS), atol=0.02)
