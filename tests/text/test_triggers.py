"""Triggers in forms that the extractor never looks up are warned about, with the form to write instead."""

from __future__ import annotations

import pytest

from graph_schema.ontology import Kind, Ontology, Predicate
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.triggers import form_warnings


def messages(triggers: tuple[str, ...], inverse_triggers: tuple[str, ...] = ()) -> list[str]:
    predicate = Predicate(domain=("Firm",), range=("Firm",), triggers=triggers, inverse_triggers=inverse_triggers)
    ontology = Ontology("own", "1", {"Firm": Kind()}, {"RUNS": predicate})
    return [str(each) for each in form_warnings(ontology, nlp.load(Settings().model))]


@pytest.mark.parametrize(
    ("phrase", "instead"),
    [
        ("operates", "write the lemma, 'operate'"),
        ("flies to", "write the lemma, 'fly to'"),
        ("founders of", "write the lemma, 'founder of'"),
        ("operating", "write the lemma, 'operate'"),
        ("operated by", "put 'operate' in inverse_triggers"),
        ("signed", "for the active add the lemma, 'sign'"),
        ("governed by law of", "a phrase ends with its preposition, 'governed by'"),
        ("member of board of", "a phrase ends with its preposition, 'member of'"),
        ("lie at foot of", "a phrase ends with its preposition, 'lie at'"),
    ],
)
def test_a_form_that_is_never_looked_up_is_warned_about(phrase: str, instead: str) -> None:
    (message,) = messages((phrase,))
    assert message.startswith(f"predicates.RUNS.triggers: {phrase!r}")
    assert instead in message


@pytest.mark.parametrize(
    "phrase",
    [
        "take part in",
        "run out of",
        "set up in",
        "known as",
        "operate",
        "born in",
        "founder of",
        "process",
        "be a",
        "building of",
        "renamed as",
        "née",
        "found",
    ],
)
def test_lemmas_and_participles_are_not_warned_about(phrase: str) -> None:
    assert messages((phrase,)) == []


def test_a_participle_beside_its_lemma_and_an_agent_beside_its_inverse_are_not_warned_about() -> None:
    assert messages(("sign", "signed")) == []
    assert messages(("operated by",), ("operate",)) == []
