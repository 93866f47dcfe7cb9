"""The grammar of questions: it reads all of a question, whose names are marks, or nothing."""

from __future__ import annotations

import pytest

from pipeline.query.grammar import MAX_RELATIONS, ChainAsked, ComparisonAsked, read
from pipeline.query.relations import by_noun, by_verb, relations


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("who is the mother of the director of §0?", ("director", "mother")),
        ("who is §0's paternal grandfather?", ("father", "father")),
        ("when did §0's mother die?", ("mother", "death")),
        ("when is §0's father's birthday?", ("father", "birth")),
        ("what is the place of birth of the performer of song §0?", ("performer", "birthplace")),
        ("which country is the composer of film §0 from?", ("composer", "nationality")),
        ("where was the husband of the woman who designed §0 born?", ("designer", "husband", "birthplace")),
        ("who directed §0?", ("director",)),
        ("who did §0 marry?", ("spouse",)),
        ("why did §0 die?", ("cause",)),
        ("in which town was the designer of §0 born?", ("designer", "birthplace")),
    ],
)
def test_a_chain_is_read_from_the_name_outwards(text: str, chain: tuple[str, ...]) -> None:
    assert read(text) == ChainAsked(0, chain)


@pytest.mark.parametrize(
    ("text", "relations", "measure", "last"),
    [
        ("which film came out first, §0 or §1?", (), "release", False),
        ("which film was released more recently, §0 or §1?", (), "release", True),
        ("who was born later, §0 or §1?", (), "birth", True),
        ("was §0 or §1 born first?", (), "birth", False),
        ("who is older, §0 or §1?", (), "birth", False),
        ("who is younger, §0 or §1?", (), "birth", True),
        ("who lived longer, §0 or §1?", (), "age", True),
        ("who was born first out of §0 and §1?", (), "birth", False),
        ("which film has the director who died later, §0 or §1?", ("director",), "death", True),
        ("which film whose director is younger, §0 or §1?", ("director",), "birth", True),
        ("which museum was established first, §0 or §1?", (), "inception", False),
    ],
)
def test_an_order_of_two_is_read(text: str, relations: tuple[str, ...], measure: str, last: bool) -> None:
    asked = read(text)
    assert isinstance(asked, ComparisonAsked)
    assert (asked.names, asked.relations, asked.measure, asked.last) == ((0, 1), relations, measure, last)


@pytest.mark.parametrize(
    ("text", "relations", "same"),
    [
        ("are §0 and §1 from the same country?", (), "country"),
        ("do §0 and §1 have the same nationality?", (), "nationality"),
        ("do both films §0 and §1 have the directors from the same country?", ("director",), "nationality"),
        ("were §0 and §1 born in the same place?", (), "birthplace"),
    ],
)
def test_a_question_whether_two_share_something_is_read(text: str, relations: tuple[str, ...], same: str) -> None:
    asked = read(text)
    assert isinstance(asked, ComparisonAsked)
    assert (asked.relations, asked.same, asked.measure) == (relations, same, None)


@pytest.mark.parametrize(
    "text",
    [
        "who regretted §0?",
        "what did the director of §0 regret?",
        "which film is better, §0 or §1?",
        "are §0 and §1 from different countries, not the same country?",
        "who is the father of the father of the father of the father of §0?",
        "who was born first, §0, §1 or §2?",
        "who is the mother of the director?",
    ],
)
def test_what_is_of_no_known_form_is_not_guessed(text: str) -> None:
    assert read(text) is None


def test_no_noun_or_verb_stands_for_two_relations_and_each_compound_is_made_of_known_ones() -> None:
    nouns = [noun for each in relations().values() for noun in each.nouns]
    verbs = [verb for each in relations().values() for verb in each.verbs]
    assert len(nouns) == len(set(nouns))
    assert len(verbs) == len(set(verbs)) == len(by_verb())
    for chain in by_noun().values():
        assert 0 < len(chain) <= MAX_RELATIONS
        assert set(chain) <= relations().keys()
