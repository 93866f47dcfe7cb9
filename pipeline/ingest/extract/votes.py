"""The kind of an entity: a vote over what its mentions are taken for and what sentences call it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from graph_schema.ontology import UNKNOWN_KIND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph_schema.ontology import Ontology
    from pipeline.text.mentions import RawMention

HINT_WEIGHT = 1.5
LEAST_WEIGHT = 0.1


def voted_kind(mentions: Iterable[RawMention], hints: Iterable[str], ontology: Ontology) -> str:
    """The kind with most votes: each mention's shares of kinds by its confidence, and `hints`. A sub-kind counts
    for its parents too, and stands for a parent of which it has half the votes. Ties go to the first seen; the
    kind is unknown only when nothing votes for another."""
    votes: dict[str, float] = defaultdict(float)
    own: dict[str, float] = defaultdict(float)
    for mention in mentions:
        for kind, share in mention.weights or ((mention.kind, 1.0),):
            own[kind] += share * max(mention.confidence, LEAST_WEIGHT)
    for hint in hints:
        own[hint] += HINT_WEIGHT
    own.pop(UNKNOWN_KIND, None)
    for kind, weight in own.items():
        for ancestor in ontology.ancestors(kind):
            votes[ancestor] += weight
    if not votes:
        return UNKNOWN_KIND
    best = max((kind for kind in votes if ontology.kinds[kind].parent not in votes), key=votes.__getitem__)
    while True:
        children = [kind for kind in votes if ontology.kinds[kind].parent == best]
        child = max(children, key=votes.__getitem__, default=None)
        if child is None or votes[child] * 2 < votes[best]:
            return best
        best = child
