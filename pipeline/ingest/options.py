"""What one run is asked to do, beyond its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest.readers.base import DEFAULT_FIELDS

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.ingest.readers.base import Fields


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`fields` names the fields of JSON Lines and CSV. `prune` deletes what is gone from its source. `catalogue` reads,
    segments and indexes, and extracts nothing. `since` leaves out files that were not modified since, `limit` ends the
    reading after so many new or changed documents: what is left out never counts as gone."""

    fields: Fields = DEFAULT_FIELDS
    prune: bool = False
    catalogue: bool = False
    since: datetime | None = None
    limit: int | None = None
