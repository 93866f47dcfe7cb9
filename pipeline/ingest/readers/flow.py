"""Marked-up text flowing into plain text: words, lines, paragraphs, cells."""

from __future__ import annotations

from typing import Literal

Gap = Literal["none", "space", "cell", "line", "paragraph"]
_RANK: dict[Gap, int] = {"none": 0, "space": 1, "cell": 2, "line": 3, "paragraph": 4}
_GAPS: dict[Gap, str] = {"none": "", "space": " ", "cell": " | ", "line": "\n", "paragraph": "\n\n"}


class Flow:
    """Collects text and the gaps between; of several gaps in a row the widest counts, none at either end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._gap: Gap = "none"

    def gap(self, gap: Gap) -> None:
        """What comes next stands at least `gap` away from what came before."""
        if _RANK[gap] > _RANK[self._gap]:
            self._gap = gap

    def text(self, text: str) -> None:
        """Append `text` with its white space collapsed to single spaces."""
        words = text.split()
        if text[:1].isspace():
            self.gap("space")
        if words:
            self.verbatim(" ".join(words))
            if text[-1].isspace():
                self.gap("space")

    def verbatim(self, text: str) -> None:
        """Append `text` as it is."""
        if self._parts:
            self._parts.append(_GAPS[self._gap])
        self._parts.append(text)
        self._gap = "none"

    def __str__(self) -> str:
        return "".join(self._parts)
