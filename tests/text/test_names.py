"""Names: which surfaces normalise to one name, and which must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.names import HONORIFICS, fold, gender_of_title, in_order, is_acronym_of, normalise

KINDS = ("Person", "Organization", "Place", "Thing")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Anna   BERG ", "anna berg"),
        ("José Müller", "jose muller"),
        ("Jose\u0301 Mu\u0308ller", "jose muller"),
        ("Straße", "strasse"),
        ("Anna Berg's", "anna berg"),
        ("James’", "james"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Smith-Jones, A.", "smith jones a"),
        ("AT&T", "at&t"),
        ("Halden A/S", "halden a/s"),
        ("…", ""),
    ],
)
def test_folding_removes_case_accents_punctuation_and_possessives(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "name", ["Anna Berg", "Dr. Anna Berg", "Mrs Anna Berg", "Professor Dr Anna Berg", "ANNA BERG", "Anna Berg Jr."]
)
def test_a_person_is_one_name_under_any_honorific(name: str) -> None:
    assert normalise(name, "Person") == "anna berg"


@pytest.mark.parametrize(
    "name", ["Halden Instruments", "The Halden Instruments", "Halden Instruments Ltd.", "Halden Instruments Co. Inc."]
)
def test_an_organisation_is_one_name_under_any_legal_form(name: str) -> None:
    assert normalise(name, "Organization") == "halden instruments"


@pytest.mark.parametrize(
    ("name", "kind", "normal"),
    [
        ("General Electric", "Organization", "general electric"),
        ("Halden Ltd", "Person", "halden ltd"),
        ("Major Oak", "Place", "major oak"),
        ("The Hague", "Place", "hague"),
        ("Company", "Organization", "company"),
        ("The", "Work", "the"),
        ("Sir", "Person", "sir"),
        ("Berg Jr", "Person", "berg jr"),
    ],
)
def test_what_is_removed_depends_on_the_kind_and_never_leaves_nothing(name: str, kind: str, normal: str) -> None:
    assert normalise(name, kind) == normal


@pytest.mark.parametrize(
    ("one", "other"), [("Anna Berg", "Anders Berg"), ("Anna Berg", "Anna Berger"), ("Øst", "Vest")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert normalise(one, "Person") != normalise(other, "Person")


@given(st.text(), st.sampled_from(KINDS))
def test_a_name_that_holds_a_word_never_normalises_to_nothing(name: str, kind: str) -> None:
    normal = normalise(name, kind)
    assert bool(normal) == bool(fold(name))
    assert normal == " ".join(normal.split())


@given(st.text(st.characters(codec="ascii")), st.sampled_from(KINDS))
def test_case_and_spacing_never_matter(name: str, kind: str) -> None:
    assert normalise(name.upper(), kind) == normalise(name.lower(), kind)
    assert normalise(f"  {name.replace(' ', '   ')}", kind) == normalise(name, kind)


def test_a_title_gives_a_gender_only_where_it_says_one() -> None:
    given_by = {title: gender_of_title(f"{title.title()}. Berg") for title in ("mr", "mrs", "dr", "berg")}
    assert given_by == {"mr": "m", "mrs": "f", "dr": None, "berg": None}
    assert gender_of_title("") is None
    assert set(HONORIFICS.values()) == {"m", "f", None}


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("NATO", "North Atlantic Treaty Organization"),
        ("U.N.", "United Nations"),
        ("BMA", "Bergen Museum of Art"),
        ("SAS", "Scandinavian Airlines System"),
    ],
)
def test_an_acronym_is_the_capital_letters_of_its_words(short: str, full: str) -> None:
    assert is_acronym_of(short, full)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("NATO", "North Atlantic Treaty"),
        ("Nato", "North Atlantic Treaty Organization"),
        ("B", "Bergen"),
        ("N", "Norvik"),
        ("", ""),
        ("BM", "Bergen Museum of Art"),
        ("ABCDEFGHI", "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota"),
    ],
)
def test_what_is_no_acronym(short: str, full: str) -> None:
    assert not is_acronym_of(short, full)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Berg, Anna", "Anna Berg"),
        ("van der Berg, Anna Maria", "Anna Maria van der Berg"),
        ("Anna Berg, Jr.", "Anna Berg, Jr."),
        ("Berg,", "Berg,"),
        ("Anna Berg", "Anna Berg"),
        ("One two three four, five", "One two three four, five"),
    ],
)
def test_a_last_name_before_a_comma_goes_last(name: str, said: str) -> None:
    assert in_order(name).split() == said.split()


def test_a_person_is_the_same_whichever_name_comes_first() -> None:
    assert normalise("Berg, Dr. Anna", "Person") == normalise("Anna Berg", "Person") == "anna berg"
    assert normalise("Berg, Anna", "Organization") == "berg anna"
