"""One result for each input, whatever an input does to its worker."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from pipeline.engines.contract import Lost, failed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from graph_schema.models import Failed
    from pipeline.engines.contract import In, Out, Work

ATTEMPTS_ALONE = 2
_NO_OTHERS = nullcontext()


def isolated(
    batch: Sequence[In],
    work: Work[In, Out],
    stage: str,
    suspects: AbstractContextManager[object] = _NO_OTHERS,
) -> list[Out | Failed]:
    """Results of the same length and order. A batch that took its worker along is tried again one input at a time, so
    that only those fail that do it alone, too; inside `suspects`, where batches of others may be lost with them.

    One at a time rather than by halves: to a batch of 64, halving costs up to six more workers and time limits, this
    costs one.
    """
    done = work(batch)
    if not isinstance(done, Lost):
        return list(done)
    with suspects:
        return [_alone(each, work, stage) for each in batch]


def _alone(each: In, work: Work[In, Out], stage: str, attempts: int = ATTEMPTS_ALONE) -> Out | Failed:
    """The result of one input. It gets a second attempt where somebody else may have ended the worker."""
    done = work((each,))
    if not isinstance(done, Lost):
        return done[0]
    if done.again and attempts > 1:
        return _alone(each, work, stage, attempts - 1)
    return failed(each, stage, done.reason, done.remedy, transient=done.transient)
