"""Resolution beside labels: which names the shipped resolution puts together, and which a person does."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Any, Literal

from graph_schema.keys import digest
from graph_schema.ontology import UNKNOWN_KIND
from pipeline.ingest.evaluate.scores import Score, b_cubed, pairwise
from pipeline.ingest.resolution.cluster import cluster
from pipeline.ingest.resolution.members import Context, Member, family_of
from pipeline.text.names import fold
from pipeline.text.values import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graph_schema.ontology import Ontology
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


def entities_of(names: Sequence[LabelledName], ontology: Ontology) -> list[str]:
    """The entity that the shipped resolution makes of each name, in their order."""
    members = [_member(each, ontology) for each in names]
    assignments = cluster(members).assignments
    return [assignments[member.key].entity for member in members]


def _member(name: LabelledName, ontology: Ontology) -> Member:
    key, kind = digest("label", name.id), name.kind or UNKNOWN_KIND
    context = Context(
        neighbours=frozenset(map(fold, name.neighbours)),
        roles=frozenset(map(fold, name.roles)),
        years=frozenset(int(value.normalised[:4]) for date in name.dates if (value := parse_date(date)) is not None),
    )
    family = family_of(kind, ontology)
    return Member(key, key, kind, family, name.name, aliases=name.aliases, context=context)


def evaluate_resolution(names: Sequence[LabelledName], ontology: Ontology) -> ResolutionScores:
    """Resolve the names, each as one document has it, and score what was put together."""
    gold, said = [each.gold for each in names], entities_of(names, ontology)
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
    for whole_id, part, name in zip(whole, parts, names, strict=True):
        members[whole_id].setdefault(part, name.name)
        sizes[whole_id][part] += 1
    for whole_id, examples in members.items():
        if len(examples) > 1:
            one, other, *_ = examples.values()
            wrong = comb(sizes[whole_id].total(), 2) - sum(comb(size, 2) for size in sizes[whole_id].values())
            yield Confusion(kind, one, other, wrong)
