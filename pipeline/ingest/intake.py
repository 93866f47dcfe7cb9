"""Intake: from the files of a plan to evidence in the graph. Read, segment, extract in an engine, load."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from graph_schema.keys import digest
from graph_schema.models import CATALOGUED, Claim, Document, Evidence, Failed, LocalEntity, Mention, StatedValue
from pipeline.engines import Shard, open_engine
from pipeline.errors import EvidenceError
from pipeline.ingest.dead_letters import Taken
from pipeline.ingest.extract import RulesExtractor, Segmented, check_offsets
from pipeline.ingest.load import Loader
from pipeline.ingest.plan import ToRead, Unchanged
from pipeline.ingest.read import read_file
from pipeline.ingest.records import Records, evidence_records, of_class
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graph_schema.ontology import Ontology
    from pipeline.engines import Engine, Stage
    from pipeline.ingest.dead_letters import DeadLetters, File
    from pipeline.ingest.load import EvidenceSink, Row
    from pipeline.ingest.options import RunOptions
    from pipeline.ingest.plan import Plan
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.stop import StopRequest
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

SEGMENT_VERSION = "1"
RECORDS = "records"
MAX_WAITING_FILES = 5_000
BATCH_CHARS = 100_000


class Intake:
    """The per-document half of a run. What it leaves behind when it is stopped or killed is whole documents. They go to
    `loader`, by default one that writes them into the graph of `store`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        ontology: Ontology,
        *,
        options: RunOptions,
        report: RunReport,
        letters: DeadLetters,
        stop: StopRequest,
        loader: EvidenceSink | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.options = options
        self.report = report
        self.letters = letters
        self.stop = stop
        self.make_extractor: Callable[[], Stage[Segmented, Evidence]] = partial(
            RulesExtractor, settings.model, ontology, max_extract_chars=settings.max_extract_chars
        )
        self.fingerprint = fingerprint_for(options, settings, ontology)
        self.extracted = Records(settings.home / RECORDS / "extract")
        self.loader: EvidenceSink = loader or Loader(
            store,
            extractor=self.fingerprint,
            structured=not options.catalogue,
            max_transaction_rows=settings.max_transaction_rows,
        )
        self._whole: list[Row] = []
        self._short: list[Row] = []
        self._broken: set[File] = set()
        self._ended: list[File] = []
        self._patterns: dict[str, tuple[str | None, ...]] = {}
        self._taken = 0

    def take(self, plan: Plan, shown: Callable[[int], None]) -> None:
        """Bring the evidence of every new and changed document of `plan` into the graph, until asked to stop: the
        shards that are under way are finished then."""
        for source in plan.sources:
            if not source.literal:
                self._patterns[source.name] = (*self._patterns.get(source.name, ()), source.pattern)
        batches = in_batches(self._to_extract(plan, shown), self.settings.batch_documents)
        if self.options.catalogue:
            for batch in batches:
                for each in batch:
                    self._load(
                        Evidence(
                            document=each.document, chunks=each.chunks, entities=(), mentions=(), values=(), claims=()
                        )
                    )
                if len(self._whole) >= MAX_WAITING_FILES:
                    self._record_file_hashes()
        else:
            with open_engine(self.settings, self.make_extractor) as engine:
                self._extract(engine, batches)
        self._record_file_hashes()

    def prune(self, source: str, batches: Iterable[list[str]]) -> int:
        """Delete the documents of these keys, which are gone from `source`, until asked to stop. Returns how many."""
        count = 0
        for keys in batches:
            if self.stop.reason is not None:  # the files that lost records are read again, and tell of the rest
                return count
            for row in self.store.read("extractions_of", documents=keys):
                self._forget(row)
            self.loader.remove(keys)
            count += len(keys)
        self._whole += [row for row in self._short if row["source"] == source and row["file_hash"]]
        self._record_file_hashes()
        return count

    # read

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
                    self.letters.tried(item.source, item.path)
                    done += 1
                case ToRead():
                    yield from self._of_file(plan, item)
                    done += 1
            shown(done)
            if self._is_enough():
                return

    def _of_file(self, plan: Plan, file: ToRead) -> Iterator[Segmented]:
        whole = True
        ledger = dict(file.known)
        for item in read_file(file.source, file.relative, self.settings, fields=self.options.fields):
            if self._is_enough():
                return
            if isinstance(item, Failed):
                whole = False
                self._fail(item)
                continue
            self.report.notes.update(item.notes)
            entry = ledger.pop(item.document.key, None)
            if entry and self._is_known(entry, item.document):
                self.report.documents["unchanged"] += 1
                continue
            self.report.documents["changed" if entry else "new"] += 1
            if entry:
                self._forget(entry)
            self._taken += 1
            yield Segmented(item.document, segment(item, max_chunk_chars=self.settings.max_chunk_chars))
        row = {"source": file.source.name, "path": file.path, "file_hash": file.file_hash}
        if whole and ledger:
            plan.lost(file, ledger)
            self._short.append(row)
        elif whole and file.file_hash is not None:
            self._whole.append(row)
        self._ended.append((file.source.name, file.path))

    def _is_enough(self) -> bool:
        return self.stop.reason is not None or (self.options.limit is not None and self._taken >= self.options.limit)

    def _is_known(self, entry: dict[str, Any], document: Document) -> bool:
        """Whether the ledger has the document as it is; a catalogue takes one that was structured before as it is."""
        known: bool = entry["content_hash"] == document.content_hash
        return known and (self.options.catalogue or entry["extractor"] == self.fingerprint)

    # extract and load

    def _extract(self, engine: Engine[Segmented, Evidence], batches: Iterator[list[Segmented]]) -> None:
        """The hashes of files are recorded while nothing is under way in the engine."""
        for batch in batches:
            for done in engine.run(self._shards(chain((batch,), batches))):
                for segmented, result in zip(done.shard.inputs, done.results, strict=True):
                    self._extracted(segmented, result)
            self._record_file_hashes()

    def _shards(self, batches: Iterable[list[Segmented]]) -> Iterator[Shard[Segmented]]:
        """What of `batches` has to be extracted, until many files wait for their hash; what an earlier run left on disk
        is loaded from there."""
        for batch in batches:
            missing: list[Segmented] = []
            for each in batch:
                known = self._known(each)
                if known is None:
                    missing.append(each)
                else:
                    self._load(known)
            if missing:
                yield Shard(missing[0].document.key, tuple(missing))
            if len(self._whole) >= MAX_WAITING_FILES:
                return

    def _extracted(self, segmented: Segmented, result: Evidence | Failed) -> None:
        if isinstance(result, Failed):
            self._broken.add((result.source, result.path))
            self._fail(result)
        else:
            self.extracted.write(self._extract_key(segmented.document), evidence_records(result))
            self._load(result)

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

    def _load(self, evidence: Evidence) -> None:
        if self.loader.add(evidence):
            self.report.loaded(evidence)

    def _record_file_hashes(self) -> None:
        """Once everything of a file is in the graph, its bytes alone say that it is unchanged, and its dead letters are
        those of this run."""
        waiting, self._whole = self._whole, []
        self.loader.record([row for row in waiting if (row["source"], row["path"]) not in self._broken])
        ended, self._ended = self._ended, []
        for file in ended:
            self.letters.tried(*file)

    def _fail(self, failed: Failed) -> None:
        taken = Taken(self.options.fields, self.options.catalogue, self._patterns.get(failed.source, ()))
        self.letters.add(failed, taken)
        self.report.failed(failed, self.letters.path)

    def _extract_key(self, document: Document) -> str:
        return _extract_key(document.key, document.content_hash, self.fingerprint)

    def _forget(self, entry: Row) -> None:
        """Delete what was extracted of a document as the ledger has it: it changed, or goes."""
        self.extracted.remove(_extract_key(entry["key"], entry["content_hash"], entry["extractor"]))


def fingerprint_for(options: RunOptions, settings: Settings, ontology: Ontology) -> str:
    """What a run of these options records as the extractor of its documents."""
    return CATALOGUED if options.catalogue else fingerprint_of(settings, ontology)


def fingerprint_of(settings: Settings, ontology: Ontology) -> str:
    """Hash of all that the evidence of a document depends on besides its text. Loads no model."""
    extractor = RulesExtractor(settings.model, ontology).fingerprint()
    return digest(extractor, SEGMENT_VERSION, settings.max_chunk_chars)


def _extract_key(document: str, content_hash: str, extractor: str) -> str:
    return digest("extract", document, content_hash, extractor)


def _evidence(segmented: Segmented, records: tuple[Any, ...]) -> Evidence:
    return Evidence(
        document=segmented.document,
        chunks=segmented.chunks,
        entities=of_class(records, LocalEntity),
        mentions=of_class(records, Mention),
        values=of_class(records, StatedValue),
        claims=of_class(records, Claim),
    )


def in_batches(documents: Iterable[Segmented], size: int) -> Iterator[list[Segmented]]:
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
