"""Answers: values as people write them."""

from __future__ import annotations

import pytest

from pipeline.query.dates import spoken


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1931-05-03", "3 May 1931"),
        ("1931-05", "May 1931"),
        ("1950/1959", "1950 to 1959"),
        ("1998-05/1999-06-03", "May 1998 to 3 June 1999"),
    ],
)
def test_a_date_is_said_with_its_month_and_a_stretch_with_both_ends(value: str, said: str) -> None:
    assert spoken(value, "date") == said
