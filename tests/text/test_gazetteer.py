"""The names that an ontology gives: lists and patterns, whole words only, the longest of those that overlap."""

from __future__ import annotations

from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from graph_schema.ontology import Kind, Ontology
from pipeline.text.gazetteer import Gazetteer, KnownName, parse_as_names

BLANK = spacy.blank("en")
AVIATION = Ontology(
    "aviation",
    "1",
    {
        "Aircraft": Kind(
            names=("Boeing 737", "Boeing 737-800", "Fokker F.27", "Caravelle", "dove"),
            patterns=(r"[A-Z]{2}-[A-Z]{3}", r"Cessna \d{2,3}[A-Z]?"),
        ),
        "Group": Kind(last_words=("club",)),
        "Airline": Kind(names=("Caravelle Air", "Ål Fly")),
        "Flight": Kind(patterns=(r"[A-Z]{2}\d{2,4}", r"flight \d{1,4}")),
    },
    {},
)
FIND = Gazetteer(AVIATION)


def found(text: str, gazetteer: Gazetteer = FIND) -> list[tuple[str, str]]:
    doc = BLANK(text)
    return [(doc[start:end].text, kind) for start, end, kind in gazetteer(doc)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A Caravelle stood there.", [("Caravelle", "Aircraft")]),
        ("The CARAVELLE stood there.", [("CARAVELLE", "Aircraft")]),
        ("By caravelle they came.", []),
        ("The dove and the Dove flew.", [("dove", "Aircraft"), ("Dove", "Aircraft")]),
        ("Caravelles flew.", []),
        ("Caravelle Air flew a Caravelle.", [("Caravelle Air", "Airline"), ("Caravelle", "Aircraft")]),
        ("They bought the Boeing 737-800 in May.", [("Boeing 737-800", "Aircraft")]),
        ("They bought the Boeing 737 800 in May.", [("Boeing 737 800", "Aircraft")]),
        ("They bought the Boeing 737.", [("Boeing 737", "Aircraft")]),
        ("The Boeing\n737 stood there.", [("Boeing\n737", "Aircraft")]),
        ("They left Boeing, 737 of them.", []),
        ("They left Boeing.\n\n737 of them.", []),
        ("A Fokker F27 and a Fokker F.27.", [("Fokker F.27", "Aircraft")]),
        ("Al Fly, once Ål Fly, is no more.", [("Al Fly", "Airline"), ("Ål Fly", "Airline")]),
        ("A Cessna 172N landed.", [("Cessna 172N", "Aircraft")]),
        ("LN-KEA landed.", [("LN-KEA", "Aircraft")]),
        ("LN-KEAB landed.", []),
        ("BA2490 is late, BA24901 is not.", [("BA2490", "Flight")]),
        ("On flight 12, a Cessna 172N.", [("flight 12", "Flight"), ("Cessna 172N.", "Aircraft")]),
        ("The Caravelle Works Club met.", [("Caravelle Works Club", "Group")]),
        ("The Caravelle club met Caravelle Works.", [("Caravelle", "Aircraft"), ("Caravelle", "Aircraft")]),
        ("", []),
    ],
)
def test_names_and_patterns_are_found_as_whole_words(text: str, names: list[tuple[str, str]]) -> None:
    assert found(text) == names


def test_an_ontology_without_names_finds_nothing() -> None:
    assert found("The Boeing 737 landed.", Gazetteer(Ontology("bare", "1", {"Aircraft": Kind()}, {}))) == []


def test_a_name_is_not_found_within_a_token() -> None:
    own = Gazetteer(Ontology("own", "1", {"Contract": Kind(names=("MSA", "2024/17"))}, {}))
    assert found("They signed MSA-2024/17.", own) == []
    assert found("They signed the MSA.", own) == [("MSA", "Contract")]


def test_of_two_kinds_with_one_name_the_first_in_the_file_wins() -> None:
    own = Ontology("own", "1", {"B": Kind(names=("Orion",)), "A": Kind(names=("ORION",))}, {})
    assert found("The Orion sank.", Gazetteer(own)) == [("Orion", "B")]


WORDS = st.lists(st.sampled_from("Boeing 737 - 800 Caravelle Air LN KEA BA2490 Ål , . \n\n flight 12".split(" ")))


@given(WORDS)
def test_what_is_found_lies_apart_and_in_order_and_within_the_text(words: list[str]) -> None:
    doc = BLANK(" ".join(words))
    spans = FIND(doc)
    assert all(isinstance(each, KnownName) and 0 <= each.start < each.end <= len(doc) for each in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


# names in the parse


def parsed(words: str, pos: str, heads: list[int], deps: str) -> Doc:
    return Doc(BLANK.vocab, words=words.split(), pos=pos.split(), heads=heads, deps=deps.split())


def labels(doc: Doc) -> list[tuple[str, str, str]]:
    """Part of speech, label and head of each name."""
    known = FIND(doc)
    parse_as_names(doc, known)
    return [(token.pos_, token.dep_, token.head.text) for token in (doc[each.start] for each in known)]


def test_a_name_that_was_taken_for_an_adverb_or_a_verb_is_object_or_subject() -> None:
    after = parsed("Club signed LN-KEA", "PROPN VERB ADV", [1, 1, 1], "nsubj ROOT advmod")
    assert labels(after) == [("PROPN", "dobj", "signed")]
    before = parsed("LN-KEA followed LN-KEB", "VERB VERB ADJ", [1, 1, 1], "advcl ROOT acomp")
    assert labels(before) == [("PROPN", "nsubj", "followed"), ("PROPN", "dobj", "followed")]
    passive = parsed("LN-KEA was sold", "ADV AUX VERB", [2, 2, 2], "advmod auxpass ROOT")
    assert labels(passive) == [("PROPN", "nsubjpass", "sold")]


def test_of_two_names_that_were_no_nouns_the_second_is_coordinated_with_the_first() -> None:
    doc = parsed(
        "Club signed LN-KEA and LN-KEB", "PROPN VERB ADV CCONJ ADV", [1, 1, 1, 1, 1], "nsubj ROOT advmod cc conj"
    )
    assert labels(doc) == [("PROPN", "dobj", "signed"), ("PROPN", "conj", "LN-KEA")]


def test_a_name_whose_place_in_the_sentence_is_taken_stays_where_it_is() -> None:
    doc = parsed("Club signed papers LN-KEA", "PROPN VERB NOUN ADV", [1, 1, 1, 1], "nsubj ROOT dobj advmod")
    assert labels(doc) == [("PROPN", "advmod", "signed")]
    noun = parsed("Club sold LN-KEA", "PROPN VERB NOUN", [1, 1, 1], "nsubj ROOT dobj")
    assert labels(noun) == [("NOUN", "dobj", "sold")]
