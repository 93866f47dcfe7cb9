"""What engines, stages and the job agree on.

A *stage* is a step of per-document work. A *shard* is some documents that are worked on together. An *engine* places
shards and gives back exactly one result a shard, whatever happens to a document or to a worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from graph_schema.models import Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_schema.models import Document


class OfDocument(Protocol):
    """What a stage takes: it belongs to one document, which can be named when it fails."""

    @property
    def document(self) -> Document:
        """The document."""
        ...


In = TypeVar("In", bound=OfDocument)
Out = TypeVar("Out")
In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Stage(Protocol[In_contra, Out_co]):
    """Constructing one is cheap, and so is its fingerprint: a hash of everything the results depend on besides the
    input. `setup` does what is done once a worker, and returns it too. A call takes a batch and gives as many results
    in the same order; what cannot be taken is a `Failed` in its place."""

    name: str
    version: str

    def fingerprint(self) -> str:
        """What the results depend on, without loading any of it."""
        ...

    def setup(self) -> str:
        """Load models and the like."""
        ...

    def __call__(self, batch: Sequence[In_contra]) -> Sequence[Out_co | Failed]:
        """Work on a batch."""
        ...


@dataclass(frozen=True, slots=True)
class Shard(Generic[In]):
    """Inputs that are worked on together; `key` means something to whoever made the shard only."""

    key: str
    inputs: tuple[In, ...]


@dataclass(frozen=True, slots=True)
class ShardResult(Generic[In, Out]):
    """What came of a shard: `results[i]` is of `shard.inputs[i]`."""

    shard: Shard[In]
    results: tuple[Out | Failed, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """What a worker says once its stage is set up: the stage's name and the fingerprint of its results."""

    stage: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A batch that came to nothing because its worker did; `again` says whether one more attempt is worth its time."""

    reason: str
    remedy: str
    transient: bool
    again: bool


class Work(Protocol[In_contra, Out_co]):
    """A place where batches are worked on, one at a time."""

    def __call__(self, batch: Sequence[In_contra]) -> Sequence[Out_co | Failed] | Lost:
        """As many results in the same order, or `Lost`; after that, the next call finds a fresh worker."""
        ...


def failed(taken: OfDocument, stage: str, reason: str, remedy: str, *, transient: bool) -> Failed:
    """The dead letter of one input."""
    document = taken.document
    return Failed(
        source=document.source,
        path=document.path,
        record=document.record,
        stage=stage,
        reason=reason,
        remedy=remedy,
        transient=transient,
    )
