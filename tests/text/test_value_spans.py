"""Where values stand: an amount with the sign or code of its currency, whatever the recogniser found of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.value_spans import is_unread, read_value, value_spans

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

BLANK = spacy.blank("en")


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


def recognised(text: str, *entities: tuple[str, str]) -> Doc:
    """`text`, tokenised, in which a recogniser found `entities`, each under its label."""
    doc = BLANK(text)
    for entity, label in entities:
        span = doc.char_span(text.index(entity), text.index(entity) + len(entity), label=label)
        assert span is not None, f"{entity!r} is no span of tokens"
        doc.set_ents([*doc.ents, span])
    return doc


def found(doc: Doc, date: str | None = None) -> list[tuple[str, str]]:
    """Surface and canonical form of every value in a document of that date."""
    read = ((span, read_value(span, span.label_, date)) for span in value_spans(doc))
    return [(span.text, value.normalised if value else "") for span, value in read]


@pytest.mark.parametrize(
    ("text", "entity", "label", "surface", "normalised"),
    [
        ("It cost £12,000 then.", "12,000", "MONEY", "£12,000", "12000 GBP"),
        ("It cost ¥ 2.50 then.", "2.50", "CARDINAL", "¥ 2.50", "2.5 JPY"),
        ("It cost EUR 3 million then.", "EUR 3 million", "MONEY", "EUR 3 million", "3000000 EUR"),
        ("It cost 40,000 USD then.", "40,000", "CARDINAL", "40,000 USD", "40000 USD"),
        ("It cost about $500 then.", "about $500", "MONEY", "about $500", "500 USD"),
    ],
)
def test_money_holds_its_sign_or_code(text: str, entity: str, label: str, surface: str, normalised: str) -> None:
    assert found(recognised(text, (entity, label))) == [(surface, normalised)]


def test_money_that_the_recogniser_missed_is_found_and_the_rest_stays() -> None:
    doc = recognised("In 1998 the 12 men paid USD40,000 and £5.", ("1998", "DATE"), ("12", "CARDINAL"))
    assert found(doc) == [("1998", "1998"), ("12", "12"), ("USD40,000", "40000 USD"), ("£5", "5 GBP")]


def test_the_ends_of_a_range_of_money_are_one_value_that_is_no_amount() -> None:
    doc = recognised("It cost between $2 million and $3 million.", ("2 million", "MONEY"), ("3 million", "MONEY"))
    assert found(doc) == [("between $2 million and $3 million", "")]


@pytest.mark.parametrize(
    ("text", "entities", "values"),
    [
        ("It cost one or two million dollars.", ["one", "two million dollars"], ["one or two million dollars"]),
        ("It was 3 to 5 degrees.", ["3", "5 degrees"], ["3 to 5 degrees"]),
        ("It rose from 3 to 5 degrees.", ["3", "5 degrees"], ["3", "5 degrees"]),
        ("It took 3 men and 5 days.", ["3", "5 days"], ["3", "5 days"]),
    ],
)
def test_a_number_and_the_amount_that_it_leads_to_are_one_range(
    text: str, entities: list[str], values: list[str]
) -> None:
    doc = recognised(text, (entities[0], "CARDINAL"), (entities[1], "QUANTITY"))
    assert [span.text for span in value_spans(doc)] == values


@pytest.mark.parametrize("entity", ["3.5 gazillion dollars", "500 Liberian dollars"])
def test_money_that_cannot_be_read_is_no_quantity_either(entity: str) -> None:
    assert found(recognised(f"It cost {entity}.", (entity, "MONEY"))) == [(entity, "")]


@pytest.mark.parametrize(
    ("entity", "label", "unread"),
    [
        ("$2-3 million", "MONEY", True),
        ("several dollars", "MONEY", True),
        ("15 to 20 percent", "PERCENT", True),
        ("A320", "CARDINAL", False),
        ("747-400", "CARDINAL", False),
        ("Vermillion", "CARDINAL", False),
        ("the Sunday Times 2", "DATE", False),
    ],
)
def test_what_counts_something_is_no_name_where_its_amount_cannot_be_read(
    entity: str, label: str, unread: bool
) -> None:
    (span,) = recognised(f"It was {entity} then.", (entity, label)).ents
    assert is_unread(span) == unread


def test_a_whole_date_in_figures_is_a_date_whatever_the_recogniser_says() -> None:
    doc = recognised("Born on 25.12.1950, left on 03/04/1998.", ("25.12.1950", "CARDINAL"))
    assert found(doc) == [("25.12.1950", "1950-12-25"), ("03/04/1998", "1998")]


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("On Friday Anna Berg will meet Karl Lund.", "1955-03-04"),
        ("On Friday Anna Berg met Karl Lund.", "1955-02-25"),
        ("The bridge will be completed by September.", "1955-09"),
        ("Norvik Systems will start selling boats in January.", "1956-01"),
        ("Norvik Systems will buy Delta and sell Lom Shipping in January.", "1956-01"),
        ("Anna Berg, who died in September, will be buried soon.", "1954-09"),
        ("She said on Tuesday that Anna Berg will resign.", "1955-03-01"),
    ],
)
def test_a_date_without_a_year_lies_ahead_where_the_verb_does(text: str, normalised: str, model: Language) -> None:
    assert [date for _, date in found(model(text), "1955-03-02")] == [normalised]
