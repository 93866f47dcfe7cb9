"""Scope: which documents a question is about: all, or those of a source, a folder, a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipeline.errors import UsageError

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The documents of `source` whose path begins with `path`, and that are dated from `since` to `until`, both
    included; what is `None` does not narrow it. Dates are ISO 8601, also cut to month or year. A document dated by its
    year alone counts as of its first day; one without a date is outside of every time.

    Raises `UsageError` for what is no date, a time that ends before it begins, and a path without its source.
    """

    source: str | None = None
    path: str | None = None
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        for name, given in (("since", self.since), ("until", self.until)):
            if given is not None and DATE.fullmatch(given) is None:
                raise UsageError(
                    f"the scope's {name!r} is {given!r}, which is no date.", "Give 2024-05-31, 2024-05 or 2024."
                )
        if self.since is not None and self.until is not None and self.until < self.since[: len(self.until)]:
            raise UsageError(
                f"the scope ends ({self.until!r}) before it begins ({self.since!r}).", "Give the earlier date first."
            )
        if self.path is not None and self.source is None:
            raise UsageError(
                f"the scope has the path {self.path!r} and no source.", "Paths are those within a source: name it too."
            )

    @property
    def is_all(self) -> bool:
        """Whether every document is in it."""
        return self == EVERYTHING

    @property
    def parameter(self) -> dict[str, str | None] | None:
        """What the statements take; `None` for every document."""
        if self.is_all:
            return None
        since = self.since
        while since is not None and since.endswith("-01"):  # the first day of a year is as late as the year itself
            since = since.removesuffix("-01")
        return {"source": self.source, "path": self.path or "", "since": since, "until": self.until}

    def as_json(self) -> dict[str, Any]:
        """Field by field."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        parts = [
            f"of {self.source}{'/' + self.path if self.path else ''}" if self.source else "",
            f"from {self.since}" if self.since else "",
            f"until {self.until}" if self.until else "",
        ]
        return " ".join(part for part in parts if part)


EVERYTHING = Scope()
