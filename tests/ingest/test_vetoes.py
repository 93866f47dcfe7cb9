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


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Norvik Systems was nationalised in 1999.", "1999"),
        ("Norvik Systems closed in 1999.", "1999"),
        ("Norvik Systems was founded in 1950 and sold in 1999.", "1999"),
        ("Norvik Systems was in trouble in 1999.", "1999"),
    ],
)
def test_the_year_of_another_deed_is_not_the_year_of_the_founding(text: str, year: str) -> None:
    assert ruled_out(text, "Norvik Systems", "FOUNDED_ON", year)


@pytest.mark.parametrize(
    "text",
    [
        "Norvik Systems was set up in 1999.",
        "Norvik Systems, a firm begun in 1999, was sold.",
        "Norvik Systems has its origin in 1999.",
        "Norvik Systems has been in business since 1999.",
        "Norvik Systems (1999) makes pumps.",
    ],
)
def test_the_year_of_a_founding_in_any_words_stands(text: str) -> None:
    assert not ruled_out(text, "Norvik Systems", "FOUNDED_ON", "1999")


def test_who_sells_an_organisation_is_not_its_founder() -> None:
    text = "Anna Berg founded Norvik Systems and sold Halden Instruments."
    assert ruled_out(text, "Anna Berg", "FOUNDED", "Halden Instruments")
    assert not ruled_out(text, "Anna Berg", "FOUNDED", "Norvik Systems")
    assert ruled_out("Norvik Systems was sold by Anna Berg.", "Anna Berg", "FOUNDED", "Norvik Systems")
    assert not ruled_out("Anna Berg co-founded Norvik Systems.", "Anna Berg", "FOUNDED", "Norvik Systems")


@pytest.mark.parametrize(
    ("text", "predicate", "ruled"),
    [
        ("Anna Berg studied the history of the University of Oslo.", "STUDIED_AT", True),
        ("Anna Berg took a degree of the University of Oslo.", "STUDIED_AT", False),
        ("Anna Berg criticised the policy of the University of Oslo.", "WORKS_FOR", True),
        ("Anna Berg joined the faculty of the University of Oslo.", "WORKS_FOR", False),
    ],
)
def test_a_topic_is_no_place_of_study_or_work(text: str, predicate: str, ruled: bool) -> None:
    assert ruled_out(text, "Anna Berg", predicate, "University of Oslo") == ruled


@pytest.mark.parametrize(
    ("text", "ruled"),
    [
        ("Anna Berg negotiated with Norvik Systems.", True),
        ("Anna Berg competes with Norvik Systems.", True),
        ("Anna Berg worked with Norvik Systems.", False),
        ("A manager at Norvik Systems met Anna Berg.", True),
        ("A manager at Norvik Systems hired Anna Berg.", False),
        ("No one at Norvik Systems knew Anna Berg.", True),
    ],
)
def test_who_deals_with_an_organisation_does_not_work_for_it(text: str, ruled: bool) -> None:
    assert ruled_out(text, "Anna Berg", "WORKS_FOR", "Norvik Systems") == ruled


@pytest.mark.parametrize(
    ("text", "ruled"),
    [
        ("There are three offices of Norvik Systems in Oslo.", True),
        ("Norvik Systems opened a store in Oslo.", True),
        ("Norvik Systems has its head office in Oslo.", False),
        ("Norvik Systems is based in Oslo.", False),
    ],
)
def test_a_branch_is_no_headquarters(text: str, ruled: bool) -> None:
    assert ruled_out(text, "Norvik Systems", "HEADQUARTERED_IN", "Oslo") == ruled


def test_an_agency_is_not_based_where_a_dateline_says() -> None:
    assert ruled_out("LONDON (Reuters) - Anna Berg left.", "Reuters", "HEADQUARTERED_IN", "LONDON")


def test_a_vice_president_does_not_lead() -> None:
    assert ruled_out("Anna Berg is vice president of Norvik Systems.", "Anna Berg", "LEADS", "Norvik Systems")
    assert not ruled_out("Anna Berg is president of Norvik Systems.", "Anna Berg", "LEADS", "Norvik Systems")
