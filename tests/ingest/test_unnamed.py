"""What a document describes without naming it: what is one thing, what is claimed of it, what is joined to a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.models import Document, Evidence
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings

if TYPE_CHECKING:
    from graph_schema.models import Claim


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    return RulesExtractor(Settings().model, load_ontology())


def extracted(extractor: RulesExtractor, text: str) -> Evidence:
    document = Document(
        source="s", path="a.txt", record=None, title=None, date=None, media_type="text/plain", content_hash="hash",
        length=len(text),
    )  # fmt: skip
    (found,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1500))])
    assert isinstance(found, Evidence), found
    return found


def unnamed(evidence: Evidence) -> list[list[str]]:
    """The surfaces of each thing without a name, in order of the text."""
    return [
        [mention.surface for mention in evidence.mentions if mention.entity == entity.key]
        for entity in evidence.entities
        if not entity.named
    ]


def said(evidence: Evidence, claims: tuple[Claim, ...]) -> set[tuple[str, str, str]]:
    names = {entity.key: entity.name for entity in evidence.entities}
    ends = ((claim, names[claim.object] if claim.object else claim.value and claim.value.text) for claim in claims)
    return {(names[claim.subject], claim.predicate, str(end)) for claim, end in ends}


def test_unnamed_things_are_subjects_and_objects_of_claims(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Coalition forces destroyed two bridges near Halden.")
    assert ("Coalition forces", "destroy", "two bridges") in said(found, found.claims)
    assert unnamed(found) == [["Coalition forces"], ["two bridges"]]


def test_a_typed_claim_may_be_about_an_unnamed_thing(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Karl Lund attacked the bridges.")
    accepted = tuple(claim for claim in found.claims if claim.status == "accepted")
    assert said(found, accepted) == {("Karl Lund", "ATTACKED", "bridges")}


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Anna Berg saw two bridges. The bridges fell.", [["two bridges", "bridges"]]),
        ("Anna Berg saw old bridges and new bridges. The bridges fell.",
         [["old bridges"], ["new bridges"], ["bridges"]]),
        ("Anna Berg saw two bridges. The old bridges fell.", [["two bridges"], ["old bridges"]]),
        ("Anna Berg saw two bridges. She likes bridges.", [["two bridges"], ["bridges"]]),
        ("Coalition forces left Oslo. Coalition forces came back.", [["Coalition forces", "Coalition forces"]]),
        ("Anna Berg saw the bridges. The bridges of Oslo fell.", [["bridges"], ["bridges"]]),
        ("Anna Berg spoke to the Government. Karl Lund left. Then the Government fell.",
         [["Government", "Government"]]),
    ],
)  # fmt: skip
def test_descriptions_are_one_thing_only_where_that_is_sure(
    extractor: RulesExtractor, text: str, groups: list[list[str]]
) -> None:
    assert unnamed(extracted(extractor, text)) == groups


@pytest.mark.parametrize(
    ("text", "name", "surface"),
    [
        ("Anna Berg, the commander, left Oslo.", "Anna Berg", "the commander"),
        ("Anna Berg is the commander of Norvik Systems.", "Anna Berg", "the commander"),
        ("The Halden Bridge was built in 1962. Anna Berg left the bridge.", "Halden Bridge", "bridge"),
    ],
)
def test_what_a_named_thing_is_called_is_no_other_thing(
    extractor: RulesExtractor, text: str, name: str, surface: str
) -> None:
    found = extracted(extractor, text)
    named = {entity.key: entity.name for entity in found.entities}
    assert (name, surface) in {(named[mention.entity], mention.surface) for mention in found.mentions}
    assert unnamed(found) == []


def test_a_relative_word_stands_for_the_unnamed_thing_before_it(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Karl Lund met militants who attacked Oslo.")
    assert ("militants", "ATTACKED", "Oslo") in said(found, found.claims)


def test_words_about_nobody_one_could_look_up_are_no_claim(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Officials said that the new harbour would be ready soon.")
    assert not found.claims


def test_amounts_stay_values_where_what_is_counted_is_described(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Halden has 900 inhabitants. Norvik Systems employs 200 workers.")
    values = {(claim.predicate, claim.value.normalised) for claim in found.claims if claim.value is not None}
    assert {("POPULATION", "900"), ("EMPLOYEES", "200 worker")} <= values


def test_one_institution_of_a_country_keeps_its_name(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Anna Berg spoke to the Senate. Karl Lund left the Senate.")
    assert "Senate" in {entity.name for entity in found.entities if entity.named}


@pytest.mark.parametrize("faith", ["Islam", "Judaism"])
def test_a_faith_is_no_person(extractor: RulesExtractor, faith: str) -> None:
    found = extracted(extractor, f"{faith} spread along the coast. Anna Berg wrote about {faith}.")
    assert {entity.kind for entity in found.entities if entity.name == faith} <= {"Thing"}


def test_a_noun_before_a_name_outweighs_its_last_word(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Anna Berg saw the film Silver Harbour.")
    assert {entity.kind for entity in found.entities if entity.name == "Silver Harbour"} == {"Work"}


def test_stated_values_are_held_whether_or_not_a_claim_takes_them(extractor: RulesExtractor) -> None:
    text = "The fair opened on 3 May 1962. It cost 900 euros. It ended last week. Two ships left."
    found = extracted(extractor, text)
    values = [(value.surface, value.value_type, value.normalised) for value in found.values]
    assert ("3 May 1962", "date", "1962-05-03") in values
    assert ("900 euros", "money", "900 EUR") in values
    assert ("last week", "date", None) in values
    assert not any(surface == "Two" for surface, _, _ in values)
    assert all(text[value.start : value.end] == value.surface for value in found.values)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("The museum was founded by villagers.", {("villagers", "found", "museum")}),
        ("A child was born in 1998.", set()),
        ("The teachers were born in Oslo.", {("teachers", "born in", "Oslo")}),
    ],
)
def test_what_is_told_of_someone_is_not_typed_of_the_unnamed(
    extractor: RulesExtractor, text: str, claims: set[tuple[str, str, str]]
) -> None:
    found = extracted(extractor, text)
    assert not [claim for claim in found.claims if claim.status == "accepted"]
    assert said(found, tuple(claim for claim in found.claims if claim.status == "open")) == claims


@pytest.mark.parametrize(
    ("text", "name", "surfaces"),
    [
        ("The militants met Anna Berg. They left Oslo.", "militants", ["militants", "They"]),
        ("Karl Lund is the Minister for the Middle East. He left.", "Middle East", ["Middle East"]),
        ("Norvik Bank grew. Anna Berg left the Bank.", "Norvik Bank", ["Norvik Bank", "Bank"]),
        ("The Congress met in Oslo. Then the World Peace Congress met.", "Congress", ["Congress"]),
    ],
)
def test_what_an_entity_is_called(extractor: RulesExtractor, text: str, name: str, surfaces: list[str]) -> None:
    found = extracted(extractor, text)
    (entity,) = [entity for entity in found.entities if entity.name == name]
    assert [mention.surface for mention in found.mentions if mention.entity == entity.key] == surfaces
