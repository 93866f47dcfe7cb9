"""The ingestion job: plan, read, segment, extract, load; then resolve, derive and enrich over what was touched."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from graph_schema.keys import digest
from graph_schema.models import Claim, Document, Evidence, Failed, LocalEntity, Mention
from pipeline.errors import ConfigurationError, EvidenceError, GraphBusy, TooManyDeadLetters, TooManyGone
from pipeline.ingest.derive import derive
from pipeline.ingest.extract import RulesExtractor, Segmented, check_offsets
from pipeline.ingest.generations import finish
from pipeline.ingest.load import Loader
from pipeline.ingest.plan import BATCH_FILES, Plan, ToRead, Unchanged, grouped
from pipeline.ingest.read import read_file
from pipeline.ingest.readers.base import DEFAULT_FIELDS
from pipeline.ingest.records import Records, evidence_records, of_class
from pipeline.ingest.report import RunReport
from pipeline.ingest.resolve import RESOLUTION_NOTES, resolve
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import Skipped, walk
from pipeline.progress import progress
from pipeline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from graph_schema.ontology import Ontology
    from pipeline.ingest.plan import Gone
    from pipeline.ingest.readers.base import Fields
    from pipeline.ingest.sources import Source
    from pipeline.ingest.stage import Stage
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

SEGMENT_VERSION = "1"
MAX_WAITING_FILES = 5_000
MAX_SHOWN_FAILURES = 20
MAX_SHOWN_GONE = 20
BATCH_CHARS = 100_000


class IngestJob:
    """One run over some sources. Everything it needs after a crash is in the graph or in the record files."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        ontology: Ontology,
        *,
        fields: Fields = DEFAULT_FIELDS,
        prune: bool = False,
    ) -> None:
        self.store = store
        self.settings = settings
        started = datetime.now(UTC)
        stamp = started.strftime("%Y%m%dT%H%M%S.%fZ")
        self.report = RunReport(f"{stamp}-{socket.gethostname()}-{os.getpid()}", started.isoformat(timespec="seconds"))
        self.extractor: Stage[Segmented, Evidence] = RulesExtractor(settings.model, ontology)
        self.ontology = ontology
        self.fields = fields
        self.prune = prune
        self.segmented = Records(settings.home / "records" / "segment")
        self.extracted = Records(settings.home / "records" / "extract")
        self.fingerprint = ""
        self._before = {layer: counters.total for layer, counters in store.written.items()}
        self._whole: list[dict[str, str | None]] = []
        self._short: list[dict[str, str | None]] = []
        self._broken: set[tuple[str, str]] = set()
        self._refused: list[Gone] = []

    def run(self, sources: Sequence[Source]) -> RunReport:
        """Ingest `sources`. Raises `TooManyDeadLetters` when more documents failed than `max_dead_letters`, or all, and
        `TooManyGone` when more of a source would be pruned than `max_prune_share`; both after everything else is
        done."""
        with self._timed("total"):
            self._save("running")
            try:
                self._ingest(sources)
            except BaseException:
                self._finish("failed")
                raise
        self._finish("done")
        self._refuse_dead_letters()
        self._refuse_prune()
        return self.report

    def _ingest(self, sources: Sequence[Source]) -> None:
        with self._timed("plan"):
            finish(self.store, self.settings.max_transaction_rows)
            total = sum(1 for item in walk(sources) if isinstance(item, tuple))
            fingerprint = digest(self.extractor.fingerprint(), SEGMENT_VERSION, self.settings.max_chunk_chars)
            self.fingerprint = fingerprint
            plan = Plan(self.store, sources, fields=self.fields, fingerprint=fingerprint)
        loader = Loader(self.store, extractor=fingerprint, max_transaction_rows=self.settings.max_transaction_rows)
        with self._timed("documents"), progress("documents", "files", total) as shown:
            for batch in _batches(self._to_extract(plan, shown), self.settings.batch_documents):
                self._load(loader, self._extract(batch))
                if len(self._whole) >= MAX_WAITING_FILES:
                    self._record_file_hashes(loader)
            loader.flush()
            self._prune(plan, loader)
            self._record_file_hashes(loader)
        with self._timed("resolve"), progress("resolve", "documents") as shown:
            found = resolve(self.store, self.ontology, shown)
            self.report.notes.update({note: found[note] for note in RESOLUTION_NOTES if found[note]})
        with self._timed("derive"), progress("derive", "entities and facts") as shown:
            self.report.derived = derive(self.store, self.ontology, shown)
        with self._timed("enrich"), progress("indexes", "brought up to date"):
            self.store.await_indexes()

    # plan and read

    def _to_extract(self, plan: Plan, shown: Callable[[int], None]) -> Iterator[Segmented]:
        """The new and changed documents of every file that is not known to be unchanged, segmented."""
        done = 0
        for item in plan.files():
            match item:
                case Skipped():
                    self.report.skipped[item.reason] += 1
                case Failed():
                    self._fail(item)
                case Unchanged():
                    self.report.documents["unchanged"] += item.documents
                    done += 1
                case ToRead():
                    yield from self._of_file(plan, item)
                    done += 1
            shown(done)

    def _of_file(self, plan: Plan, file: ToRead) -> Iterator[Segmented]:
        whole = True
        ledger = dict(file.known)
        for item in read_file(file.source, file.relative, self.settings, fields=self.fields):
            if isinstance(item, Failed):
                whole = False
                self._fail(item)
                continue
            self.report.notes.update(item.notes)
            entry = ledger.pop(item.document.key, None)
            if entry and (entry["content_hash"], entry["extractor"]) == (item.document.content_hash, self.fingerprint):
                self.report.documents["unchanged"] += 1
                continue
            self.report.documents["changed" if entry else "new"] += 1
            chunks = segment(item, max_chunk_chars=self.settings.max_chunk_chars)
            segmented = Segmented(item.document, chunks)
            self.segmented.write(self._segment_key(item.document), (item.document, *chunks))
            yield segmented
        if not whole:
            return
        row = {"source": file.source.name, "path": file.path, "file_hash": file.file_hash}
        if ledger:
            plan.lost(file, ledger)
            self._short.append(row)
        elif file.file_hash is not None:
            self._whole.append(row)

    def _prune(self, plan: Plan, loader: Loader) -> None:
        """Report what is gone, and delete it where that was asked for and is not suspiciously much."""
        for gone in plan.gone():
            self.report.documents["gone"] += gone.documents
            self.report.gone += islice(gone.names(), MAX_SHOWN_GONE - len(self.report.gone))
            if not self.prune:
                continue
            if gone.share > self.settings.max_prune_share:
                self._refused.append(gone)
                continue
            for keys in gone.keys(self.store):
                loader.remove(keys)
                self.report.documents["pruned"] += len(keys)
            self._whole += [row for row in self._short if row["source"] == gone.source and row["file_hash"]]

    def _record_file_hashes(self, loader: Loader) -> None:
        """Once everything of a file is in the graph, its bytes alone say that it is unchanged."""
        loader.flush()
        waiting, self._whole = self._whole, []
        for rows in grouped((row for row in waiting if (row["source"], row["path"]) not in self._broken), BATCH_FILES):
            self.store.write("operations", lambda tx, rows=rows: tx.write("set_file_hash", rows=rows))  # type: ignore[misc]

    # extract and load

    def _extract(self, batch: list[Segmented]) -> Iterator[Evidence]:
        """Extract a batch; what an earlier run left on disk is not extracted again."""
        ready: dict[str, Evidence] = {}
        missing: list[Segmented] = []
        for each in batch:
            known = self._known(each)
            if known is None:
                missing.append(each)
            else:
                ready[each.document.key] = known
        if missing:
            self._set_up()
        for each, result in zip(missing, self.extractor(missing), strict=True):
            if isinstance(result, Failed):
                self._broken.add((result.source, result.path))
                self._fail(result)
            else:
                self.extracted.write(self._extract_key(each.document), evidence_records(result))
                ready[each.document.key] = result
        yield from (ready[each.document.key] for each in batch if each.document.key in ready)

    def _set_up(self) -> None:
        """Load the models before the first document that needs them: a run over what is known needs none."""
        if "setup" not in self.report.seconds:
            with self._timed("setup"):
                self.extractor.setup()

    def _known(self, segmented: Segmented) -> Evidence | None:
        """What an earlier run extracted, unless its file is torn or was edited."""
        records = self.extracted.read(self._extract_key(segmented.document))
        if records is None:
            return None
        evidence = _evidence(segmented, records)
        try:
            check_offsets(evidence)
        except EvidenceError:
            return None
        return evidence

    def _load(self, loader: Loader, batch: Iterable[Evidence]) -> None:
        for evidence in batch:
            loader.add(evidence)
            self.report.chunks += len(evidence.chunks)
            self.report.words += sum(len(chunk.text.split()) for chunk in evidence.chunks)
            self.report.mentions += len(evidence.mentions)
            self.report.claims.update(claim.status for claim in evidence.claims)

    def _segment_key(self, document: Document) -> str:
        return digest("segment", document.key, document.content_hash, SEGMENT_VERSION, self.settings.max_chunk_chars)

    def _extract_key(self, document: Document) -> str:
        return digest("extract", document.key, document.content_hash, self.fingerprint)

    # report

    def _fail(self, failed: Failed) -> None:
        self.report.documents["failed"] += 1
        if len(self.report.failures) < MAX_SHOWN_FAILURES:
            self.report.failures.append(failed)
        if self.report.dead_letters is None:
            folder = self.settings.home / "dead-letters"
            folder.mkdir(parents=True, exist_ok=True)
            self.report.dead_letters = folder / f"{self.report.run}.jsonl"
        with self.report.dead_letters.open("a", encoding="utf-8") as file:
            file.write(json.dumps(failed.as_json(), ensure_ascii=False) + "\n")

    def _refuse_dead_letters(self) -> None:
        counts, limit = self.report.documents, self.settings.max_dead_letters
        total = sum(counts[name] for name in ("new", "changed", "unchanged", "failed"))
        everything = counts["failed"] > 0 and counts["failed"] == total
        if everything or (limit is not None and counts["failed"] > limit):
            allowed = "nothing could be read" if limit is None or everything else f"{limit} are allowed"
            error = TooManyDeadLetters(
                f"{counts['failed']} of {total} documents failed; {allowed}.",
                f"See {self.report.dead_letters} for the reason and remedy of each.",
            )
            error.report = self.report
            raise error

    def _refuse_prune(self) -> None:
        if not self._refused:
            return
        shares = ", ".join(f"{each.documents} of {each.known} of {each.source!r}" for each in self._refused)
        error = TooManyGone(
            f"gone are {shares} documents, more than the share of {self.settings.max_prune_share:g} that may be "
            "pruned; they were kept.",
            "See that the source is whole (a disk that is not mounted, a folder that moved). If it is, run again with "
            "--max-prune-share 1.",
        )
        error.report = self.report
        raise error

    def _finish(self, status: str) -> None:
        self.report.status = status
        self.report.written = {
            layer: counters.total - self._before[layer]
            for layer, counters in self.store.written.items()
            if layer not in {"decisions", "operations"}
        }
        self._save(status)

    def _save(self, status: str) -> None:
        summary = self.report.as_json()
        properties = {
            "status": status,
            "started": self.report.started,
            "finished": None if status == "running" else datetime.now(UTC).isoformat(timespec="seconds"),
            **{f"documents_{name}": count for name, count in summary["documents"].items()},
            "summary": json.dumps(summary),
        }
        self.store.write("operations", lambda tx: tx.write("save_run", id=self.report.run, properties=properties))

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.report.seconds[name] = time.perf_counter() - started


@contextmanager
def one_run_at_a_time(home: Path) -> Iterator[None]:
    """Hold the home's ingestion lock; raises `GraphBusy` when another process has it."""
    path = home / "ingest.lock"
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = lock.try_acquire()
    except OSError as error:
        raise ConfigurationError(
            f"the home {str(home)!r} cannot be written: {error}.", "Set GROUNDPLAN_HOME to a folder that can."
        ) from None
    if not held:
        raise GraphBusy(f"another run holds {str(path)!r}.", "Wait until it is done, then run the same command again.")
    try:
        yield
    finally:
        lock.release()


def _evidence(segmented: Segmented, records: tuple[Any, ...]) -> Evidence:
    return Evidence(
        document=segmented.document,
        chunks=segmented.chunks,
        entities=of_class(records, LocalEntity),
        mentions=of_class(records, Mention),
        claims=of_class(records, Claim),
    )


def _batches(documents: Iterable[Segmented], size: int) -> Iterator[list[Segmented]]:
    """Batches of at most `size` documents; fewer when they are long."""
    batch: list[Segmented] = []
    chars = 0
    for each in documents:
        batch.append(each)
        chars += each.document.length
        if len(batch) >= size or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch
