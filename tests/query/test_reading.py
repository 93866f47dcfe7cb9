"""Reading: what the opening of a text about something says of a relation, and where."""

from __future__ import annotations

import pytest

from pipeline.query.family import gender_of
from pipeline.query.lifetimes import normal_date, told
from pipeline.query.names import name_at, names_at
from pipeline.query.reading import read
from pipeline.text.countries import country_of, country_words

FILM = (
    "Winter Harbour is a 1951 Norwegian drama film written and directed by Solveig Ness, starring Karl Moe and Ida "
    "Vik. The music was composed by Jon R. Hauge."
)
PERSON = (
    "Solveig Ness (born Solveig Moe; 3 May 1910 in Tromsø, Norway – 4 June 1980) was a Norwegian film director. She "
    "was the daughter of Gustav Moe and Ebba Stone. In 1935 she married Erik Ness, 2nd Earl of Voss."
)


def said(relation: str, text: str) -> list[str]:
    return [each.text for each in read(relation, text)]


@pytest.mark.parametrize(
    ("relation", "text", "expected"),
    [
        ("director", FILM, ["Solveig Ness"]),
        ("composer", FILM, ["Jon R. Hauge"]),
        ("release", FILM, ["1951"]),
        ("country", FILM, ["Norwegian"]),
        ("birth", PERSON, ["3 May 1910"]),
        ("birthplace", PERSON, ["Tromsø, Norway"]),
        ("death", PERSON, ["4 June 1980"]),
        ("nationality", PERSON, ["Norwegian"]),
        ("father", PERSON, ["Gustav Moe"]),
        ("mother", PERSON, ["Ebba Stone"]),
        ("spouse", PERSON, ["Erik Ness, 2nd Earl of Voss"]),
        (
            "performer",
            '"Low Tide" is a song by American rapper and singer Ana Bay and the band Reef.',
            ["Ana Bay", "Reef"],
        ),
        ("country", "Vik is a village in the Sogn district, Norway, near the border with Sweden.", ["Norway"]),
        ("nationality", "Ida Vik (1900 - 1980) was a Swedish-born American painter.", ["American"]),
        ("mother", "Ida Vik (1900 - 1980) was a painter. Her mother was Queen Anna of Voss.", ["Queen Anna of Voss"]),
        ("cause", "Ida Vik (1900 - 1980) was a painter. She died of pneumonia in Oslo.", ["pneumonia"]),
    ],
)
def test_what_a_text_says_of_its_thing_is_read(relation: str, text: str, expected: list[str]) -> None:
    assert said(relation, text) == expected


def test_what_was_read_stands_at_its_characters_in_its_sentence() -> None:
    for relation, text in (("director", FILM), ("composer", FILM), ("birth", PERSON), ("mother", PERSON)):
        (found,) = read(relation, text)
        assert text[found.start : found.end] == found.text
        assert found.text in text[found.quote_start : found.quote_end]
        assert text[found.quote_start : found.quote_end].endswith(".")


@pytest.mark.parametrize(
    ("relation", "text"),
    [
        ("director", "Winter Harbour is a 1951 film. It is a remake of Red Meadow directed by Karl Lindahl."),
        ("spouse", "Ida Vik was a painter, the daughter of King Olav and his wife Anna Dahl."),
        ("birthplace", "Ida Vik was a painter. Her father was born in Bergen."),
        ("mother", "Ida Vik was a painter. She lived in Oslo."),
    ],
)
def test_what_is_said_of_another_is_not_read(relation: str, text: str) -> None:
    assert said(relation, text) == []


@pytest.mark.parametrize(
    ("text", "born", "died"),
    [
        ("A B (12 June 1967 – 1 May 2000) was", "1967-06-12", "2000-05-01"),
        ("A B( born 12 June 1967) is", "1967-06-12", None),
        ("A B (c. 1120 – after 1160) was", "1120", "1160"),
        ("A B (died 538) was", None, "0538"),
        ("A B was born on May 4, 1901. He died in 1950 in Oslo.", "1901-05-04", "1950"),
        ("A B was a king.", None, None),
    ],
)
def test_a_life_is_read_from_brackets_or_sentences(text: str, born: str | None, died: str | None) -> None:
    found = [told(relation, text) for relation in ("birth", "death")]
    assert [each.normalised if each else None for each in found] == [born, died]


def test_an_early_year_has_four_figures() -> None:
    assert (normal_date("20 March 851"), normal_date("538"), normal_date("no date")) == ("0851-03-20", "0538", None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jon R. Hauge wrote it", "Jon R. Hauge"),
        ("John Wallop, 2nd Earl of Portsmouth and his wife", "John Wallop, 2nd Earl of Portsmouth"),
        ("Prince Arthur, Duke of Connaught and Strathearn. He", "Prince Arthur, Duke of Connaught and Strathearn"),
        ("Odo III, Duke of Burgundy and Alice de Vergy", "Odo III, Duke of Burgundy"),
        ("Ludwig van Beek's son", "Ludwig van Beek"),
        ("Karl Moe in Oslo", "Karl Moe"),
    ],
)
def test_a_name_ends_where_it_ends(text: str, name: str) -> None:
    found = name_at(text, 0)
    assert found is not None
    assert found.text == name


def test_lower_case_words_begin_no_name_and_a_list_ends_before_what_follows() -> None:
    assert name_at("the house", 0) is None
    assert [each.text for each in names_at("Anna Dahl, Karl Moe and Ida Vik, starring Jon Hauge", 0)] == [
        "Anna Dahl",
        "Karl Moe",
        "Ida Vik",
    ]


def test_a_name_has_its_shorter_forms() -> None:
    found = name_at("King Olav V, Duke of Voss", 0)
    assert found is not None
    assert found.forms == ("King Olav V, Duke of Voss", "King Olav V", "Olav V, Duke of Voss", "Olav V")


def test_a_text_tells_a_man_from_a_woman() -> None:
    assert (gender_of("She was a painter."), gender_of("He sailed."), gender_of("A ship.")) == ("f", "m", None)


def test_countries_are_found_by_name_and_adjective_with_their_capital() -> None:
    found = [(each.text, each.country, each.form) for each in country_words("A Welsh poet in Texas; polish it.")]
    assert found == [("Welsh", "United Kingdom", "adjective"), ("Texas", "United States", "name")]
    assert (country_of("South Korean"), country_of("South")) == ("South Korea", None)
