"""The size of a text in tokens: an estimate that budgets can rely on, so it adds up and never shrinks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.tokens import count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        (" \n\t", 0),
        ("a", 1),
        ("word", 1),
        ("words", 2),
        ("Well, no.", 4),
        ("…!?", 4),
        ("日本", 3),
        ("1962", 1),
        ("a" * 400, 100),
    ],
)
def test_words_count_by_begun_four_characters_and_others_by_their_bytes(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


@given(st.text(), st.text())
def test_a_longer_text_never_counts_less(text: str, more: str) -> None:
    assert count_tokens(text + more) >= max(count_tokens(text), count_tokens(more))


@given(st.text(), st.text())
def test_parts_never_count_less_than_their_whole_and_lines_add_up(one: str, other: str) -> None:
    assert count_tokens(one + other) <= count_tokens(one) + count_tokens(other)
    assert count_tokens(f"{one}\n{other}") == count_tokens(one) + count_tokens(other)
