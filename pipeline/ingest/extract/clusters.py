"""What clustering gives: the mentions of one thing, and what joined each."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph_schema.ontology import UNKNOWN_KIND


@dataclass(slots=True, eq=False)
class Cluster:
    """The mentions of one thing. `normals` are its names as they are compared, `nouns` what it was described as."""

    members: list[int] = field(default_factory=list)
    normals: list[str] = field(default_factory=list)
    kind: str = UNKNOWN_KIND
    family: str = "unknown"
    gender: str | None = None
    nouns: set[str] = field(default_factory=set)
    starts: list[int] = field(default_factory=list)
    into: Cluster | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """The cluster that a mention belongs to, what joined it, and the share of such joins that are right, roughly."""

    cluster: Cluster
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """Mention index -> how it was joined (values and unresolved pronouns are not), and what the document is about."""

    assigned: dict[int, Joined]
    about: Cluster | None


def root_of(target: Cluster) -> Cluster:
    """What a cluster was merged into, over however many merges; itself where it was not."""
    while target.into is not None:
        target = target.into
    return target
