"""What a stage is: a step of per-document work that any engine can place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_schema.models import Failed

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Stage(Protocol[In_contra, Out_co]):
    """Constructing one is cheap, and so is its fingerprint: a hash of everything the results depend on besides the
    input. `setup` does what is done once a worker, and returns it too. A call takes a batch and gives as many results
    in the same order; what cannot be taken is a `Failed` in its place, never an exception."""

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
