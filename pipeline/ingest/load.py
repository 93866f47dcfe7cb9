"""Load: evidence into the graph. A transaction holds whole documents and their ledger entries, up to some rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pipeline.ingest.extract import check_offsets
from pipeline.ingest.generations import PENDING, adopt, drop, pending_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graph_schema.models import Claim, Evidence
    from pipeline.store.driver import Store, Transaction

BATCH_ROWS = 1_000
NOT_ENRICHED = "-"
Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Write:
    """One write statement and the rows it takes."""

    statement: str
    rows: list[Row]


class EvidenceSink(Protocol):
    """Where intake brings the evidence of documents."""

    def add(self, evidence: Evidence) -> bool:
        """Take one document; False when it was not taken, and is still to be loaded by a later run."""

    def record(self, files: list[Row]) -> None:
        """Take note that every document of these files (source, path, file_hash) was added."""

    def remove(self, documents: Iterable[str]) -> None:
        """Delete documents with all their evidence."""


class Loader:
    """Collects evidence and writes it in transactions of at most `max_transaction_rows`; the only writer of evidence.

    A transaction holds whole documents: what was known of them is deleted in the one that writes what is known now. A
    document larger than that, or one whose former evidence is, goes by a generation of its own. Call `flush` or
    `record` at the end. `structured` is False for documents that are catalogued only: nothing was extracted from them.
    """

    def __init__(self, store: Store, *, extractor: str, structured: bool, max_transaction_rows: int) -> None:
        self.store = store
        self.ledger: Row = {"extractor": extractor, "structured": structured}
        self.max_transaction_rows = max_transaction_rows
        self._waiting: list[Evidence] = []
        self._rows = 0

    def add(self, evidence: Evidence) -> bool:
        """Take one document, always; writes when a transaction is full. Raises `EvidenceError` for offsets that do not
        hold, whoever extracted them."""
        check_offsets(evidence)
        if self._rows + evidence.rows > self.max_transaction_rows:
            self.flush()
        self._waiting.append(evidence)
        self._rows += evidence.rows
        return True

    def record(self, files: list[Row]) -> None:
        """Write what is waiting, then the hashes of files of which every document was added."""
        self.flush()
        for rows in _parts(files):
            self.store.write("operations", lambda tx, rows=rows: tx.write("set_file_hash", rows=rows))  # type: ignore[misc]

    def flush(self) -> None:
        """Write what is waiting."""
        waiting, self._waiting, self._rows = self._waiting, [], 0
        if not waiting:
            return
        former = self._sizes([evidence.document.key for evidence in waiting])
        sized = [(evidence, max(evidence.rows, former.get(evidence.document.key, 0))) for evidence in waiting]
        for evidence, rows in sized:
            if rows > self.max_transaction_rows:
                self._load_large(evidence, replaces=evidence.document.key in former)
        for group in _whole(sized, self.max_transaction_rows):
            self._load(group, sorted(former.keys() & {evidence.document.key for evidence in group}))

    def remove(self, documents: Iterable[str]) -> None:
        """Delete documents with all their evidence; what it supported is marked for resolution and derivation."""
        sizes = self._sizes(list(documents))
        large = sorted(key for key, rows in sizes.items() if rows > self.max_transaction_rows)
        for group in _whole(sorted(sizes.items()), self.max_transaction_rows):
            self.store.write("evidence", lambda tx, group=group: delete_evidence(tx, group))  # type: ignore[misc]
        if large:
            self.store.write("evidence", lambda tx: _retire(tx, large))
        for document in large:
            drop(self.store, document, self.max_transaction_rows)

    def _sizes(self, documents: list[str]) -> dict[str, int]:
        """Rows of evidence that the graph holds of those of `documents` that it knows."""
        return {
            row["key"]: row["rows"]
            for part in _parts(documents)
            for row in self.store.read("evidence_sizes", documents=part)
        }

    def _load(self, group: list[Evidence], former: list[str]) -> None:
        writes = list(evidence_writes(group, self.ledger))

        def work(tx: Transaction) -> None:
            delete_evidence(tx, former)
            run_writes(tx, writes)

        self.store.write("evidence", work)

    def _load_large(self, evidence: Evidence, *, replaces: bool) -> None:
        """Load a document in pieces that no reader sees, and make it current with its last transaction."""
        document = evidence.document.key
        pending = PENDING if replaces else ""
        generation = document + pending
        begin, *writes, chunk_links, about = evidence_writes([evidence], self.ledger)
        properties = begin.rows[0]["properties"]
        self.store.write("evidence", lambda tx: tx.write("begin_generation", key=generation, properties=properties))
        writes.append(Write("link_generation", chunk_links.rows))
        for write in writes:
            for part in _sliced(write, self.max_transaction_rows):
                rows = [pending_row(row) for row in part.rows] if replaces else part.rows
                piece = Write(write.statement, rows)
                self.store.write("evidence", lambda tx, piece=piece: run_writes(tx, [piece]))  # type: ignore[misc]
        about_rows = [{**row, "entity": row["entity"] + pending} for row in about.rows]

        def publish(tx: Transaction) -> None:
            state = "replaced" if replaces else "loaded"
            tx.write("unlink_titles", documents=[document])
            tx.write("publish_generation", generation=generation, document=document, state=state)
            tx.write("link_about", rows=about_rows)

        self.store.write("evidence", publish)
        if replaces:
            drop(self.store, document, self.max_transaction_rows)
            adopt(self.store, document, self.max_transaction_rows)


def delete_evidence(tx: Transaction, documents: list[str]) -> None:
    """Delete all evidence of `documents`; what it supported is marked for derivation in the same transaction."""
    for name in (
        "mark_stale_names",
        "mark_stale_entities",
        "mark_stale_facts",
        "delete_claims",
        "delete_values",
        "delete_local_entities",
        "delete_chunks",
        "unlink_titles",
        "delete_documents",
    ):
        tx.write(name, documents=documents)


def _retire(tx: Transaction, documents: list[str]) -> None:
    tx.write("unlink_titles", documents=documents)
    tx.write("retire_documents", documents=documents)


def run_writes(tx: Transaction, writes: list[Write]) -> None:
    """Run each write in batches of `BATCH_ROWS`."""
    for write in writes:
        for part in _sliced(write, BATCH_ROWS):
            tx.write(part.statement, rows=part.rows)


def evidence_writes(group: list[Evidence], ledger: Row) -> Iterator[Write]:
    """All rows of a group of documents in the order in which they have to be written: nodes, relationships, and last
    what makes the documents reachable."""
    chunks = [chunk for evidence in group for chunk in evidence.chunks]
    entities = [entity for evidence in group for entity in evidence.entities]
    mentions = [mention for evidence in group for mention in evidence.mentions]
    values = [value for evidence in group for value in evidence.values]
    claims = [(claim.key, claim) for evidence in group for claim in evidence.claims]
    keys = {id(chunk): chunk.key for chunk in chunks}
    yield Write("merge_documents", _sorted("key", [_document_row(evidence, ledger) for evidence in group]))
    yield Write(
        "merge_chunks",
        [
            _row("id", keys[id(chunk)], document=chunk.document, index=chunk.index, start=chunk.start, end=chunk.end,
                 text=chunk.text)
            for chunk in chunks
        ],
    )  # fmt: skip
    yield Write(
        "merge_local_entities",
        [
            _row("key", entity.key, document=entity.document, name=entity.name, kind=entity.kind, named=entity.named,
                 aliases=list(entity.aliases), start=entity.start, end=entity.end)
            for entity in entities
        ],
    )  # fmt: skip
    yield Write(
        "merge_values",
        [
            _row("key", value.key, document=value.document, start=value.start, end=value.end, surface=value.surface,
                 value_type=value.value_type, normalised=value.normalised, precision=value.precision)
            for value in values
        ],
    )  # fmt: skip
    yield Write("merge_claims", [_claim_row(key, claim) for key, claim in claims])
    yield Write("link_next_chunks", [row for evidence in group for row in _next_rows(evidence, keys)])
    yield Write(
        "merge_mentions",
        [
            {"chunk": mention.chunk, "entity": mention.entity}
            | _row("key", mention.key, start=mention.start, end=mention.end, surface=mention.surface, rule=mention.rule,
                   confidence=mention.confidence)
            for mention in mentions
        ],
    )  # fmt: skip
    yield Write("link_values", [{"key": value.key, "chunk": value.chunk} for value in values])
    yield Write("link_claims", [{"key": key, "subject": claim.subject, "chunk": claim.chunk} for key, claim in claims])
    yield Write("link_claim_objects", [{"key": key, "object": claim.object} for key, claim in claims if claim.object])
    yield Write("link_chunks", [{"id": keys[id(chunk)], "document": chunk.document} for chunk in chunks])
    yield Write("link_about", [{"document": each.document, "entity": each.key} for each in entities if each.about])


def _document_row(evidence: Evidence, ledger: Row) -> Row:
    document = evidence.document
    return _row(
        "key",
        document.key,
        source=document.source,
        path=document.path,
        record=document.record,
        title=document.title,
        date=document.date,
        media_type=document.media_type,
        content_hash=document.content_hash,
        length=document.length,
        enriched=NOT_ENRICHED,
        embedded_by=NOT_ENRICHED,
        **ledger,
    )


def _claim_row(key: str, claim: Claim) -> Row:
    value = claim.value
    return _row(
        "key",
        key,
        document=claim.document,
        predicate=claim.predicate,
        polarity=claim.polarity,
        modality=claim.modality,
        attributed_to=claim.attributed_to,
        confidence=claim.confidence,
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        valid_from=claim.valid_from,
        valid_to=claim.valid_to,
        method=claim.method,
        rule=claim.rule,
        status=claim.status,
        reason=claim.reason,
        value=value.normalised if value else None,
        value_type=value.type if value else None,
        value_text=value.text if value else None,
        precision=value.precision if value else None,
    )


def _next_rows(evidence: Evidence, keys: dict[int, str]) -> Iterator[Row]:
    for chunk, following in zip(evidence.chunks, evidence.chunks[1:], strict=False):
        yield {"id": keys[id(chunk)], "next": keys[id(following)]}


def _row(key_name: str, key: str, **properties: Any) -> Row:  # noqa: ANN401
    return {key_name: key, "properties": {name: value for name, value in properties.items() if value is not None}}


def _sorted(key_name: str, rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row[key_name]))


def _sliced(write: Write, size: int) -> Iterator[Write]:
    for start in range(0, len(write.rows), size):
        yield Write(write.statement, write.rows[start : start + size])


def _parts(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), BATCH_ROWS):
        yield items[start : start + BATCH_ROWS]


def _whole(sized: Iterable[tuple[T, int]], max_rows: int) -> Iterator[list[T]]:
    """Groups of items of at most `max_rows` together; an item larger than that is left out."""
    group: list[T] = []
    total = 0
    for item, rows in sized:
        if rows > max_rows:
            continue
        if total + rows > max_rows:
            yield group
            group, total = [], 0
        group.append(item)
        total += rows
    if group:
        yield group
