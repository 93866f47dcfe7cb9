"""What `Groundplan.retrieve` gives: passages in order, each with its characters and with why it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.query.citation import Citation
from pipeline.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.contracts import StepRecord
    from pipeline.query.retrieval.rank import Ranked

SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage as characters of its document, how likely the question needs it (0 to 1), and how it was found."""

    citation: Citation
    score: float
    reason: str

    def __str__(self) -> str:
        text = " ".join(self.citation.quote.split())
        shown = text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"
        return f"{self.score:.2f}  {self.citation.place}  {self.citation.title or ''}\n    {shown}\n    {self.reason}"


@dataclass(frozen=True, slots=True)
class Retrieval(Tabular):
    """The passages that a question needs, the likeliest first, one of each document, and what finding them took."""

    question: str
    passages: tuple[RetrievedPassage, ...]
    steps: tuple[StepRecord, ...]

    def __iter__(self) -> Iterator[RetrievedPassage]:
        return iter(self.passages)

    def __len__(self) -> int:
        return len(self.passages)

    def __str__(self) -> str:
        return "\n".join(map(str, self.passages)) or "No passage matches."

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "question": self.question,
            "passages": self.to_rows(),
            "steps": [record.as_json() for record in self.steps],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a passage, with its characters."""
        kept = ("source", "path", "record", "title", "start", "end", "quote")
        return [
            {"rank": rank, "score": each.score, "reason": each.reason}
            | {name: getattr(each.citation, name) for name in kept}
            for rank, each in enumerate(self.passages, 1)
        ]


def as_retrieved(ranked: Ranked) -> RetrievedPassage:
    """A ranked passage as a citation of all of it."""
    passage = ranked.passage
    citation = Citation(
        source=passage.source,
        path=passage.path,
        record=passage.record,
        title=passage.title,
        start=passage.start,
        end=passage.start + len(passage.text),
        quote=passage.text,
    )
    return RetrievedPassage(citation, ranked.score, ranked.reason)
