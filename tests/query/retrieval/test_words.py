"""Words of passages: names, sentences, keys."""

from __future__ import annotations

import pytest

from pipeline.query.retrieval.words import key_of, name_spans, names_in, read, stem, surface


def names(text: str) -> list[str]:
    found = read(text)
    return [surface(found, *span) for span in names_in(found)]


def keys(text: str) -> set[str]:
    found = read(text)
    return {key_of(found, *span) for span in name_spans(found)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The film was directed by Anna Berg in Oslo.", ["Anna Berg", "Oslo"]),
        ("However, Karl Holm of the Bank of Norway left.", ["Karl Holm", "Bank of Norway"]),
        ("He met Anna Berg. Karl Holm left.", ["Anna Berg", "Karl Holm"]),
        ("In 1962 it rained.", []),
        ("nothing here", []),
        ("", []),
    ],
)
def test_names_of_a_passage_are_its_runs_of_capitals(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_span_that_could_be_a_title_crosses_no_end_of_a_sentence() -> None:
    assert "berg karl" not in keys("He met Anna Berg. Karl Holm left.")
    assert {"anna berg", "karl holm"} <= keys("He met Anna Berg. Karl Holm left.")


def test_an_initial_does_not_end_a_name() -> None:
    assert "j r berg" in keys("It was written by J. R. Berg of Oslo.")


def test_forms_of_a_word_share_a_stem() -> None:
    assert stem("director") == stem("directed") == stem("directors")
    assert stem("cities") == stem("city")


def test_a_possessive_ending_is_no_part_of_a_name() -> None:
    assert names("Anna Berg's mother") == ["Anna Berg"]


def test_each_word_lies_in_one_sentence() -> None:
    text = read("Anna left Oslo at 10 a.m. on Monday. Karl stayed.\n\nNobody came.")
    sentences = {text.sentence_of(number).start for number in range(len(text.words))}
    assert len(sentences) == 3
    assert all(number in text.sentence_of(number) for number in range(len(text.words)))
