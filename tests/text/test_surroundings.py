"""The tagger's network reads a word and the two beside it as it was trained to, and is left out without states."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

from training.surroundings import Parsed, fit

from pipeline.settings import Settings
from pipeline.text import nlp, weights
from pipeline.text.surroundings import NEAR, Surroundings, add_near, unit
from pipeline.text.tagger import LABELS, default_tagger

LENGTH, WIDTH = 40, 8


def test_the_words_beside_a_word_give_to_it_and_nothing_beyond_the_ends_does() -> None:
    given = np.array([[[1.0], [10.0], [100.0]], [[2.0], [20.0], [200.0]]])
    sums = np.zeros((2, 1))
    add_near(sums, given, NEAR)
    assert sums.ravel().tolist() == [10 + 200, 1 + 20]


def test_a_text_of_one_word_takes_only_its_own() -> None:
    sums = np.zeros((1, 1))
    add_near(sums, np.array([[[1.0], [10.0], [100.0]]]), NEAR)
    assert sums.item() == 10


def test_a_vector_of_nothing_stays_nothing() -> None:
    assert unit(np.zeros(3)).tolist() == [0, 0, 0]
    assert np.linalg.norm(unit(np.array([3.0, 4.0]))) == pytest.approx(1)


@pytest.mark.parametrize("part", ["vectors", "states"])
def test_what_a_neighbour_says_is_learnt_and_read_back(part: str) -> None:
    random = np.random.default_rng(5)
    parsed = [_unit_rows(random.normal(size=(3, LENGTH, WIDTH))) for _ in range(60)]
    labels = [[LABELS[int(value > 0)] for value in [0.0, *getattr(each, part)[:-1, 0]]] for each in parsed]
    network = Surroundings(fit([[["0:pos=NOUN"]] * LENGTH for _ in parsed], parsed, labels))
    said = [_labels(network, each) for each in parsed]
    right = [
        one == other for ours, theirs in zip(said, labels, strict=True) for one, other in zip(ours, theirs, strict=True)
    ]
    assert np.mean(right) > 0.9


def test_a_feature_is_learnt_and_read_back() -> None:
    parsed = [_unit_rows(np.random.default_rng(8).normal(size=(3, 2, WIDTH)))] * 40
    features = [[["0:pos=NOUN"], ["0:pos=VERB"]] for _ in parsed]
    network = Surroundings(fit(features, parsed, [["U-Person", "O"] for _ in parsed]))
    assert network.features == ["0:pos=NOUN", "0:pos=VERB"]
    assert _labels(network, parsed[0], features[0]) == ["U-Person", "O"]


def test_only_the_words_beside_a_word_count() -> None:
    network = default_tagger().around
    random = np.random.default_rng(6)
    sums, states, tensor = (random.normal(size=(5, width)) for width in (network.units, 96, 96))
    before = network(sums, states, tensor)
    states[4] += 1
    changed = np.abs(network(sums, states, tensor) - before).max(axis=1) > 0
    assert changed.tolist() == [False, False, False, True, True]


def test_without_the_parsers_states_the_field_speaks_alone() -> None:
    doc = nlp.load(Settings().model)("Anna Berg was born in Bergen.")
    both = default_tagger()(doc)
    doc.tensor = np.zeros((0,), np.float32)
    alone = default_tagger()(doc)
    assert both.outside != alone.outside
    assert "Bergen" in {doc[each.start : each.end].text for each in alone.spans}


def test_what_ships_has_a_weight_for_every_label() -> None:
    arrays = weights.load("names")
    assert arrays["around_out"].shape == (len(arrays["around_bias"]), len(LABELS))


def _unit_rows(values: np.ndarray) -> Parsed:
    return Parsed(*(values / np.linalg.norm(values, axis=2, keepdims=True)))


def _labels(network: Surroundings, parsed: Parsed, features: list[list[str]] | None = None) -> list[str]:
    rows = features or [["0:pos=NOUN"]] * len(parsed.states)
    sums = np.array([sum(network.of_features[network.features.index(name)] for name in row) for row in rows])
    add_near(sums, np.stack([network.from_vector(each) for each in parsed.vectors]), NEAR)
    return [LABELS[best] for best in network(sums, parsed.states, parsed.tensor).argmax(axis=1)]
