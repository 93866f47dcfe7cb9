"""What is measured of a candidate document: how it is linked, the best edges that lead to it, how well it matches."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pipeline.query.retrieval.features import stems_of

if TYPE_CHECKING:
    from pipeline.query.retrieval.gather import Edge, Gathered

CANDIDATE_FEATURES = (
    "linked", "link_weight", "link_bearers", "link_words", "link_homonym", "link_first", "link_cased",
    "edge1", "edge1_top", "edge1_second", "edge1_rank", "edge1_source_linked", "edge1_sources",
    "edge2", "edge2_top", "edge2_rank", "edge_any",
    "text_rank", "text_score", "text_share", "title_share", "names_share",
    "near", "near_rank", "is_source", "source_best", "both",
    "compared", "bridged1", "bridged2", "names", "linked_spans", "edges",
)  # fmt: skip


def candidate_features(found: Gathered) -> dict[str, list[float]]:
    """Document key -> its features, in the order of `CANDIDATE_FEATURES`."""
    words = found.asked.text.words
    asked_stems = {words[number].stem for number in found.asked.content}
    name_stems = {words[number].stem for first, end in found.asked.names for number in range(first, end)} & asked_stems
    best: dict[int, dict[str, Edge]] = {1: {}, 2: {}}
    sources: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter(edge.target.document for edge in found.edges)
    gives: dict[str, float] = defaultdict(float)
    for edge in found.edges:
        document = edge.target.document
        former = best[edge.hop].get(document)
        if former is None or edge.score > former.score:
            best[edge.hop][document] = edge
        if edge.hop == 1:
            sources[document].add(edge.mention.passage.document)
        gives[edge.mention.passage.document] = max(gives[edge.mention.passage.document], edge.score)
    text_rank = {
        passage.document: (number, passage.score) for number, passage in reversed(list(enumerate(found.matching)))
    }
    top_score = max((passage.score for passage in found.matching), default=1.0) or 1.0
    near_rank = {
        document: number for number, document in enumerate(sorted(found.near, key=lambda each: -found.near[each]))
    }
    spans = {link.span for link, _ in found.linked.values()}
    features = {}
    for document, passage in found.passages.items():
        link, homonym = found.linked.get(document, (None, 0))
        one, two = best[1].get(document), best[2].get(document)
        title = stems_of(passage.title or "")
        text = stems_of(passage.text) | title
        number, score = text_rank.get(document, (None, 0.0))
        asked_words = [] if link is None else words[link.span[0] : link.span[1]]
        features[document] = [
            float(link is not None),
            0.0 if link is None else link.weight * link.ratio,
            0.0 if link is None else math.log1p(link.bearers) / 3,
            min(len(asked_words), 5) / 5,
            0.0 if link is None else 1 / (1 + homonym),
            float(link is not None and homonym == 0),
            float(any(word.capital for word in asked_words)),
            0.0 if one is None else one.score,
            float(one is not None and one.rank == 0),
            float(one is not None and one.rank == 1),
            0.0 if one is None else 1 / (1 + one.rank),
            0.0 if one is None else float(one.source is not None),
            min(len(sources[document]), 4) / 4,
            0.0 if two is None else two.score,
            float(two is not None and two.rank == 0),
            0.0 if two is None else 1 / (1 + two.rank),
            max(0.0 if one is None else one.score, 0.0 if two is None else two.score),
            0.0 if number is None else 1 / (1 + number),
            score / top_score,
            len(asked_stems & text) / max(1, len(asked_stems)),
            len(asked_stems & title) / max(1, len(title)),
            len(name_stems & text) / max(1, len(name_stems)),
            found.near.get(document, math.nan),
            1 / (1 + near_rank[document]) if document in near_rank else math.nan,
            float(document in gives),
            gives.get(document, 0.0),
            float(link is not None and one is not None),
            float(link is not None) * min(len(spans), 3) / 3,
            float(one is not None and one.mention.bridge),
            float(two is not None and two.mention.bridge),
            min(len(found.asked.names), 4) / 4,
            min(len(spans), 3) / 3,
            min(counts[document], 8) / 8,
        ]
    return features
