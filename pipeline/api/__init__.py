"""The public API: `Groundplan`, and `AsyncGroundplan` for asyncio."""

from pipeline.api.asynchronous import AsyncGroundplan
from pipeline.api.graph import Groundplan

__all__ = ["AsyncGroundplan", "Groundplan"]
