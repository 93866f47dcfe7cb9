"""Values as people write them."""

from __future__ import annotations

import calendar


def spoken(value: str, value_type: str | None) -> str:
    """A normalised value as people write it: dates with the month's name, amounts as they are."""
    if value_type != "date":
        return value
    if "/" in value:
        return " to ".join(spoken(end, value_type) for end in value.split("/"))
    year, *rest = value.split("-")
    if not rest:
        return year.lstrip("0")
    month = calendar.month_name[int(rest[0])]
    return f"{month} {year.lstrip('0')}" if len(rest) == 1 else f"{int(rest[1])} {month} {year.lstrip('0')}"
