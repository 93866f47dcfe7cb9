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
        document: number
        for number, document in enumerate(sorted(found.near, key=lambda each: (-found.near[each], each)))
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
        values = {
            "linked": float(link is not None),
            "link_weight": 0.0 if link is None else link.weight * link.ratio,
            "link_bearers": 0.0 if link is None else math.log1p(link.bearers) / 3,
            "link_words": min(len(asked_words), 5) / 5,
            "link_homonym": 0.0 if link is None else 1 / (1 + homonym),
            "link_first": float(link is not None and homonym == 0),
            "link_cased": float(any(word.capital for word in asked_words)),
            "edge1": 0.0 if one is None else one.score,
            "edge1_top": float(one is not None and one.rank == 0),
            "edge1_second": float(one is not None and one.rank == 1),
            "edge1_rank": 0.0 if one is None else 1 / (1 + one.rank),
            "edge1_source_linked": 0.0 if one is None else float(one.source is not None),
            "edge1_sources": min(len(sources[document]), 4) / 4,
            "edge2": 0.0 if two is None else two.score,
            "edge2_top": float(two is not None and two.rank == 0),
            "edge2_rank": 0.0 if two is None else 1 / (1 + two.rank),
            "edge_any": max(0.0 if one is None else one.score, 0.0 if two is None else two.score),
            "text_rank": 0.0 if number is None else 1 / (1 + number),
            "text_score": score / top_score,
            "text_share": len(asked_stems & text) / max(1, len(asked_stems)),
            "title_share": len(asked_stems & title) / max(1, len(title)),
            "names_share": len(name_stems & text) / max(1, len(name_stems)),
            "near": found.near.get(document, math.nan),
            "near_rank": 1 / (1 + near_rank[document]) if document in near_rank else math.nan,
            "is_source": float(document in gives),
            "source_best": gives.get(document, 0.0),
            "both": float(link is not None and one is not None),
            "compared": float(link is not None) * min(len(spans), 3) / 3,
            "bridged1": float(one is not None and one.mention.bridge),
            "bridged2": float(two is not None and two.mention.bridge),
            "names": min(len(found.asked.names), 4) / 4,
            "linked_spans": min(len(spans), 3) / 3,
            "edges": min(counts[document], 8) / 8,
        }
        features[document] = [values[name] for name in CANDIDATE_FEATURES]
    return features
