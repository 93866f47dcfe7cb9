"""Segmentation: chunks partition the text, stay inside their bound, and break where a reader would."""

from __future__ import annotations

import re
import time
from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_schema.models import Document
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import borders, segment

# Mostly what borders are made of, so that they meet in every order.
pieces = ["Anna", "left.", "Mr.", "J.", "he", "«So", "no!", "\n", "\n\n", " ", "  ", "\t", "。", "é", "e\u0301"]
prose = st.lists(st.sampled_from(pieces), max_size=60).map("".join)
limits = st.integers(1, 40)


def raw(text: str) -> RawDocument:
    document = Document(
        source="s",
        path="a.txt",
        record=None,
        title=None,
        date=None,
        media_type="text/plain",
        content_hash="0",
        length=len(text),
    )
    return RawDocument(document, text, ())


def cut(text: str, limit: int) -> list[str]:
    return [chunk.text for chunk in segment(raw(text), max_chunk_chars=limit)]


@given(prose | st.text(max_size=200), limits)
@example("\n\n" * 20, 3)
@example("a" + " " * 50 + "b", 7)
def test_chunks_partition_the_text_and_none_is_empty_or_over_the_limit(text: str, limit: int) -> None:
    chunks = segment(raw(text), max_chunk_chars=limit)
    assert "".join(chunk.text for chunk in chunks) == text
    assert [chunk.start for chunk in chunks] == [0, *(chunk.end for chunk in chunks)][: len(chunks)]
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert all(1 <= len(chunk.text) <= limit for chunk in chunks)


@given(prose, limits)
@example("Anna left  he", 10)
def test_a_chunk_begins_with_white_space_only_where_none_fits_behind_the_one_word_before(text: str, limit: int) -> None:
    chunks = cut(text, limit)
    for earlier, later in pairwise(chunks):
        assert not later[0].isspace() or (len(earlier) == limit and len(earlier.split()) <= 1)


@given(prose, limits)
def test_a_word_is_split_only_when_it_is_over_the_limit(text: str, limit: int) -> None:
    start = 0
    for end in list(borders(text, limit))[:-1]:
        inside = not text[end - 1].isspace() and not text[end].isspace() and text[end - 1] not in "。！？”’」』）"
        assert not inside or len(text[start:end].split()) == 1
        start = end


@given(prose, limits)
def test_a_chunk_takes_every_paragraph_that_fits(text: str, limit: int) -> None:
    paragraph_ends = [match.end() for match in re.finditer(r"\n[^\S\n]*\n\s*", text)]
    for chunk in segment(raw(text), max_chunk_chars=limit):
        assert not any(chunk.end < end <= chunk.start + limit for end in paragraph_ends)


@given(
    st.lists(st.sampled_from(["a", "e\u0301", "o\u0327\u0301", "\U0001f469\U0001f3fd", "\U0001f469\u200d\U0001f467"]))
)
def test_no_border_falls_within_a_character_and_its_marks(characters: list[str]) -> None:
    allowed = set(accumulate(map(len, characters)))
    assert allowed.issuperset(borders("".join(characters), 4))


def test_a_text_within_the_limit_is_one_chunk_however_it_is_written() -> None:
    assert cut("A.\n\nB.\n\n", 8) == ["A.\n\nB.\n\n"]


def test_paragraphs_are_packed_up_to_the_limit_and_not_split() -> None:
    text = "First one.\n\nSecond. It is here.\n\nThird is short.\n"
    assert cut(text, 34) == ["First one.\n\nSecond. It is here.\n\n", "Third is short.\n"]
    assert cut(text, 31) == ["First one.\n\n", "Second. It is here.\n\n", "Third is short.\n"]


def test_a_blank_line_may_hold_spaces_and_all_of_them_end_the_earlier_chunk() -> None:
    assert cut("One two.\n \t\n\n  Three four five.", 20) == ["One two.\n \t\n\n  ", "Three four five."]


def test_a_long_paragraph_is_split_at_a_sentence_that_ends_a_line() -> None:
    text = "It rained. He left at noon.\nShe came. Later they met again at the quay.\n"
    assert cut(text, 40)[0] == "It rained. He left at noon.\n"


def test_a_long_line_is_split_at_the_last_sentence_that_fits() -> None:
    text = "It rained. He left at noon. She came later than he had hoped."
    assert cut(text, 40) == ["It rained. He left at noon. ", "She came later than he had hoped."]


def test_a_sentence_whose_white_space_does_not_fit_is_left_to_the_next_chunk() -> None:
    assert cut("It rained. He left.  And so on", 20) == ["It rained. ", "He left.  And so on"]


@pytest.mark.parametrize("word", ["Mr.", "J.", "U.S.", "St.", "J.R.R.", "(Dr."])
def test_an_abbreviation_or_initial_ends_no_sentence(word: str) -> None:
    text = f"He came. They met {word} Lindqvist of Varnholm there"
    assert cut(text, 36)[0] == "He came. "


def test_a_small_letter_begins_no_sentence() -> None:
    assert cut("One ended. Two costs incl. three or 4 pounds", 35)[0] == "One ended. "


def test_lines_without_sentences_are_split_at_line_ends() -> None:
    assert cut("red apples\ngreen pears\nblue plums\n", 28) == ["red apples\ngreen pears\n", "blue plums\n"]


def test_words_without_sentences_are_split_at_white_space() -> None:
    assert cut("red green blue yellow", 10) == ["red green ", "blue ", "yellow"]


def test_a_word_longer_than_the_limit_is_cut_and_nothing_lost() -> None:
    assert cut("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert cut("abce\u0301fgh", 4) == ["abc", "e\u0301fg", "h"]


def test_sentences_without_spaces_between_are_split_behind_their_full_stop() -> None:
    assert cut("港は開いた。船が来た。", 8) == ["港は開いた。", "船が来た。"]


def test_an_empty_text_has_no_chunk() -> None:
    assert cut("", 10) == []


@pytest.mark.parametrize("unit", ["x", " ", "\n", "\n ", "A. ", '."', "word ", "A b.\n", "(", "e\u0301", "。"])
def test_ten_times_the_line_takes_about_ten_times_as_long(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begin = time.process_time()
        assert sum(1 for _ in borders(text, 1500)) >= length // 1500
        return time.process_time() - begin

    short = min(seconds(100_000) for _ in range(3))
    assert seconds(1_000_000) < 40 * short + 0.05
