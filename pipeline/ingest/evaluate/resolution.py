"""Resolution beside labels: which names the shipped resolution puts together, and which a person does."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Any, Literal

from graph_schema.keys import digest
from graph_schema.ontology import UNKNOWN_KIND
from pipeline.ingest.evaluate.scores import Score, b_cubed, pairwise
from pipeline.ingest.resolve import entity_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.ingest.evaluate.labels import LabelledName


@dataclass(frozen=True, slots=True)
class Confusion:
    """Names that were put together and are two things (`joined`), or are one and were not (`apart`); two examples, and
    how many pairs of names are wrong for it."""

    type: Literal["joined", "apart"]
    one: str
    other: str
    pairs: int


@dataclass(frozen=True, slots=True)
class ResolutionScores:
    """What an evaluation found; `confusions` with the most wrong pairs first."""

    names: int
    gold_entities: int
    entities: int
    pairs: Score
    clusters: Score
    confusions: tuple[Confusion, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything but the confusions."""
        return {
            "names": self.names,
            "gold_entities": self.gold_entities,
            "entities": self.entities,
            "pairwise": self.pairs.as_json(),
            "b_cubed": self.clusters.as_json(),
        }


def entities_of(names: Sequence[LabelledName]) -> list[str]:
    """The entity that the shipped resolution makes of each name, in their order."""
    return [entity_of(digest("label", each.id), each.kind or UNKNOWN_KIND, each.name, named=True) for each in names]


def evaluate_resolution(names: Sequence[LabelledName]) -> ResolutionScores:
    """Resolve the names, each as one document has it, and score what was put together."""
    gold, said = [each.gold for each in names], entities_of(names)
    confusions = [
        *_confusions("joined", said, gold, names),
        *_confusions("apart", gold, said, names),
    ]
    return ResolutionScores(
        names=len(names),
        gold_entities=len(set(gold)),
        entities=len(set(said)),
        pairs=pairwise(gold, said),
        clusters=b_cubed(gold, said),
        confusions=tuple(sorted(confusions, key=lambda each: (-each.pairs, each.type, each.one, each.other))),
    )


def _confusions(
    kind: Literal["joined", "apart"], whole: Sequence[str], parts: Sequence[str], names: Sequence[LabelledName]
) -> Iterator[Confusion]:
    """A confusion for each cluster of `whole` that `parts` divides."""
    members: dict[str, dict[str, str]] = defaultdict(dict)
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for cluster, part, name in zip(whole, parts, names, strict=True):
        members[cluster].setdefault(part, name.name)
        sizes[cluster][part] += 1
    for cluster, examples in members.items():
        if len(examples) > 1:
            one, other, *_ = examples.values()
            wrong = comb(sizes[cluster].total(), 2) - sum(comb(size, 2) for size in sizes[cluster].values())
            yield Confusion(kind, one, other, wrong)
