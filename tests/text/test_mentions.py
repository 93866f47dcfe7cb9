"""Mentions: the exact characters of names, values, pronouns and roles; the kind and gender that words give."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import spacy
from spacy.tokens import Doc

from graph_schema.ontology import load_ontology
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder, RawMention
from pipeline.text.tagger import Tags

if TYPE_CHECKING:
    from spacy.language import Language

BLANK = spacy.blank("en")
FINDER = MentionFinder(load_ontology())
UNTAGGED = MentionFinder(load_ontology(), lambda docs: [Tags((), (0.0,) * len(doc)) for doc in docs])


def recognised(text: str, entity: str, label: str) -> Doc:
    """`text`, tokenised, in which a recogniser found `entity`; nothing else is known of it."""
    doc = BLANK(text)
    start = text.index(entity)
    span = doc.char_span(start, start + len(entity), label=label)
    assert span is not None, f"{entity!r} is no span of tokens"
    doc.set_ents([span])
    return doc


def mentions(doc: Doc, offset: int = 0) -> list[RawMention]:
    """The mentions of a doc; one that no model parsed is not tagged either."""
    finder = FINDER if doc.has_annotation("DEP") else UNTAGGED
    found, at = finder(doc, offset)
    for index in at.values():
        assert 0 <= index < len(found)
    for mention in found:
        assert doc.text[mention.start - offset : mention.end - offset] == mention.surface
    return found


def only(doc: Doc) -> RawMention:
    (mention,) = mentions(doc)
    return mention


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


# Names


@pytest.mark.parametrize(
    ("text", "entity", "surface"),
    [
        ("Then the Halden Museum opened.", "the Halden Museum", "Halden Museum"),
        ("An Aurora sailed.", "An Aurora", "Aurora"),
        ("Then Anna Berg's boat sailed.", "Anna Berg's", "Anna Berg"),
        ("Then Anna Berg’s boat sailed.", "Anna Berg’s", "Anna Berg"),
        ("the workers' Norvik'", "workers' Norvik'", "workers' Norvik"),
        ("Then Dr. Anna Berg left.", "Dr. Anna Berg", "Anna Berg"),
        ("Then “Anna Berg” left.", "“Anna Berg”", "Anna Berg"),
        ("Then Anna Berg, left.", "Anna Berg,", "Anna Berg"),
        ("Halden\nInstruments", "Halden\nInstruments", "Halden"),
        ("\n\nHalden Museum", "\n\nHalden Museum", "Halden Museum"),
        ("It is Berg (Norvik) now.", "Berg (Norvik)", "Berg (Norvik)"),
        ("It is Halden Inc. now.", "Halden Inc.", "Halden Inc."),
    ],
)
def test_a_name_is_trimmed_to_its_own_characters(text: str, entity: str, surface: str) -> None:
    mention = only(recognised(text, entity, "ORG"))
    assert (mention.form, mention.surface) == ("name", surface)


@pytest.mark.parametrize("entity", ["the", "1984", "'s", "—"])
def test_what_holds_no_name_after_trimming_is_no_mention(entity: str) -> None:
    assert mentions(recognised(f"so {entity} was", entity, "ORG")) == []


def test_a_label_that_the_ontology_does_not_know_is_no_mention() -> None:
    assert mentions(recognised("He spoke Danish.", "Danish", "LANGUAGE")) == []


def test_offsets_are_the_documents_and_not_the_chunks() -> None:
    (mention,) = mentions(recognised("Then Anna Berg left.", "Anna Berg", "PERSON"), offset=1000)
    assert (mention.start, mention.end) == (1005, 1014)


@pytest.mark.parametrize(
    ("text", "entity", "label", "kind", "gender"),
    [
        ("Then Mrs Berg left.", "Berg", "ORG", "Person", "f"),
        ("Then Mrs Berg left.", "Mrs Berg", "ORG", "Person", "f"),
        ("Then Mr. Berg left.", "Berg", "GPE", "Person", "m"),
        ("Then Dr Berg left.", "Berg", "GPE", "Person", None),
        ("Then captain Aurora sailed.", "Aurora", "PRODUCT", "Product", None),
        ("Then Anna Berg left.", "Anna Berg", "PERSON", "Person", None),
        ("Then Berg left.", "Berg", "GPE", "Place", None),
    ],
)
def test_a_title_in_capitals_makes_a_person_and_says_the_gender(
    text: str, entity: str, label: str, kind: str, gender: str | None
) -> None:
    mention = only(recognised(text, entity, label))
    assert (mention.surface, mention.kind, mention.gender) == (entity.removeprefix("Mrs "), kind, gender)


@pytest.mark.parametrize(
    ("entity", "label", "kind"),
    [
        ("Varde Bridge", "PERSON", "Facility"),
        ("Halden Museum", "GPE", "Organization"),
        ("Lake Varde", "PERSON", "Place"),
        ("Bridge", "PERSON", "Person"),
        ("Bridge Varde", "PERSON", "Person"),
    ],
)
def test_the_last_and_first_word_of_a_name_outvote_the_recogniser(entity: str, label: str, kind: str) -> None:
    assert only(recognised(f"There {entity} is.", entity, label)).kind == kind


def test_proper_nouns_that_nobody_recognised_are_names_of_unknown_kind_and_days_are_none() -> None:
    words = ["On", "Monday", "the", "Aurora", "Borealis", "left", "Varde"]
    pos = ["ADP", "PROPN", "DET", "PROPN", "PROPN", "VERB", "PROPN"]
    found = mentions(Doc(BLANK.vocab, words=words, pos=pos))
    assert [(mention.surface, mention.kind, mention.form) for mention in found] == [
        ("Aurora Borealis", "Thing", "name"),
        ("Varde", "Thing", "name"),
    ]


def test_no_two_mentions_share_a_character(model: Language) -> None:
    text = "On Monday Mrs Anna Berg, the director of the Halden Museum, paid $20 to the harbour master. He thanked her."
    found = mentions(model(text))
    assert len(found) >= 6
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The town of Kelby has a population of 12,400.", [("Kelby", "Place")]),
        ("Anna Berg was born in the village of Skarn.", [("Anna Berg", "Person"), ("Skarn", "Place")]),
        ("The river of Lom flows through Oslo.", [("Lom", "Place"), ("Oslo", "Place")]),
        ("The town of Great Malden was founded by Anna Berg.", [("Great Malden", "Place"), ("Anna Berg", "Person")]),
        (
            "The state of General Motors worries Anna Berg.",
            [("General Motors", "Organization"), ("Anna Berg", "Person")],
        ),
    ],
)
def test_the_town_of_something_names_a_place(text: str, names: list[tuple[str, str]], model: Language) -> None:
    found = [mention for mention in mentions(model(text)) if mention.form == "name"]
    assert [(mention.surface, mention.kind) for mention in found] == names


@pytest.mark.parametrize(
    ("text", "stands_for"),
    [("The town of Kelby was founded in 1850.", "Kelby"), ("Kelby is a town of Norway.", None)],
)
def test_the_noun_of_a_places_name_stands_for_the_place(text: str, stands_for: str | None, model: Language) -> None:
    doc = model(text)
    found, at = FINDER(doc, 0)
    index = at.get(next(token.i for token in doc if token.text == "town"))
    assert (None if index is None else found[index].surface) == stands_for
    assert stands_for is None or found[at[1]].subject


# Values


@pytest.mark.parametrize(
    ("entity", "label", "type_", "normalised"),
    [
        ("3 May 1931", "DATE", "date", "1931-05-03"),
        ("two hundred pounds", "MONEY", "money", "200 GBP"),
        ("620 metres", "QUANTITY", "quantity", "620 metre"),
        ("45 percent", "PERCENT", "quantity", "45 percent"),
    ],
)
def test_a_value_is_typed_and_normalised(entity: str, label: str, type_: str, normalised: str) -> None:
    mention = only(recognised(f"It was {entity} then.", entity, label))
    assert mention.form == "value"
    assert mention.value is not None
    assert (mention.value.type, mention.value.normalised, mention.value.text) == (type_, normalised, entity)


def test_a_bare_number_counts_what_it_stands_before(model: Language) -> None:
    values = [mention.value for mention in mentions(model("The museum employed 120 people."))]
    assert [value.normalised for value in values if value] == ["120 person"]


def test_the_full_stop_of_a_sentence_is_no_part_of_money() -> None:
    (mention,) = mentions(recognised("It cost £2.5m.", "m.", "MONEY"))
    assert mention.surface == "£2.5m"
    assert mention.value is not None
    assert (mention.value.normalised, mention.value.text) == ("2500000 GBP", "£2.5m")


@pytest.mark.parametrize(("entity", "label"), [("several pounds", "MONEY"), ("dozens", "CARDINAL")])
def test_an_amount_that_cannot_be_read_is_no_mention(entity: str, label: str) -> None:
    assert mentions(recognised(f"It was {entity} then.", entity, label)) == []


def test_a_relative_date_has_a_value_only_where_the_day_of_writing_is_known() -> None:
    doc = recognised("It was last Tuesday then.", "last Tuesday", "DATE")
    (unknown,), (known,) = FINDER(doc, 0)[0], FINDER(doc, 0, "2016-06-15")[0]
    assert (unknown.form, unknown.surface, unknown.value) == ("value", "last Tuesday", None)
    assert known.value is not None
    assert known.value.normalised == "2016-06-14"


@pytest.mark.parametrize("entity", ["about 20 miles", "more than 20 miles", "at least 20 miles"])
def test_an_amount_begins_at_its_number(entity: str) -> None:
    assert only(recognised(f"It was {entity} then.", entity, "QUANTITY")).surface == "20 miles"


# Pronouns and roles


def test_pronouns_of_people_carry_their_gender(model: Language) -> None:
    found = mentions(model("She met him in a street."))
    assert [(mention.surface, mention.kind, mention.form, mention.gender) for mention in found] == [
        ("She", "Person", "pronoun", "f"),
        ("him", "Person", "pronoun", "m"),
    ]


def test_it_stands_for_something_only_where_it_acts_or_suffers(model: Language) -> None:
    (acts,) = mentions(model("It employed them."))
    assert (acts.surface, acts.kind, acts.form, acts.subject) == ("It", "Organization", "pronoun", True)
    (suffers,) = mentions(model("It was built by them."))
    assert (suffers.surface, suffers.kind) == ("It", "Thing")
    assert mentions(model("It is late.")) == []


@pytest.mark.parametrize(
    ("text", "surface", "kind", "noun"),
    [
        ("The harbour master left the town hall.", "harbour master", "Person", "master"),
        ("They asked the new director.", "new director", "Person", "director"),
        ("The company failed.", "company", "Organization", "company"),
    ],
)
def test_a_definite_role_is_a_mention_without_its_article(
    model: Language, text: str, surface: str, kind: str, noun: str
) -> None:
    mention = mentions(model(text))[0]
    assert (mention.form, mention.surface, mention.kind, mention.noun) == ("role", surface, kind, noun)


@pytest.mark.parametrize("text", ["A harbour master left.", "She was the director.", "Directors left."])
def test_an_indefinite_or_predicated_role_is_no_mention(model: Language, text: str) -> None:
    assert [mention for mention in mentions(model(text)) if mention.form == "role"] == []


# Kinds, noise and descriptions


def test_a_name_says_how_sure_its_kinds_are(model: Language) -> None:
    named = [mention for mention in FINDER(model("Anna Berg left Norway in May."), 0)[0] if mention.form == "name"]
    assert [(mention.surface, mention.kind) for mention in named] == [("Anna Berg", "Person"), ("Norway", "Place")]
    for mention in named:
        assert 0.5 < mention.confidence <= 1
        assert mention.weights[0][0] == mention.kind
        assert sum(weight for _, weight in mention.weights) == pytest.approx(1, abs=1e-3)


def test_a_title_before_a_name_is_no_part_of_it_but_its_beginning_is_told(model: Language) -> None:
    text = "They met President Anna Berg in Oslo."
    (person,) = [mention for mention in mentions(model(text)) if mention.kind == "Person"]
    assert person.surface == "Anna Berg"
    assert text[person.tagged_start : person.tagged_end] in {"Anna Berg", "President Anna Berg"}


def test_a_place_and_what_it_is_in_are_two_places_of_one_tagged_name(model: Language) -> None:
    text = "Carla Monti was born in Turin, Italy."
    places = [mention for mention in mentions(model(text)) if mention.kind == "Place"]
    assert [place.surface for place in places] == ["Turin", "Italy"]
    assert all(text[place.tagged_start : place.tagged_end] in {place.surface, "Turin, Italy"} for place in places)


def test_what_is_near_is_a_place() -> None:
    doc = recognised("It lies near Al Varde today.", "Al Varde", "PERSON")
    assert only(doc).kind == "Place"


@pytest.mark.parametrize("entity", ['vo"te!?!7', "bte1hced9el9" * 4, "and*what|else"])
def test_what_a_scan_garbled_is_no_name(entity: str) -> None:
    doc = Doc(BLANK.vocab, words=["so", entity, "was"], ents=["O", "B-ORG", "O"])
    assert mentions(doc) == []


def test_a_footnote_mark_is_no_part_of_a_name() -> None:
    doc = Doc(BLANK.vocab, words=["in", "Bergen.[1", "then"], ents=["O", "B-GPE", "O"])
    assert only(doc).surface == "Bergen"


@pytest.mark.parametrize(
    "text",
    [
        "ANNA BERG LEFT NOR-\nWAY FOR THE HALDEN MUSEUM [2]",
        "l|l Berg~, the\x0cMuse um of  Varde's\n\n",
        "“Berg”(Oslo)—1962.",
    ],
)
def test_mentions_are_their_characters_in_noisy_text(model: Language, text: str) -> None:
    doc = model(text)
    for mention in FINDER(doc, 7)[0]:
        assert text[mention.start - 7 : mention.end - 7] == mention.surface


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('Robert "Bob" Miller, Jr. was a painter.', 'Robert "Bob" Miller, Jr.'),
        ('They met Anna "Annie" Berg in Oslo.', 'Anna "Annie" Berg'),
        ("Robert Miller, III, was a painter.", "Robert Miller, III"),
        ("Col. John “J.D.” Miller left Oslo.", "John “J.D.” Miller"),
    ],
)
def test_a_nickname_and_a_suffix_are_parts_of_one_persons_name(model: Language, text: str, name: str) -> None:
    people = [
        mention.surface for mention in mentions(model(text)) if mention.kind == "Person" and mention.form == "name"
    ]
    assert people == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The boats were made by Sega Ltd. Anna Berg left.", "Sega Ltd"),
        ("Anna Berg works for Sega Ltd.", "Sega Ltd"),
        ("Anna Berg says that Sega Ltd. makes boats.", "Sega Ltd."),
        ("She met John F. Kennedy Jr.", "John F. Kennedy Jr."),
        ("He lives in Washington D.C.", "Washington D.C."),
    ],
)
def test_a_full_stop_that_ends_the_sentence_is_no_part_of_a_legal_form(model: Language, text: str, name: str) -> None:
    assert name in {mention.surface for mention in mentions(model(text))}
