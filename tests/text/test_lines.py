"""Wrapped lines: a sentence that only the width of a page broke is one sentence, and nothing else is joined."""

from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.lines import unwrap

PARAGRAPH = (
    "In the winter of 1931 the engineer Anna Berg left the harbour works at Oslo for good, and the Norvik Instrument "
    "Company of New Bergen took her on as the head of its office for bridges. Two years later Erik Lund, a pupil of "
    "hers, followed; both of them signed the drawings of the Varde Bridge, which the town council of Kelport paid."
)
LIST = "\n".join(
    f"{name}, Director of the Office of Works at {name[0]}olm" for name in ("Anna Berg", "Bo Li", "Carl Eek")
)
APART = [
    LIST,
    "Friends:\napples\npears",
    "Anna Berg\n12 Harbour Street\nOslo",
    "The heading of the part of the report that follows\n\nand a line that begins in lower case, after a blank line",
    "- the first item of a list that fills nearly the line\n- the second item, which begins with a sign of its own",
    "1. the first item of a list that fills nearly the line\n2. the second item, which begins with a number of its own",
    "> what somebody else wrote in a mail before this one,\n> which goes on over the end of a line of the quotation",
    "Anna Berg of the harbour works      1931      Oslo\nerik lund of the harbour works      1932      Bergen",
    "x" * 130 + " is a paragraph and not a line.\nso is the one after it, although it begins in lower case.",
]


@pytest.mark.parametrize("width", [45, 60, 72, 79, 100])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_wrapped_paragraph_is_the_paragraph(width: int, end: str) -> None:
    lines = textwrap.wrap(PARAGRAPH, width)
    assert unwrap(end.join(lines)) == (" " * len(end)).join(lines)


@pytest.mark.parametrize("text", APART)
def test_lines_that_stand_for_themselves_stay_apart(text: str) -> None:
    assert unwrap(text) == text


def test_a_heading_and_a_list_beside_wrapped_paragraphs_stay_apart() -> None:
    wrapped = textwrap.fill(PARAGRAPH, 72)
    text = f"The Works at Oslo\n{wrapped}\n\n{LIST}\n\n{wrapped}\n"
    assert unwrap(text) == text.replace(wrapped, PARAGRAPH)


@given(st.text(st.sampled_from("aB .,\n\r\t-1>é"), max_size=400))
def test_only_line_ends_become_spaces_and_every_offset_stays(text: str) -> None:
    unwrapped = unwrap(text)
    assert len(unwrapped) == len(text)
    for before, after in zip(text, unwrapped, strict=True):
        assert before == after or (before in "\r\n" and after == " ")


def test_a_long_text_takes_linear_time() -> None:
    text = textwrap.fill(PARAGRAPH, 60) + "\n\n"
    began = time.process_time()
    unwrap(text * 200)
    once = time.process_time() - began
    began = time.process_time()
    unwrap(text * 2_000)
    assert time.process_time() - began < 40 * once + 0.1
