"""The tagger: labels spell names and are read back, probabilities are ones, and what ships knows its training texts."""

from __future__ import annotations

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Settings
from pipeline.text import nlp, weights
from pipeline.text.tagger import CLASSES, LABELS, Tagger, default_tagger, features_of, labels_of, spans_of

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
    best = default_tagger()._best(np.array(scores).reshape(2, len(LABELS)))
    labels = [LABELS[each] for each in best]
    assert labels_of(2, spans_of(labels)) == labels


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
