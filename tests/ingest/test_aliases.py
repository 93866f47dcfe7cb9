"""Names that a text itself gives a thing: the short form of a contract, the name that someone was born with."""

from __future__ import annotations

import pytest

from graph_schema.models import Document, Evidence
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.extract.aliases import defined, shortens
from pipeline.ingest.extract.variants import name_of_birth
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    return RulesExtractor(Settings().model, load_ontology())


def evidence(extractor: RulesExtractor, text: str) -> Evidence:
    document = Document(
        source="s", path="a.txt", record=None, title=None, date=None, media_type="text/plain",
        content_hash="hash", length=len(text),
    )  # fmt: skip
    (found,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1500))])
    assert isinstance(found, Evidence), found
    return found


def entities(extractor: RulesExtractor, text: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> kind and what each mention says, pronouns included, of every entity of `text`."""
    found = evidence(extractor, text)
    return {
        each.name: (each.kind, [mention.surface for mention in found.mentions if mention.entity == each.key])
        for each in found.entities
    }


def aliases(extractor: RulesExtractor, text: str) -> dict[str, tuple[str, ...]]:
    return {each.name: each.aliases for each in evidence(extractor, text).entities}


@pytest.mark.parametrize(
    ("text", "name", "kind", "surfaces"),
    [
        ('Fennel Systems Ltd ("Fennel") makes valves. Fennel grew.', "Fennel Systems Ltd", "Organization",
         ["Fennel Systems Ltd", "Fennel", "Fennel"]),
        ('Tessel Group AS ("Tessel") was sold. Tessel employs Anna Berg.', "Tessel Group AS", "Organization",
         ["Tessel Group AS", "Tessel", "Tessel"]),
        ('Tessel Group AS (hereinafter “Tessel”) was sold. Tessel grew.', "Tessel Group AS", "Organization",
         ["Tessel Group AS", "Tessel", "Tessel"]),
        ('Norvik Holdings Inc. (the "Company") met. The Company pays Halden Bank.', "Norvik Holdings Inc.",
         "Organization", ["Norvik Holdings Inc.", "Company", "Company"]),
        ('Marlow Shipping Ltd. (the "Seller") met Halden Bank plc (the "Buyer"). The Seller left. The Seller came.',
         "Marlow Shipping Ltd.", "Organization", ["Marlow Shipping Ltd.", "Seller", "Seller", "Seller"]),
        ('It met Brook Metals Inc. ("Brook" or the "Purchaser"). Brook paid. The Purchaser left.',
         "Brook Metals Inc.", "Organization", ["Brook Metals Inc.", "Brook", "Purchaser", "Brook", "Purchaser"]),
        ('Halden Fisheries AB, a firm in Sweden ("Halden"), grew. Halden left Oslo.', "Halden Fisheries AB",
         "Organization", ["Halden Fisheries AB", "a firm", "Halden", "Halden"]),
        ('Norvik Energy ASA (hereafter referred to as "NorCo") grew. NorCo left Oslo.', "Norvik Energy ASA",
         "Organization", ["Norvik Energy ASA", "NorCo", "NorCo"]),
    ],
)  # fmt: skip
def test_a_short_form_that_the_text_states_is_the_thing_wherever_it_is_used(
    extractor: RulesExtractor, text: str, name: str, kind: str, surfaces: list[str]
) -> None:
    assert entities(extractor, text)[name] == (kind, surfaces)


def test_a_stated_short_form_holds_however_far_away(extractor: RulesExtractor) -> None:
    text = 'Norvik Holdings Inc. (the "Company") met. ' + "Anna Berg left Oslo. " * 60 + "The Company grew."
    assert entities(extractor, text)["Norvik Holdings Inc."][1] == ["Norvik Holdings Inc.", "Company", "Company"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('Anna Berg ("The Drowned Harbour") spoke in Oslo.', "Anna Berg"),
        ('Karl Lund bought the shares of Alder Mining Corp. (the "Shares"). The Shares fell.', "Alder Mining Corp."),
        (
            'Alder Mining Corp. and Brook Metals Inc. (together the "Parties") met. The Parties left.',
            "Brook Metals Inc.",
        ),
    ],
)
def test_what_else_stands_quoted_in_brackets_is_no_name_of_it(extractor: RulesExtractor, text: str, name: str) -> None:
    assert entities(extractor, text)[name][1] == [name]


@pytest.mark.parametrize(
    ("text", "name", "born", "surfaces"),
    [
        ("Maria Lopez (née Garcia) left. Lopez came to Oslo.", "Maria Lopez", "Maria Garcia",
         ["Maria Lopez", "Garcia", "Lopez"]),
        ("Ellen Parker (nee Holt) died in York.", "Ellen Parker", "Ellen Holt", ["Ellen Parker", "Holt"]),
        ("Jane Miller (born Holt) taught in Leeds.", "Jane Miller", "Jane Holt", ["Jane Miller", "Holt"]),
        ("Clara Weiss, née Baum, was a painter. Baum left.", "Clara Weiss", "Clara Baum",
         ["Clara Weiss", "Baum", "Baum"]),
        ("Maria Lopez née Garcia left Oslo.", "Maria Lopez", "Maria Garcia", ["Maria Lopez", "Garcia"]),
        ("Sophie Laurent (née de Villiers) left.", "Sophie Laurent", "Sophie Villiers",
         ["Sophie Laurent", "Villiers"]),
        ("Hilde Brandt (born Hilde Kohl) is a singer.", "Hilde Brandt", "Hilde Kohl", ["Hilde Brandt", "Hilde Kohl"]),
        ("Maria Lopez (née Garcia) left Oslo. Maria Garcia was born in Madrid.", "Maria Lopez", "Maria Garcia",
         ["Maria Lopez", "Garcia", "Maria Garcia"]),
    ],
)  # fmt: skip
def test_someone_is_one_person_with_the_name_of_birth_as_an_alias(
    extractor: RulesExtractor, text: str, name: str, born: str, surfaces: list[str]
) -> None:
    found = entities(extractor, text)
    assert found[name][1] == surfaces
    assert born in aliases(extractor, text)[name]


def test_what_follows_born_is_no_name_where_it_is_a_place(extractor: RulesExtractor) -> None:
    assert "Oslo" in entities(extractor, "Karl Lund, born Oslo 1950, was a sailor.")


@pytest.mark.parametrize(
    ("name", "born", "whole"),
    [
        ("Maria Lopez", "Garcia", "Maria Garcia"),
        ("Maria Anna Lopez", "Garcia Marquez", "Maria Anna Garcia Marquez"),
        ("Hilde von Brandt", "Kohl", "Hilde Kohl"),
        ("Hilde Brandt", "Anna Kohl", "Anna Kohl"),
        ("Hilde Brandt", "Hilde Kohl", "Hilde Kohl"),
        ("Lopez", "Garcia", "Garcia"),
    ],
)
def test_the_whole_name_that_someone_was_born_with(name: str, born: str, whole: str) -> None:
    assert name_of_birth(name, born) == whole


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ('Norvik ("N") met', ["N"]),
        ("Norvik (the “Company”) met", ["Company"]),
        ('Norvik (hereinafter referred to as the "Company") met', ["Company"]),
        ('Norvik, hereinafter "N", met', ["N"]),
        ('Norvik ("N" or the "Seller") met', ["N", "Seller"]),
        ('Norvik (together, the "Parties") met', []),
        ('Norvik (see "N") met', []),
    ],
)
def test_where_a_text_states_a_short_form(text: str, forms: list[str]) -> None:
    assert [text[start:end] for each in defined(text) for start, end in each.forms] == forms


@pytest.mark.parametrize(
    ("short", "full", "is_one"),
    [
        ("Tessel", "Tessel Group AS", True),
        ("Tessel Group", "Tessel Group AS", True),
        ("CRC", "Coastal Research Council", True),
        ("Tessel Group", "Tessel Group", False),
        ("Group Tessel", "Tessel Group AS", False),
        ("Ess", "Tessel Group AS", False),
    ],
)
def test_a_short_form_has_words_of_the_name_in_their_order(short: str, full: str, is_one: bool) -> None:
    assert shortens(short, full) is is_one
