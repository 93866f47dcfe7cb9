"""The ingestion job: plan, take documents in, then resolve, derive and enrich over what was touched."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING

from pipeline.engines.cores import usable_cores
from pipeline.errors import StoreUnavailable, TooManyGone
from pipeline.files import remove_leftovers
from pipeline.ingest.communities import find_communities
from pipeline.ingest.dead_letters import DeadLetters, outstanding
from pipeline.ingest.derive import derive
from pipeline.ingest.embed import embed
from pipeline.ingest.enrich import enrich
from pipeline.ingest.generations import finish
from pipeline.ingest.intake import RECORDS, Intake
from pipeline.ingest.plan import Plan
from pipeline.ingest.resolve import RESOLUTION_NOTES, resolve
from pipeline.ingest.sources import walk
from pipeline.progress import progress
from pipeline.text.encoder import open_encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_schema.ontology import Ontology
    from pipeline.ingest.options import RunOptions
    from pipeline.ingest.plan import Gone
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.sources import Source
    from pipeline.ingest.stop import StopRequest
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

MAX_SHOWN_GONE = 20
MAX_NAMED_SOURCES = 20


class IngestJob:
    """One run over some sources. Everything it needs after a crash is in the graph or in the record files; `report` is
    filled in while it goes."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        ontology: Ontology,
        *,
        options: RunOptions,
        stop: StopRequest,
        report: RunReport,
    ) -> None:
        self.store = store
        self.settings = settings
        self.ontology = ontology
        self.options = options
        self.stop = stop
        self.report = report
        self.encoder = open_encoder(settings, threads=usable_cores())
        self.letters = DeadLetters(settings.home, report.run)
        self.intake = Intake(store, settings, ontology, options=options, report=report, letters=self.letters, stop=stop)
        # An earlier part of the same run may have written.
        self._before = {
            layer: counters.total - report.written.get(layer, 0) for layer, counters in store.written.items()
        }
        self._refused: list[Gone] = []

    def run(self, sources: Sequence[Source]) -> None:
        """Ingest `sources`.

        Raises `RunStopped` when it was asked to stop, with everything done so far kept. Raises `TooManyDeadLetters`
        when more documents failed than `max_dead_letters`, or all, and `TooManyGone` when more of a source would be
        pruned than `max_prune_share`; both after everything else is done.
        """
        try:
            with self.report.timed("total"), self.report.running():
                self._save()
                self._ingest(sources)
        except StoreUnavailable:
            raise  # there is no graph to tell how it ended
        except BaseException:
            self._save()
            raise
        self.report.status = "done"
        self._save(inventory=self._inventory())
        self.report.refuse_dead_letters(self.settings.max_dead_letters)
        self._refuse_prune()

    def _ingest(self, sources: Sequence[Source]) -> None:
        with self.letters.settling():
            self._documents(sources)
        self.stop.check()
        with self.report.timed("resolve"), progress("resolve", "documents") as shown:
            counts = resolve(self.store, self.ontology, shown, self.stop.check)
            self.report.notes.update({note: counts[note] for note in RESOLUTION_NOTES if counts[note]})
        with self.report.timed("derive"), progress("derive", "entities and facts") as shown:
            self.report.derived = derive(self.store, self.ontology, shown, self.stop.check)
        with self.report.timed("enrich"):
            with progress("enrich", "documents") as shown:
                enrich(self.store, shown, self.stop.check)
            with progress("communities", "entities") as shown:
                found = find_communities(self.store, self.settings.max_community_entities, shown, self.stop.check)
            if found is not None and found.left_out:
                self.report.notes[f"communities {found}"] += 1
            with progress("indexes", "brought up to date"):
                self.store.await_indexes()
        if self.encoder is not None:  # last, since a server that does not answer ends the run
            with self.report.timed("embed"), progress("embed", "passages") as shown:
                embed(self.store, self.encoder, shown, self.stop.check)

    def _documents(self, sources: Sequence[Source]) -> None:
        with self.report.timed("plan"):
            self._remove_leftovers()
            finish(self.store, self.settings.max_transaction_rows)
            total = sum(1 for item in walk(sources) if isinstance(item, tuple))
            extractor = None if self.options.catalogue else self.intake.fingerprint
            plan = Plan(self.store, sources, options=self.options, fingerprint=extractor)
        with self.report.timed("documents"), progress("documents", "files", total) as shown:
            self.intake.take(plan, shown)
            self.report.count_imported()
            self._prune(plan)
        self.letters.settle_where(plan.is_settled)

    def _prune(self, plan: Plan) -> None:
        """Report what is gone, and delete it where that was asked for and is not suspiciously much."""
        for gone in plan.gone():
            self.report.documents["gone"] += gone.documents
            self.report.gone += islice(gone.names(), MAX_SHOWN_GONE - len(self.report.gone))
            if not self.options.prune:
                continue
            if gone.share > self.settings.max_prune_share:
                self._refused.append(gone)
                continue
            self.report.documents["pruned"] += self.intake.prune(gone.source, gone.keys(self.store))

    def _remove_leftovers(self) -> None:
        home = self.settings.home
        remove_leftovers(
            chain(home.glob(".*.tmp"), self.letters.folder.glob(".*.tmp"), (home / RECORDS).rglob("*.tmp"))
        )

    # report

    def _refuse_prune(self) -> None:
        if not self._refused:
            return
        shares = ", ".join(f"{each.documents} of {each.known} of {each.source!r}" for each in self._refused)
        raise TooManyGone(
            f"gone are {shares} documents, more than the share of {self.settings.max_prune_share:g} that may be "
            "pruned; they were kept.",
            "See that the source is whole (a disk that is not mounted, a folder that moved). If it is, run again with "
            "--max-prune-share 1.",
        )

    def _inventory(self) -> str:
        """What there is now, as JSON, for the coverage of answers: documents by what read them, and outstanding dead
        letters by source."""
        read = {row["extractor"]: row["documents"] for row in self.store.read("inventory")}
        letters = Counter(each.source for each in outstanding(self.settings.home))
        failed = dict(letters.most_common(MAX_NAMED_SOURCES))
        others = letters.total() - sum(failed.values())
        return json.dumps({"read": read, "failed": failed | ({"": others} if others else {})})

    def _save(self, **more: str) -> None:
        self.report.written = {
            layer: counters.total - self._before[layer]
            for layer, counters in self.store.written.items()
            if layer not in {"decisions", "operations"}
        }
        properties = self.report.as_properties() | more
        self.store.write("operations", lambda tx: tx.write("save_run", id=self.report.run, properties=properties))
