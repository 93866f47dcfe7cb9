"""Remembered parts of speech and lemmas: what spaCy's own components would have said, token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

from pipeline.settings import Settings
from pipeline.text import morphology, nlp
from pipeline.text.morphology import LEMMATIZER, READ, RULER, Morphology, can_be_remembered

if TYPE_CHECKING:
    from spacy.language import Language

TEXTS = (
    "",
    "   ",
    "There are mills in Oslo, and there's a bank. It isn't there.\n\nThere were two  banks that built ships.",
    "We're gon na sell it: let's go, y'all. They ain't got ta. C'm on, but he had let 's say hoped.",
    "Building, building and buildings: it was the highest building. He saw a saw; she left the left bank.",
)


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


def ruled(*, reads: str) -> Language:
    model = spacy.blank("en")
    model.add_pipe(RULER).add([[{reads: "PERSON"}]], {"POS": "PROPN"})  # type: ignore[attr-defined]
    model.add_pipe(LEMMATIZER)
    return model


@pytest.mark.parametrize("limit", [morphology.MAX_REMEMBERED, 0])
def test_a_remembered_word_is_annotated_as_the_rules_annotate_it(
    model: Language, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(morphology, "MAX_REMEMBERED", limit)
    remembering, ruler, lemmatizer = Morphology(model), model.get_pipe(RULER), model.get_pipe(LEMMATIZER)
    docs = [model(text, disable=[nlp.MORPHOLOGY, "ner"]) for text in (*TEXTS, *reversed(TEXTS))]
    for doc in docs:
        before = doc.to_array(READ)
        expected = lemmatizer(ruler(doc)).to_array(READ).tolist()
        if len(doc):
            doc.from_array(READ[1:], before[:, 1:])  # type: ignore[arg-type]
        assert remembering(doc).to_array(READ).tolist() == expected
    assert {token.lemma_ for doc in docs for token in doc} > {"go", "us", "you", "hope"}


def test_the_default_model_parses_with_the_memory(model: Language) -> None:
    assert nlp.MORPHOLOGY in model.pipe_names
    assert not {RULER, LEMMATIZER} & {*model.pipe_names}


def test_rules_that_read_more_than_the_key_holds_are_left_to_spacy() -> None:
    assert can_be_remembered(ruled(reads="LOWER"))
    assert not can_be_remembered(ruled(reads="ENT_TYPE"))
