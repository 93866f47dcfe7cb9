"""Comparing names: what can be one name by its structure, and what forbids it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.comparison import Comparison, block_keys, compare, person_name

KINDS = ("Person", "Organization", "Place", "Work", "Thing")
JOINS = 0.7
ALPHABET = st.text("ABab .,-'0é", max_size=14)


@given(ALPHABET, ALPHABET, st.sampled_from(KINDS))
def test_a_comparison_is_symmetric_and_a_name_is_itself(one: str, other: str, kind: str) -> None:
    assert compare(one, other, kind) == compare(other, one, kind)
    assert compare(one, one, kind) == Comparison(1.0, "same-name")
    assert 0.0 <= compare(one, other, kind).score <= 1.0


@given(ALPHABET, ALPHABET, st.sampled_from(KINDS))
def test_what_is_forbidden_has_no_score(one: str, other: str, kind: str) -> None:
    found = compare(one, other, kind)
    assert found.conflict is None or found.score == 0.0


@pytest.mark.parametrize(
    ("one", "other", "kind", "rule"),
    [
        ("Lindqvist, Edvard", "Capt. Edvard P. Lindqvist", "Person", "middle-left-out"),
        ("Mohammed Darwish", "Muhammad Darwish", "Person", "given-name-variant"),
        ("Bill Ashworth", "William Ashworth", "Person", "given-name-variant"),
        ("Karim al-Masri", "Karim el Masri", "Person", "same-name"),
        ("E. Lindqvist", "Edvard Lindqvist", "Person", "initials"),
        ("J. Robert Oppenheimer", "Robert Oppenheimer", "Person", "middle-name"),
        ("Julius Robert Oppenheimer", "Bob Oppenheimer", "Person", "middle-name"),
        ("Chemist Ines Moreau", "Ines Moreau", "Person", "same-name"),
        ("Ines van der Moreau", "Ines Moreau", "Person", "same-name"),
        ("Halden Instruments GmbH", "Halden Instr.", "Organization", "legal-form"),
        ("Halden Norge AS", "Halden", "Organization", "region"),
        ("North Sea Salvage Board", "NSSB", "Organization", "acronym"),
        ("VOSKRAM ELECTRONICS NV", "VOSKRAMM ELECTRONICS", "Organization", "spelling"),
        ("GREYLING ELECTRONICS", "GRYELING ELECTRONIC", "Organization", "spelling"),
        ("NORDFJELL DUNE", "DUNENORDFJELL", "Organization", "spelling"),
        ("UN", "United Nations", "Organization", "place-name"),
        ("Ar Raqqah", "Raqqa", "Place", "spelling"),
        ("Viet-Nam", "Vietnam", "Place", "place-name"),
        ("U.S.", "United States of America", "Place", "place-name"),
        ("Bergen, Norway", "Bergen", "Place", "place-name"),
        ("Deir ez-Zor", "Dayr az Zawr", "Place", "transliteration"),
        ("The Drowned Harbour", "Drowned Harbour", "Work", "article"),
        ("The Drowned Harbour: A Memoir", "The Drowned Harbour", "Work", "subtitle"),
    ],
)
def test_one_name_in_other_words(one: str, other: str, kind: str, rule: str) -> None:
    found = compare(one, other, kind)
    assert (found.rule, found.conflict) == (rule, None)
    assert found.score > JOINS
    assert set(block_keys(one, kind)) & set(block_keys(other, kind))


@pytest.mark.parametrize(
    ("one", "other", "kind", "conflict"),
    [
        ("Anna Berg", "Anders Berg", "Person", "first names"),
        ("Anna Berg", "Anna Dahl", "Person", "last names"),
        ("Martin Berg", "Martina Berg", "Person", "first names"),
        ("Anna M. Berg", "Anna P. Berg", "Person", "middle names"),
        ("A. Berg", "Lars Berg", "Person", "first names"),
        ("Bob Smith", "John B. Smith", "Person", "first names"),
        ("Anna Berg", "Maria A. Berg", "Person", "first names"),
        ("Tom Hill", "Hill, James T.", "Person", "first names"),
        ("Lars Berg Jr.", "Lars Berg Sr.", "Person", "suffix"),
        ("Mr. Berg", "Mrs. Berg", "Person", "gender"),
        ("Halden Energy", "Halden", "Organization", "part of a group"),
        ("Halden Holdings", "Halden Research", "Organization", "part of a group"),
        ("4th Halden Rifles", "5th Halden Rifles", "Organization", "numbers"),
        ("Bergen, Norway", "Bergen, Texas", "Place", "different surroundings"),
        ("Expedition 11", "Expedition 12", "Event", "numbers"),
    ],
)
def test_what_forbids_a_merge_is_said(one: str, other: str, kind: str, conflict: str) -> None:
    assert compare(one, other, kind) == Comparison(0.0, "different", conflict)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Norlund Press", "Norsund Press", "Organization"),
        ("Halden Electric", "Halden Chemical", "Organization"),
        ("Free Halden Army", "Halden Army", "Organization"),
        ("Bank of Norway", "Bank of Sweden", "Organization"),
        ("Government of Norway", "Swedish Government", "Organization"),
        ("Royal Danish Rescue Service", "Royal Rescue Service", "Organization"),
        ("Halden Norge", "Halden Sverige", "Organization"),
        ("University of Oslo", "Oslo University Hospital", "Organization"),
        ("Lake Mjosa", "Mjosa", "Place"),
        ("Karlsberg", "Karlsborg", "Place"),
        ("The Drowned Harbour", "The Drowned Island", "Work"),
        ("bo@harbour.example", "bo@harbor.example", "Person"),
        ("anna.berg@x.example", "Anna Berg", "Person"),
    ],
)
def test_likeness_alone_joins_nothing(one: str, other: str, kind: str) -> None:
    assert compare(one, other, kind).score == 0.0


@pytest.mark.parametrize(
    ("one", "other"), [("Berg", "Anna Berg"), ("Anna", "Anna Berg"), ("Anna Berg", "Anna Berg Dahl")]
)
def test_a_part_of_a_name_is_never_sure(one: str, other: str) -> None:
    assert 0.0 < compare(one, other, "Person").score <= 0.5


@pytest.mark.parametrize(
    ("name", "first", "last", "suffix", "gender"),
    [
        ("Votel, Joseph L.", ("joseph", "l"), "votel", None, None),
        ("Mrs. Ines de la Croix", ("ines",), "croix", None, "f"),
        ("Lars Berg, Jr.", ("lars",), "berg", "jr", None),
        ("Dr Berg", (), "berg", None, None),
    ],
)
def test_a_persons_name_has_parts(
    name: str, first: tuple[str, ...], last: str, suffix: str | None, gender: str | None
) -> None:
    found = person_name(name)
    assert (found.first, found.last, found.suffix, found.gender) == (first, last, suffix, gender)
