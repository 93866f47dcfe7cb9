"""What the job did last, who works on the graph now, and what waits."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.ingest.communities import communities_of
from pipeline.ingest.dead_letters import outstanding
from pipeline.store.lease import holder_of
from pipeline.store.migrate import inspect
from pipeline.text.encoder import dimensions_of

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology
    from pipeline.ingest.communities import Communities
    from pipeline.settings import Settings
    from pipeline.store.driver import Store
    from pipeline.store.lease import Holder

SHOWN_RUNS = 5


@dataclass(frozen=True, slots=True)
class LatestRun:
    """One run; `finished` is `None` while it runs, and for ever when it was killed. `summary` is its JSON line."""

    run: str
    status: str
    started: str
    finished: str | None
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Status:
    """The latest runs, latest first; who holds the graph; what waits for the next run, by what it is; dead letters by
    stage; the schema changes that `groundplan migrate` would make; where communities stand, `None` before the first
    entity."""

    runs: tuple[LatestRun, ...]
    holder: Holder | None
    waiting: dict[str, int]
    dead_letters: dict[str, int]
    pending_migrations: tuple[str, ...]
    communities: Communities | None

    @property
    def running(self) -> bool:
        """Whether a run is alive, as far as its lease says."""
        return self.holder is not None and not self.holder.expired and not self.holder.dead

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "running": self.running}


def status_of(store: Store, settings: Settings, ontology: Ontology) -> Status:
    """The status of the job on this graph. Reads only."""
    runs = tuple(
        LatestRun(row["run"], row["status"], row["started"], row["finished"], json.loads(row["summary"] or "{}"))
        for row in store.read("latest_runs", limit=SHOWN_RUNS)
    )
    return Status(
        runs=runs,
        holder=holder_of(store),
        waiting={what: count for what, count in store.read("unsettled")[0].items() if count},
        dead_letters=dict(sorted(Counter(each.stage for each in outstanding(settings.home)).items())),
        pending_migrations=inspect(store, ontology, dimensions_of(settings)).missing,
        communities=communities_of(store),
    )
