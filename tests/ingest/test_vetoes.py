"""What the build of a sentence rules out, and what of the same words it lets stand."""

from __future__ import annotations

import pytest

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.features import Candidate, sentences
from pipeline.ingest.extract.places import cannot_be_in, is_known
from pipeline.ingest.extract.vetoes import is_ruled_out
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder


def ruled_out(text: str, one: str, predicate: str, other: str) -> bool:
    doc = nlp.load(Settings().model)(text)
    found = [
        each for sentence in sentences(doc, *MentionFinder(load_ontology())(doc, 0)) for each in sentence.candidates
    ]

    def named(name: str) -> Candidate:
        return next(each for each in found if name in doc[each.start : each.end].text)

    return is_ruled_out(doc, predicate, named(one), named(other), symmetric=False)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("Storms hit Bergen, Turin, and Lisbon.", "Bergen", "Turin"),
        ("They sell boats in Bergen and in Turin.", "Bergen", "Turin"),
        ("They sell boats in Bergen, in Turin, and in other towns.", "Bergen", "Turin"),
        ("They sell boats in Norway, Sweden and Denmark.", "Sweden", "Denmark"),
        ("They sell boats in Bergen, Turin, Lisbon, Rome, and Vienna.", "Turin", "Lisbon"),
    ],
)
def test_names_of_one_list_are_not_in_each_other(text: str, one: str, other: str) -> None:
    assert ruled_out(text, one, "LOCATED_IN", other)
    assert ruled_out(text, other, "LOCATED_IN", one)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("Anna Berg was born in Turin, Italy.", "Turin", "Italy"),
        ("Anna Berg of Reno, Nevada, sold the mill.", "Reno", "Nevada"),
        ("Vik is a village in Norway.", "Vik", "Norway"),
    ],
)
def test_a_place_and_what_it_is_in_stand(text: str, one: str, other: str) -> None:
    assert not ruled_out(text, one, "LOCATED_IN", other)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("Norway fought for a year in Kabul.", "Norway", "Kabul"),
        ("Norway was at war in Kabul.", "Norway", "Kabul"),
        ("In Kabul, Norway runs a school.", "Kabul", "Norway"),
    ],
)
def test_a_place_that_acts_is_not_where_it_acts(text: str, one: str, other: str) -> None:
    assert ruled_out(text, one, "LOCATED_IN", other)


def test_whose_it_is_says_not_where_it_sits() -> None:
    assert ruled_out("America's National Guard marched.", "National Guard", "HEADQUARTERED_IN", "America")
    assert not ruled_out("Norvik Systems, based in America, closed.", "Norvik", "HEADQUARTERED_IN", "America")


def test_nobody_lives_where_what_he_speaks_of_is() -> None:
    assert ruled_out("Anna Berg raised the situation in Kabul.", "Anna Berg", "LIVES_IN", "Kabul")
    assert not ruled_out("Anna Berg has a house in Kabul.", "Anna Berg", "LIVES_IN", "Kabul")


@pytest.mark.parametrize(
    "text",
    ["Anna Berg spoke before the Senate.", "Anna Berg remembered the FBI interview.", "Anna Berg rose through NASA."],
)
def test_an_organisation_that_someone_deals_with_is_no_employer(text: str) -> None:
    assert ruled_out(text, "Anna Berg", "WORKS_FOR", text.split()[-1].strip(".") if "FBI" not in text else "FBI")


@pytest.mark.parametrize(
    "text", ["FBI Director Anna Berg left.", "Anna Berg works for the FBI.", "Anna Berg is an FBI agent."]
)
def test_an_employer_stands(text: str) -> None:
    assert not ruled_out(text, "Anna Berg", "WORKS_FOR", "FBI")


def test_a_date_that_only_bounds_another_is_not_the_date() -> None:
    assert ruled_out("Anna Berg died before 4 May 1881.", "Anna Berg", "DIED_ON", "4 May 1881")
    assert not ruled_out("Anna Berg died on 4 May 1881.", "Anna Berg", "DIED_ON", "4 May 1881")


def test_two_names_on_a_line_of_their_own_may_be_one_person() -> None:
    assert ruled_out("Bergen, Turin", "Bergen", "LOCATED_IN", "Turin")
    assert not ruled_out("Turin, Italy", "Turin", "LOCATED_IN", "Italy")


def test_well_known_places_are_in_larger_ones_only() -> None:
    assert cannot_be_in("Norway", "El Salvador")
    assert cannot_be_in("the Middle East", "America")
    assert cannot_be_in("Ohio", "Texas")
    assert not cannot_be_in("Ohio", "the United States")
    assert not cannot_be_in("Norway", "Northern Europe")
    assert not cannot_be_in("Vik", "Norway")
    assert is_known("the Netherlands")
