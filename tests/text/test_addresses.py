"""Address lists: names and addresses at their characters, whatever the list looks like."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.addresses import addresses, unquoted, written


def entries(text: str) -> list[tuple[str | None, str | None]]:
    return [
        tuple(None if span is None else text[slice(*span)] for span in (each.name, each.address))  # type: ignore[misc]
        for each in addresses(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Berg <anna@x.example>", [("Anna Berg", "anna@x.example")]),
        ('"Berg, Anna" <anna@x.example>, bo@x.example', [("Berg, Anna", "anna@x.example"), (None, "bo@x.example")]),
        ("'Anna Berg' <anna@x.example>", [("Anna Berg", "anna@x.example")]),
        ("<anna@x.example>", [(None, "anna@x.example")]),
        ("anna@x.example (Anna Berg)", [("Anna Berg", "anna@x.example")]),
        ("Anna Berg", [("Anna Berg", None)]),
        ("Friends: Anna <anna@x.example>, bo@x.example; carl@x.example",
         [("Anna", "anna@x.example"), (None, "bo@x.example"), (None, "carl@x.example")]),
        ("undisclosed-recipients:;", []),
        ("Anna Berg (Museum) <anna@x.example>", [("Anna Berg (Museum)", "anna@x.example")]),
        ("anna@x.example <anna@x.example>", [("anna@x.example", "anna@x.example")]),
        ("=?utf-8?Q?Berg,_Anna?= <anna@x.example>", [("=?utf-8?Q?Berg,_Anna?=", "anna@x.example")]),
        ('"Anna <anna@x.example>', [('"Anna', "anna@x.example")]),
        (", ,; <> ()", []),
        ("Anna < >, < >", [("Anna", None)]),
        ("", []),
    ],
)  # fmt: skip
def test_an_entry_has_a_name_an_address_or_both(text: str, expected: list[tuple[str | None, str | None]]) -> None:
    assert entries(text) == expected


@given(st.text('ab ,;:<>()"\\@=?q', max_size=60))
def test_spans_lie_in_the_text_in_order_and_hold_something(text: str) -> None:
    for each in addresses(text):
        for span in (each.name, each.address):
            assert span is None or text[slice(*span)].strip()
        assert each.name or each.address


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30))
def test_what_is_written_is_taken_apart_again(given_name: str) -> None:
    name = " ".join(given_name.split()).strip("\"' ")
    (each,) = addresses(text := written(name, "anna@x.example"))
    assert each.address is not None
    assert text[slice(*each.address)] == "anna@x.example"
    found = "" if each.name is None else text[slice(*each.name)]
    assert [part for part in found if part.isalnum()] == [part for part in name if part.isalnum()]


def test_a_name_between_quotation_marks_loses_its_escapes() -> None:
    assert unquoted('Anna \\"Ann\\" Berg') == 'Anna "Ann" Berg'


@pytest.mark.parametrize("piece", ['"', "(", "<", "=?", ",", "a<b", '\\"', "=?a?q?", "@", ": "])
def test_time_is_linear_whatever_is_repeated(piece: str) -> None:
    started = time.perf_counter()
    list(addresses(piece * (200_000 // len(piece))))
    assert time.perf_counter() - started < 3
