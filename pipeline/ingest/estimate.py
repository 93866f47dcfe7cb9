"""A dry run: what there is to do, and about how long it would take and how large the graph would grow."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph_schema.models import Failed
from pipeline.engines.cores import usable_cores
from pipeline.ingest.plan import Plan, ToRead, Unchanged
from pipeline.ingest.read import read_file
from pipeline.ingest.report import COUNTED
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import Skipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ingest.options import RunOptions
    from pipeline.ingest.sources import Source
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

LOOKED_AT_RUNS = 20
MIN_MEASURED_WORDS = 5_000
# Measured on two cores of a small server (scripts/bench/ingest); used until a run of this graph has shown its own rate.
WORDS_PER_SECOND_OF_A_WORKER = 1_500
CATALOGUED_WORDS_PER_SECOND = 50_000
GRAPH_BYTES_PER_WORD = 120
CATALOGUED_BYTES_PER_WORD = 25
ENCODED_WORDS_PER_SECOND_OF_A_CORE = 3_000
GRAPH_BYTES_PER_VECTOR = 4_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would do. `seconds` and `graph_bytes` are rough: by this graph's own runs when `measured`, else by
    those of a small server. The time of an embeddings server is not in them."""

    documents: dict[str, int]
    chunks: int
    words: int
    seconds: float
    graph_bytes: int
    measured: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "status": "dry run",
            "documents": self.documents,
            "chunks": self.chunks,
            "words": self.words,
            "expected_seconds": round(self.seconds, 1),
            "expected_graph_bytes": self.graph_bytes,
            "measured": self.measured,
        }

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.documents.items() if count) or "no"
        rate = "at the rate of earlier runs" if self.measured else "at the rate of a small server"
        return (
            f"{counts} documents; to do: {self.chunks} chunks, {self.words} words\n"
            f"expected: {self.seconds:.0f} s {rate}, {self.graph_bytes / 1e6:.1f} MB more in the graph"
        )


def estimate(
    store: Store, settings: Settings, sources: Sequence[Source], *, options: RunOptions, fingerprint: str | None
) -> Estimate:
    """Read and segment what a run over `sources` would; write nothing anywhere. `fingerprint` as for a `Plan`."""
    plan = Plan(store, sources, options=options, fingerprint=fingerprint)
    counts: Counter[str] = Counter()
    chunks = words = 0
    for item in plan.files():
        match item:
            case Unchanged():
                counts["unchanged"] += item.documents
            case Failed():
                counts["failed"] += 1
            case Skipped():
                pass
            case ToRead():
                more_chunks, more_words = _of_file(plan, item, settings, options, fingerprint, counts)
                chunks, words = chunks + more_chunks, words + more_words
        if options.limit is not None and counts["new"] + counts["changed"] >= options.limit:
            break
    counts["gone"] = sum(gone.documents for gone in plan.gone())
    rate = _measured_rate(store)
    if options.catalogue:
        rate, by_word = None, (CATALOGUED_WORDS_PER_SECOND, CATALOGUED_BYTES_PER_WORD)
    else:
        workers = settings.workers or usable_cores()
        by_word = (WORDS_PER_SECOND_OF_A_WORKER * workers, GRAPH_BYTES_PER_WORD)
    return Estimate(
        documents={name: counts[name] for name in COUNTED},
        chunks=chunks,
        words=words,
        seconds=words / (rate or by_word[0]) + _encoding_seconds(settings, words),
        graph_bytes=words * by_word[1] + chunks * GRAPH_BYTES_PER_VECTOR * (settings.encoder != "none"),
        measured=rate is not None,
    )


def _encoding_seconds(settings: Settings, words: int) -> float:
    return words / (ENCODED_WORDS_PER_SECOND_OF_A_CORE * usable_cores()) if settings.encoder == "minilm" else 0.0


def _of_file(
    plan: Plan, file: ToRead, settings: Settings, options: RunOptions, fingerprint: str | None, counts: Counter[str]
) -> tuple[int, int]:
    """Chunks and words of the new and changed documents of a file."""
    chunks = words = 0
    ledger = dict(file.known)
    whole = True
    for item in read_file(file.source, file.relative, settings, fields=options.fields):
        if isinstance(item, Failed):
            counts["failed"] += 1
            whole = False
            continue
        entry = ledger.pop(item.document.key, None)
        same = entry is not None and entry["content_hash"] == item.document.content_hash
        if entry is not None and same and fingerprint in {None, entry["extractor"]}:
            counts["unchanged"] += 1
            continue
        counts["new" if entry is None else "changed"] += 1
        chunks += len(segment(item, max_chunk_chars=settings.max_chunk_chars))
        words += len(item.text.split())
        if options.limit is not None and counts["new"] + counts["changed"] >= options.limit:
            return chunks, words
    if whole and ledger:
        plan.lost(file, ledger)
    return chunks, words


def _measured_rate(store: Store) -> float | None:
    """Words a second, but for their vectors, of the latest runs of this graph that structured enough to tell; `None`
    when none did."""
    summaries = [json.loads(row["summary"] or "{}") for row in store.read("latest_runs", limit=LOOKED_AT_RUNS)]
    done = [each for each in summaries if each.get("mentions") and each.get("words", 0) >= MIN_MEASURED_WORDS]
    seconds = sum(each["seconds"].get("total", 0.0) - each["seconds"].get("embed", 0.0) for each in done)
    return sum(each["words"] for each in done) / seconds if seconds else None
