"""Scope: what it narrows, and what is no scope."""

from __future__ import annotations

import pytest

from pipeline.errors import UsageError
from pipeline.query.scope import EVERYTHING, Scope


def test_the_scope_of_everything_takes_no_parameter() -> None:
    assert Scope().is_all
    assert Scope() == EVERYTHING
    assert EVERYTHING.parameter is None


def test_a_narrow_scope_is_what_the_statements_take() -> None:
    scope = Scope(source="letters", path="1974/", since="1970", until="1974-06-30")
    assert scope.parameter == {"source": "letters", "path": "1974/", "since": "1970", "until": "1974-06-30"}
    assert str(scope) == "of letters/1974/ from 1970 until 1974-06-30"


@pytest.mark.parametrize(("since", "key"), [("1970-01-01", "1970"), ("1970-03-01", "1970-03"), ("1970-01-02",) * 2])
def test_a_document_dated_by_its_year_counts_as_of_its_first_day(since: str, key: str) -> None:
    assert (Scope(since=since).parameter or {})["since"] == key


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"since": "May 1974"}, "'since' is 'May 1974', which is no date"),
        ({"until": "1974-5"}, "'until' is '1974-5', which is no date"),
        ({"since": "1975", "until": "1974-12"}, "ends .* before it begins"),
        ({"path": "1974/"}, "has the path '1974/' and no source"),
    ],
)
def test_what_is_no_scope_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Scope(**given)


def test_a_time_may_end_in_the_year_in_which_it_begins() -> None:
    assert Scope(since="1974-06", until="1974").until == "1974"
