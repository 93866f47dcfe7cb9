"""Engines place shards of per-document work: `open_engine` makes the one that is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from pipeline.engines.contract import In, Out, Shard, ShardResult, Stage
from pipeline.engines.cores import usable_cores
from pipeline.engines.engine import Engine, Processes
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.engines.engine import Placement
    from pipeline.settings import Settings

__all__ = ["Engine", "Shard", "ShardResult", "Stage", "open_engine"]

# A worker holds about 400 MB: a machine of many cores is not filled with them unless somebody asks for it.
MOST_WORKERS = 8


def open_engine(settings: Settings, make_stage: Callable[[], Stage[In, Out]]) -> Engine[In, Out]:
    """The engine of `settings`, with nothing started yet. `make_stage` is called once in every worker, so it has to be
    picklable: a class or a `functools.partial` of one.

    Raises `ConfigurationError` where the engine cannot be had as it is configured.
    """
    limit_s = settings.document_timeout_s
    here = settings.workers or min(usable_cores(), MOST_WORKERS)
    placement: Placement[In, Out]
    match settings.engine:
        case "serial":
            if (settings.workers or 1) > 1:
                raise ConfigurationError(
                    f"the engine 'serial' has one worker, and {settings.workers} are asked for.",
                    "Set GROUNDPLAN_ENGINE to 'processes', or leave GROUNDPLAN_WORKERS out.",
                )
            placement = Processes(make_stage, workers=1, document_timeout_s=limit_s)
        case "processes":
            placement = Processes(make_stage, workers=here, document_timeout_s=limit_s)
        case "dask":
            try:
                from pipeline.engines.dask import OnDask
            except ModuleNotFoundError as error:
                raise ConfigurationError(
                    f"the engine 'dask' needs {error.name!r}, which is not installed.",
                    "Install groundplan[dask], or set GROUNDPLAN_ENGINE to 'processes'.",
                ) from None
            address = settings.dask_address
            workers = here if address is None else settings.workers
            placement = OnDask(make_stage, address=address, workers=workers, document_timeout_s=limit_s)
        case _:
            assert_never(settings.engine)
    return Engine(placement)
