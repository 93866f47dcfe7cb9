"""Titles: what a document can be called."""

from __future__ import annotations

import pytest

from pipeline.text.titles import subject_of, title_key, titles_of


def test_a_title_is_also_what_stands_before_its_brackets_and_its_comma() -> None:
    assert titles_of("Varde, Denmark (town)", "") == {"varde denmark town": 1.0, "varde denmark": 0.95, "varde": 0.6}


def test_the_subject_of_the_first_sentence_names_a_document_without_a_title() -> None:
    assert titles_of(None, "Anna Berg (born 1950) is a chemist.") == {"anna berg": 0.85}


@pytest.mark.parametrize(
    "text", ["In 1962 the mill burned.", "nothing here is a name.", "She was born in Varde.", "", "The end"]
)
def test_an_opening_without_a_name_gives_none(text: str) -> None:
    assert subject_of(text) is None


def test_another_name_counts_less_and_one_word_of_it_least() -> None:
    found = titles_of("Anna Berg", "", ["Anna Maria Berg", "Berg"])
    assert found == {"anna berg": 1.0, "anna maria berg": 0.7, "berg": 0.4}


def test_two_spellings_of_a_title_share_a_key() -> None:
    assert title_key("The Émigrés’") == title_key("the emigres")


def test_a_sentence_is_no_title() -> None:
    assert titles_of("one two three four five six seven eight nine ten eleven twelve thirteen", "") == {}
