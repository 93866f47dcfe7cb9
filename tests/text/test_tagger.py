"""The tagger: labels spell names and are read back, probabilities are ones, and what ships knows its training texts."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Settings
from pipeline.text import nlp, weights
from pipeline.text.tagger import (
    CLASSES,
    LABELS,
    WINDOW,
    Tagger,
    _Kept,
    default_tagger,
    features_of,
    labels_of,
    spans_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

SENTENCE = "Anna Berg, who was born in Bergen in Norway, works for the Halden Instruments Corporation in Oslo."


def test_labels_spell_names_and_are_read_back() -> None:
    spans = [(0, 2, "Person"), (2, 3, "Place"), (5, 8, "Organization")]
    labels = labels_of(8, spans)
    assert labels == [
        "B-Person", "L-Person", "U-Place", "O", "O", "B-Organization", "I-Organization", "L-Organization",
    ]  # fmt: skip
    assert spans_of(labels) == spans


def test_names_are_found_with_their_class() -> None:
    doc = nlp.load(Settings().model)(SENTENCE)
    found = {(doc[each.start : each.end].text, each.name) for each in default_tagger()(doc).spans}
    assert {("Anna Berg", "Person"), ("Bergen", "Place"), ("Norway", "Place"), ("Oslo", "Place")} <= found


def test_probabilities_are_between_nothing_and_one_and_fit_the_spans() -> None:
    doc = nlp.load(Settings().model)(SENTENCE)
    tags = default_tagger()(doc)
    assert len(tags.outside) == len(doc)
    assert all(0 <= each <= 1 for each in tags.outside)
    for span in tags.spans:
        assert 0 < sum(span.probabilities) <= 1 + 1e-9
        assert span.name == CLASSES[int(np.argmax(span.probabilities))]


def test_the_same_text_is_tagged_the_same_whatever_was_tagged_before() -> None:
    model = nlp.load(Settings().model)
    fresh, used = Tagger(weights.load("names")), default_tagger()
    used(model("Another text, of Lund and Varde."))
    assert fresh(model(SENTENCE)) == used(model(SENTENCE))


def test_a_text_that_no_model_parsed_and_an_empty_one_are_tagged_too() -> None:
    blank = spacy.blank("en")
    assert len(default_tagger()(blank("Anna Berg left.")).outside) == 4
    assert default_tagger()(blank("")).spans == ()


def test_what_another_model_computed_is_not_read() -> None:
    doc = nlp.load(Settings().model)(SENTENCE)
    known = nlp.states_of(doc)
    assert known is not None
    read = default_tagger()(doc)
    doc.user_data[nlp.STATES] = nlp.States("en_another-1.0", 100 * known.values)
    of_another = default_tagger()(doc)
    del doc.user_data[nlp.STATES]
    assert read != of_another == default_tagger()(doc)
    assert "Bergen" in {doc[each.start : each.end].text for each in of_another.spans}


def test_the_longest_place_of_a_list_counts_and_only_with_capitals() -> None:
    listed = default_tagger().lexicon.listed(spacy.blank("en")("He left New York City for york, then NEW YORK ."))
    parts = [sorted({name.split("-")[0] for name in names if not name.startswith("surname")}) for names in listed]
    assert parts == [[], [], ["B+"], ["I+"], ["I+"], [], [], [], [], ["B+"], ["I+"], []]


def test_words_of_peoples_names_are_features_of_their_neighbours() -> None:
    features = features_of(spacy.blank("en")("met Mary Smith"), default_tagger().lexicon)
    assert [sorted(each for each in row if "given" in each and "all" not in each) for row in features] == [
        ["1:listed=given=a"], ["0:listed=given=a"], ["-1:listed=given=a"],
    ]  # fmt: skip
    assert "0:listed=surname=a" in features[2]


@given(st.lists(st.floats(-30, 30), min_size=2 * len(LABELS), max_size=2 * len(LABELS)))
def test_the_best_sequence_is_one_that_spells_names(scores: list[float]) -> None:
    (best,) = default_tagger().chain.best([np.array(scores).reshape(2, len(LABELS))])
    labels = [LABELS[each] for each in best]
    assert labels_of(2, spans_of(labels)) == labels


@given(st.lists(st.integers(1, 12), max_size=9), st.integers(0, 2**32 - 1))
def test_a_sequence_is_read_to_the_bit_as_if_no_other_stood_beside_it(lengths: list[int], seed: int) -> None:
    chain, draw = default_tagger().chain, np.random.default_rng(seed)
    scores = [draw.normal(0, 5, (length, len(LABELS))) for length in lengths]
    assert list(chain.best(scores)) == [labels for each in scores for labels in chain.best([each])]
    together, alone = list(chain.marginals(scores)), [own for each in scores for own in chain.marginals([each])]
    assert all(np.array_equal(one, other) for one, other in zip(together, alone, strict=True))


def test_the_best_sequence_and_the_probabilities_are_those_of_all_sequences_tried() -> None:
    chain, length = default_tagger().chain, 3
    scores = np.random.default_rng(4).normal(0, 2, (length, len(LABELS)))
    total = {
        labels: sum(scores[place, label] for place, label in enumerate(labels))
        + sum(chain.transitions[pair] for pair in pairwise(labels))
        for labels in product(range(len(LABELS)), repeat=length)
    }
    legal = {
        labels: each
        for labels, each in total.items()
        if LABELS[labels[0]][0] not in "IL" and LABELS[labels[-1]][0] not in "BI"
    }
    assert list(chain.best([scores])) == [list(max(legal.items(), key=itemgetter(1))[0])]
    weights_of_all = {labels: np.exp(each - max(total.values())) for labels, each in total.items()}
    expected = np.zeros_like(scores)
    for labels, weight in weights_of_all.items():
        expected[np.arange(length), list(labels)] += weight
    (found,) = chain.marginals([scores])
    assert np.allclose(found, expected / sum(weights_of_all.values()), atol=1e-9)


def test_a_tagger_keeps_the_scores_of_any_number_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        spacy.blank("en")(" ".join(f"Word{number} of" for number in range(start, start + 900))) for start in (0, 900)
    ]
    expected = [Tagger(weights.load("names"))(text) for text in texts]
    tagger = Tagger(weights.load("names"))
    assert tagger.tag(texts) == expected
    monkeypatch.setattr("pipeline.text.tagger.MAX_CACHED", 100)
    assert tagger.tag(texts) == expected


def test_texts_tagged_together_are_tagged_as_each_alone() -> None:
    model = nlp.load(Settings().model)
    texts = (SENTENCE, "", "Oslo.", "In 1931 Norvik Systems of Bergen hired Erik Lund. " * 3, "Anna left.")
    docs = [model(text) for text in texts]
    assert default_tagger().tag(docs) == [default_tagger()(doc) for doc in docs]


def test_weights_know_which_texts_they_were_trained_on() -> None:
    known = weights.load("names")["trained_on"]
    assert known.dtype == np.uint64
    assert list(known) == sorted(set(known.tolist()))
    assert not weights.trained_on("names", SENTENCE)


def test_a_digest_does_not_see_white_space() -> None:
    assert weights.digest_of("two  words\n") == weights.digest_of("two words") != weights.digest_of("twowords")


def test_weights_that_do_not_ship_are_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        weights.load("nothing")


def test_packed_strings_are_read_back() -> None:
    assert weights.unpacked(weights.packed(["å", "", "b c"])) == ["å", "", "b c"]


def test_scores_that_threads_keep_together_are_those_that_each_has_alone() -> None:
    doc = spacy.blank("en")(" ".join(f"word{number}" for number in range(300)))

    def slowly(token: Token) -> np.ndarray:
        time.sleep(0)  # lets another thread go on
        return np.full((len(WINDOW), len(LABELS)), float(token.i))

    kept = _Kept(slowly)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept(lambda token: (token.orth,), doc), range(16)))
    for each in found:
        assert each[:, 0, 0].tolist() == list(range(len(doc)))
