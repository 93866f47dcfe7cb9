"""One ranking of the candidates, each with why it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.query.retrieval.candidates import candidate_features

if TYPE_CHECKING:
    from pipeline.query.retrieval.gather import Edge, Gathered
    from pipeline.query.retrieval.model import RankingModel
    from pipeline.query.retrieval.walk import Passage

SHOWN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage, how likely the question needs it (0 to 1), and how it was found."""

    passage: Passage
    score: float
    reason: str


def rank(found: Gathered, model: RankingModel, limit: int) -> tuple[Ranked, ...]:
    """The `limit` best passages, one of each document, best first; equal scores in the order of their documents."""
    features = candidate_features(found)
    scores = model.candidates(list(features.values()))
    order = sorted(zip(features, scores, strict=True), key=lambda each: (-round(each[1], SHOWN_DIGITS), each[0]))
    best = _best_edges(found)
    matching = {passage.document: passage for passage in reversed(found.matching)}
    return tuple(
        Ranked(
            matching.get(document, found.passages[document]),
            round(score, SHOWN_DIGITS),
            _reason(found, document, best.get(document)),
        )
        for document, score in order[:limit]
    )


def _best_edges(found: Gathered) -> dict[str, Edge]:
    best: dict[str, Edge] = {}
    for edge in found.edges:
        former = best.get(edge.target.document)
        if former is None or edge.score > former.score:
            best[edge.target.document] = edge
    return best


def _reason(found: Gathered, document: str, edge: Edge | None) -> str:
    if document in found.linked:
        link, _ = found.linked[document]
        first, end = link.span
        words = found.asked.text.words
        return f"the question names it: {found.asked.text.text[words[first].start : words[end - 1].end]!r}"
    if edge is not None:
        source = edge.mention.passage
        return f"named as {edge.mention.link.title!r} in {source.title or source.path!r}"
    return "its words match"
