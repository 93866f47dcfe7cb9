"""Enrich: what helps to find, and says nothing new. Every part is a function of one document's evidence, so any order
gives the same.

The queue is in the graph: a document carries the fingerprint of what enriched it last, and waits while that is another
than the current one. So does each chunk with the name of the encoder that made its vector, so that a large document is
gone on with where a killed run left it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.text.encoder import passage
from pipeline.text.titles import titles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.store.driver import Store, Transaction
    from pipeline.text.encoder import Encoder

ENRICHER = "titles-1"
BATCH_DOCUMENTS = 200
BATCH_CHUNKS = 256
BATCH_CHARS = 200_000
Row = dict[str, Any]


def enrich(
    store: Store,
    encoder: Encoder | None,
    progress: Callable[[int], None],
    checkpoint: Callable[[], None] = lambda: None,
) -> int:
    """Enrich the documents that wait for it; without an encoder, vectors are neither made nor removed. Returns how many;
    `checkpoint` is called between transactions, and may raise."""
    done = 0
    while rows := store.read("documents_to_enrich", **current(encoder), limit=BATCH_DOCUMENTS):
        if encoder is not None:
            _embed(store, encoder, [row["key"] for row in rows], checkpoint)
        store.write("enrichment", partial(_enrich, rows=rows, enricher=fingerprint(encoder)))
        done += len(rows)
        progress(done)
        checkpoint()
    return done


def fingerprint(encoder: Encoder | None) -> str:
    """What a document carries once it was enriched."""
    return ENRICHER if encoder is None else f"{ENRICHER} {encoder.name}"


def current(encoder: Encoder | None) -> dict[str, str]:
    """First and last of the fingerprints that need no work, in the order of strings; without an encoder, those of any."""
    first = fingerprint(encoder)
    return {"first": first, "last": f"{first}!" if encoder is None else first}  # "!" is what follows a space


def _enrich(tx: Transaction, rows: list[Row], enricher: str) -> None:
    documents = [row["key"] for row in rows]
    links = [link for row in rows for link in _titles(row)]
    tx.write("unlink_titles", documents=documents)
    tx.write("merge_titles", keys=sorted({link["key"] for link in links}))
    tx.write("link_titles", rows=links)
    tx.write("set_enriched", documents=documents, enricher=enricher)


def _titles(row: Row) -> list[Row]:
    found = titles_of(row["title"], row["opening"] or "", row["aliases"])
    return [{"document": row["key"], "key": key, "weight": weight} for key, weight in sorted(found.items())]


def _embed(store: Store, encoder: Encoder, documents: list[str], checkpoint: Callable[[], None]) -> None:
    """Give the chunks of documents their vectors, some in each transaction."""
    while chunks := store.read("chunks_to_embed", documents=documents, encoder=encoder.name, limit=BATCH_CHUNKS):
        for batch in _in_batches(chunks):
            vectors = encoder.encode([passage(chunk["text"], chunk["title"]) for chunk in batch])
            rows = [
                {"id": chunk["id"], "vector": vector} for chunk, vector in zip(batch, vectors.tolist(), strict=True)
            ]
            store.write("enrichment", partial(_set_embeddings, rows=rows, encoder=encoder.name))
            checkpoint()


def _set_embeddings(tx: Transaction, rows: list[Row], encoder: str) -> None:
    tx.write("set_embeddings", rows=rows, encoder=encoder)


def _in_batches(chunks: list[Row]) -> Iterator[list[Row]]:
    """Batches of at most `BATCH_CHARS`; a longer chunk is one of its own."""
    batch: list[Row] = []
    chars = 0
    for chunk in chunks:
        if batch and chars + len(chunk["text"]) > BATCH_CHARS:
            yield batch
            batch, chars = [], 0
        batch.append(chunk)
        chars += len(chunk["text"])
    yield batch
