"""Descriptions: what a text tells of without naming it, told apart from names and from what is said of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.ontology import load_ontology
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.descriptions import descriptions, kind_of_noun
from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.text.mentions import RawMention

ONTOLOGY = load_ontology()
FINDER = MentionFinder(ONTOLOGY)


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


def described(model: Language, text: str, offset: int = 0) -> list[RawMention]:
    doc = model(text)
    _, at = FINDER(doc, offset)
    return [mention for mention, _ in descriptions(doc, offset, at, ONTOLOGY)]


def test_things_that_an_article_a_number_or_a_plural_brings_up_are_descriptions(model: Language) -> None:
    text = "The coalition forces destroyed two bridges and a river. Their commander thanked the Norwegian pilots."
    told = {(mention.surface, mention.kind) for mention in described(model, text)}
    assert {("coalition forces", "Organization"), ("two bridges", "Facility"), ("commander", "Person")} <= told
    assert ("river", "Place") in told
    assert not described(model, "They crossed by ship and went to hospital.")


@pytest.mark.parametrize(
    "text",
    [
        "Anna Berg and Erik Lund are the founders of Norvik Systems.",
        "She served as the commanders' deputy and as the officials.",
        "They met the pilots Anna Berg and Erik Lund.",
    ],
)
def test_what_a_sentence_says_of_something_is_no_description_of_another(model: Language, text: str) -> None:
    nouns = {mention.noun for mention in described(model, text)}
    assert nouns.isdisjoint({"founder", "official", "pilot"})


def test_only_an_article_or_pointing_word_makes_a_description_definite(model: Language) -> None:
    found = described(model, "The bridges fell. Those bridges were old. Several bridges stand. Our bridges stand.")
    assert [mention.definite for mention in found] == [True, True, False, False]


@pytest.mark.parametrize("text", ["The two\nbridges fell; 3 offi-\ncials saw it.", "l|l the Muse um's guards~"])
def test_descriptions_are_their_characters(model: Language, text: str) -> None:
    for mention in described(model, text, offset=7):
        assert text[mention.start - 7 : mention.end - 7] == mention.surface


def test_the_ontology_says_what_its_roles_are_before_the_common_nouns_do() -> None:
    assert kind_of_noun("bridge", ONTOLOGY) == "Facility"
    assert kind_of_noun("soldier", ONTOLOGY) == "Person"
    assert kind_of_noun("happiness", ONTOLOGY) is None
