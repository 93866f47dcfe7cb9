"""Text in capitals: small letters but for names, at the same places, and all other text as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.tagger import default_tagger
from pipeline.text.truecase import Dictionary, Truecaser

NLP = nlp.load(Settings().model)
TRUECASE = Truecaser(default_tagger().lexicon, Dictionary.of(NLP))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ROBERT AMES WAS BORN IN LONDON.", "Robert Ames was born in London."),
        ("THE HALDEN MUSEUM OPENED ON MONDAY.", "The Halden Museum opened on Monday."),
        (
            "HE SAID SO. SHE MAY LEAVE BERGEN IN MAY OR MAY 1931.",
            "He said so. She may leave Bergen in May or May 1931.",
        ),
        ("A NOTE BY J. D. HOLM, A CLERK OF THE BBC", "A note by J. D. Holm, a clerk of the BBC"),
        ("THE MACHINE'S OLD DRAWINGS\nwere sold in 1931.", "The machine's old drawings\nwere sold in 1931."),
        ("WHAT CHANGED: THE COUNCILS MET FAMILIES", "What changed: the councils met families"),
    ],
)
def test_words_get_small_letters_and_names_a_capital(text: str, expected: str) -> None:
    assert TRUECASE(text) == expected


@pytest.mark.parametrize(
    "text",
    ["NATO met.", "MEMO", "THE END", "The BBC and IBM met NATO in OSLO.", "Anna Berg (KELPORT) wrote.", "", "1931"],
)
def test_what_is_not_in_capitals_is_left_as_it_is(text: str) -> None:
    assert TRUECASE(text) == text


@given(st.text(st.sampled_from("ABCIÉİẞa b.'’\n-1"), max_size=200))
def test_no_offset_moves_and_only_the_case_changes(text: str) -> None:
    cased = TRUECASE(text)
    assert len(cased) == len(text)
    assert all(one == other or one.lower() == other for one, other in zip(text, cased, strict=True))


def test_without_a_dictionary_every_word_that_may_be_a_name_is_one() -> None:
    bare = Truecaser(default_tagger().lexicon, Dictionary({}, {}, {}))
    assert bare("ROBERT AMES WAS BORN IN LONDON.") == "Robert Ames was Born in London."
