"""Keys: what is different has different keys, whatever the parts hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.keys import KEY_BYTES, claim_key, digest, document_key, entity_key, fact_key

PART = st.none() | st.text(max_size=6) | st.integers(-99, 99)
PARTS = st.lists(PART, max_size=4)


def written(parts: list[str | int | None]) -> list[str | None]:
    """A number and its digits are one part: both are written the same."""
    return [None if part is None else str(part) for part in parts]


@given(PARTS, PARTS)
def test_two_lists_of_parts_have_one_key_only_if_they_are_equal(
    one: list[str | int | None], other: list[str | int | None]
) -> None:
    assert (digest(*one) == digest(*other)) == (written(one) == written(other))


@given(st.text(min_size=2, max_size=8), st.data())
def test_moving_the_border_between_two_parts_changes_the_key(text: str, data: st.DataObject) -> None:
    one, other = (data.draw(st.integers(0, len(text))) for _ in range(2))
    assert (digest(text[:one], text[one:]) == digest(text[:other], text[other:])) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None,), ("",)),
        ((None,), ("-;",)),
        ((None,), ("None",)),
        ((), (None,)),
        (("",), ("", "")),
        (("1:a",), ("a",)),
        (("a1:b",), ("a", "b")),
    ],
)
def test_what_looks_like_the_encoding_of_a_part_is_not_taken_for_it(
    one: tuple[str | None, ...], other: tuple[str | None, ...]
) -> None:
    assert digest(*one) != digest(*other)


@given(PARTS)
def test_a_key_is_lower_case_hex_of_a_fixed_length(parts: list[str | int | None]) -> None:
    key = digest(*parts)
    assert len(key) == 2 * KEY_BYTES
    assert set(key) <= set("0123456789abcdef")


def test_text_with_a_lone_surrogate_has_a_key_of_its_own() -> None:
    assert digest("\ud800") != digest("\ud801")


def test_a_key_is_the_same_in_every_process_and_version() -> None:
    assert digest("document", "letters", "a.txt", None) == "f6a3d8125cbf0c70edad36533d7fc5df"


def test_keys_of_different_things_never_meet() -> None:
    assert len({document_key("a", "b", "c"), fact_key("a", "b", "c"), digest("a", "b", "c")}) == 3
    assert entity_key("Person", "a") != entity_key("Place", "a")


def test_the_polarity_of_a_claim_is_part_of_its_key() -> None:
    affirmed, negated = (claim_key("d", 0, 9, "s", "FOUNDED", "o", each) for each in ("affirmed", "negated"))
    assert affirmed != negated
