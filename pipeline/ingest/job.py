"""The ingestion job: plan, read, segment, extract, load; then resolve, derive and enrich over what was touched."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from graph_schema.keys import digest
from graph_schema.models import Claim, Document, Evidence, Failed, LocalEntity, Mention
from pipeline.errors import ConfigurationError, EvidenceError, GraphBusy, TooManyDeadLetters
from pipeline.ingest.derive import derive
from pipeline.ingest.extract import RulesExtractor, Segmented, check_offsets
from pipeline.ingest.load import Loader
from pipeline.ingest.read import read_file
from pipeline.ingest.readers.base import DEFAULT_FIELDS
from pipeline.ingest.records import Records, evidence_records, of_class
from pipeline.ingest.report import RunReport
from pipeline.ingest.resolve import RESOLUTION_NOTES, resolve
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import Skipped, document_path, walk
from pipeline.progress import progress
from pipeline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from graph_schema.ontology import Ontology
    from pipeline.ingest.readers.base import Fields
    from pipeline.ingest.sources import Source
    from pipeline.ingest.stage import Stage
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

T = TypeVar("T")
SEGMENT_VERSION = "1"
BATCH_FILES = 200
MAX_WAITING_FILES = 5_000
MAX_SHOWN_FAILURES = 20
BATCH_CHARS = 100_000
READ_BYTES = 1 << 20


class IngestJob:
    """One run over some sources. Everything it needs after a crash is in the graph or in the record files."""

    def __init__(
        self, store: Store, settings: Settings, ontology: Ontology, *, fields: Fields = DEFAULT_FIELDS
    ) -> None:
        self.store = store
        self.settings = settings
        started = datetime.now(UTC)
        stamp = started.strftime("%Y%m%dT%H%M%S.%fZ")
        self.report = RunReport(f"{stamp}-{socket.gethostname()}-{os.getpid()}", started.isoformat(timespec="seconds"))
        self.extractor: Stage[Segmented, Evidence] = RulesExtractor(
            settings.model, ontology, max_extract_chars=settings.max_extract_chars
        )
        self.ontology = ontology
        self.fields = fields
        self.segmented = Records(settings.home / "records" / "segment")
        self.extracted = Records(settings.home / "records" / "extract")
        self.fingerprint = ""
        self._before = {layer: counters.total for layer, counters in store.written.items()}
        self._whole: list[dict[str, str]] = []
        self._broken: set[tuple[str, str]] = set()

    def run(self, sources: Sequence[Source]) -> RunReport:
        """Ingest `sources`. Raises `TooManyDeadLetters` when more documents failed than `max_dead_letters`, or all."""
        with self._timed("total"):
            self._save("running")
            try:
                self._ingest(sources)
            except BaseException:
                self._finish("failed")
                raise
        self._finish("done")
        self._refuse_dead_letters()
        return self.report

    def _ingest(self, sources: Sequence[Source]) -> None:
        with self._timed("plan"):
            total = sum(1 for item in walk(sources) if isinstance(item, tuple))
        with self._timed("setup"), progress("setup", "models") as shown:
            self.fingerprint = digest(self.extractor.setup(), SEGMENT_VERSION, self.settings.max_chunk_chars)
            shown(1)
        loader = Loader(self.store, extractor=self.fingerprint, max_transaction_rows=self.settings.max_transaction_rows)
        with self._timed("documents"), progress("documents", "files", total) as shown:
            for batch in _batches(self._to_extract(sources, shown), self.settings.batch_documents):
                self._load(loader, self._extract(batch))
                if len(self._whole) >= MAX_WAITING_FILES:
                    self._record_file_hashes(loader)
            self._record_file_hashes(loader)
        with self._timed("resolve"), progress("resolve", "documents") as shown:
            found = resolve(self.store, self.ontology, shown)
            self.report.notes.update({note: found[note] for note in RESOLUTION_NOTES if found[note]})
        with self._timed("derive"), progress("derive", "entities and facts") as shown:
            self.report.derived = derive(self.store, self.ontology, shown)
        with self._timed("enrich"), progress("indexes", "brought up to date"):
            self.store.await_indexes()

    # plan and read

    def _to_extract(self, sources: Sequence[Source], shown: Callable[[int], None]) -> Iterator[Segmented]:
        """The new and changed documents of every file that is not known to be unchanged, segmented."""
        done = 0
        for files in _grouped(self._files(sources), BATCH_FILES):
            ledger = self._ledger(files)
            for source, relative in files:
                yield from self._of_file(source, relative, ledger.get((source.name, document_path(relative)), []))
                done += 1
                shown(done)

    def _files(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Path]]:
        for item in walk(sources):
            if isinstance(item, Skipped):
                self.report.skipped[item.reason] += 1
            elif isinstance(item, Failed):
                self._fail(item)
            else:
                yield item

    def _ledger(self, files: list[tuple[Source, Path]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
        wanted = [{"source": source.name, "path": document_path(relative)} for source, relative in files]
        rows = self.store.read("documents_of_files", files=wanted)
        return {(row["source"], row["path"]): row["documents"] for row in rows}

    def _of_file(self, source: Source, relative: Path, known: list[dict[str, Any]]) -> Iterator[Segmented]:
        file_hash = _file_hash(source.root / relative, self.fields)
        unchanged = known and all(
            each["file_hash"] == file_hash and each["extractor"] == self.fingerprint for each in known
        )
        if unchanged and file_hash is not None:
            self.report.documents["unchanged"] += len(known)
            return
        whole = True
        ledger = {each["key"]: each for each in known}
        for item in read_file(source, relative, self.settings, fields=self.fields):
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
        if ledger:
            self.report.documents["gone"] += len(ledger)
            self.report.notes[f"kept in the graph, though no longer in its source: a record of {relative.name!r}"] += (
                len(ledger)
            )
        elif file_hash is not None:
            self._whole.append({"source": source.name, "path": document_path(relative), "file_hash": file_hash})

    def _record_file_hashes(self, loader: Loader) -> None:
        """Once everything of a file is in the graph, its bytes alone say that it is unchanged."""
        loader.flush()
        waiting, self._whole = self._whole, []
        for rows in _grouped((row for row in waiting if (row["source"], row["path"]) not in self._broken), BATCH_FILES):
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
        for each, result in zip(missing, self.extractor(missing), strict=True):
            if isinstance(result, Failed):
                self._broken.add((result.source, result.path))
                self._fail(result)
            else:
                self.extracted.write(self._extract_key(each.document), evidence_records(result))
                ready[each.document.key] = result
        yield from (ready[each.document.key] for each in batch if each.document.key in ready)

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
        everything = counts["failed"] > 0 and counts["failed"] == counts.total()
        if everything or (limit is not None and counts["failed"] > limit):
            allowed = "nothing could be read" if limit is None or everything else f"{limit} are allowed"
            error = TooManyDeadLetters(
                f"{counts['failed']} of {counts.total()} documents failed; {allowed}.",
                f"See {self.report.dead_letters} for the reason and remedy of each.",
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


def _file_hash(path: Path, fields: Fields) -> str | None:
    """SHA-256 of a file's bytes and of the fields to read; `None` when it cannot be read: reading will say why."""
    hasher = hashlib.sha256(repr(fields).encode())
    try:
        with path.open("rb") as file:
            while block := file.read(READ_BYTES):
                hasher.update(block)
    except OSError:
        return None
    return hasher.hexdigest()


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


def _grouped(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group
