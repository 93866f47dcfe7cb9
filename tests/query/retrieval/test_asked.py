"""What a question leaves to ask once a part of it is answered."""

from __future__ import annotations

import pytest

from pipeline.query.retrieval.asked import Asked, asked
from pipeline.settings import Settings
from pipeline.text import nlp


@pytest.fixture(scope="module")
def ask() -> Asked:
    return asked("Who is the mother of the director of Silent Harbour?", nlp.load(Settings().model))


def span(question: Asked, name: str) -> tuple[int, int]:
    words = [word.text for word in question.text.words]
    first = words.index(name.split()[0])
    return first, first + len(name.split())


def test_the_phrases_around_a_name_go_from_the_innermost_out(ask: Asked) -> None:
    text = ask.text.text
    phrases = [text[first:end] for first, end in ask.phrases(span(ask, "silent harbour"))]
    assert phrases[0] == "the director of Silent Harbour"
    assert phrases[1:] in ([], ["the mother of the director of Silent Harbour"])


def test_an_answered_phrase_gives_way_to_its_answer(ask: Asked) -> None:
    before, after, phrase = ask.around(span(ask, "silent harbour"), 1)
    assert phrase
    assert f"{before}Anna Berg{after}" == "Who is the mother of Anna Berg?"


def test_without_a_phrase_the_words_of_the_question_stay(ask: Asked) -> None:
    before, after, phrase = ask.around(None, 1)
    assert not phrase
    assert (before, after.split()) == ("", ["mother", "director", "Silent", "Harbour"])


def test_the_nearer_a_word_stands_to_a_name_the_smaller_its_distance(ask: Asked) -> None:
    words = [word.text for word in ask.text.words]
    steps = ask.distances(span(ask, "silent harbour"))
    assert steps[words.index("director")] < steps[words.index("mother")]


def test_a_name_is_a_run_of_capitals_and_the_question_word_is_none(ask: Asked) -> None:
    assert ask.names == (span(ask, "silent harbour"),)


def test_a_question_in_lower_case_is_known_as_such() -> None:
    assert asked("who directed silent harbour", nlp.load(Settings().model)).lowered
