"""Embed: vectors for the passages of documents, in Neo4j's own index. A vector is a function of a chunk's text, its
document's title and the encoder.

The queue is in the graph: a document carries the name of the encoder that made all of its vectors, and waits while that
is another than the current one. So does each chunk, so that a large document is gone on with where a killed run left
it, and so that vectors of two encoders are never compared.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.text.encoder import passage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.store.driver import Store, Transaction
    from pipeline.text.encoder import Encoder

BATCH_DOCUMENTS = 200
BATCH_CHUNKS = 256
BATCH_CHARS = 200_000
Row = dict[str, Any]


def embed(
    store: Store, encoder: Encoder, progress: Callable[[int], None], checkpoint: Callable[[], None] = lambda: None
) -> int:
    """Give the documents that wait for it their vectors. Returns how many passages were encoded, which `progress` is
    told too; `checkpoint` is called between transactions, and may raise."""
    done = 0
    while waiting := store.read("documents_to_embed", encoder=encoder.name, limit=BATCH_DOCUMENTS):
        documents = [row["key"] for row in waiting]
        for batch in _batches(store, documents, encoder.name):
            vectors = encoder.encode([passage(chunk["text"], chunk["title"]) for chunk in batch]).tolist()
            rows = [{"id": chunk["id"], "vector": vector} for chunk, vector in zip(batch, vectors, strict=True)]
            store.write("enrichment", partial(_write, "set_embeddings", rows=rows, encoder=encoder.name))
            done += len(rows)
            progress(done)
            checkpoint()
        store.write("enrichment", partial(_write, "set_embedded", documents=documents, encoder=encoder.name))
        checkpoint()
    return done


def _write(name: str, tx: Transaction, **parameters: Any) -> None:  # noqa: ANN401
    tx.write(name, **parameters)


def _batches(store: Store, documents: list[str], encoder: str) -> Iterator[list[Row]]:
    """The chunks without a vector of `encoder`, at most `BATCH_CHUNKS` and `BATCH_CHARS` at a time; a longer chunk is a
    batch of its own. What a batch gave has its vector before the next is asked for."""
    while chunks := store.read("chunks_to_embed", documents=documents, encoder=encoder, limit=BATCH_CHUNKS):
        batch: list[Row] = []
        chars = 0
        for chunk in chunks:
            if batch and chars + len(chunk["text"]) > BATCH_CHARS:
                yield batch
                batch, chars = [], 0
            batch.append(chunk)
            chars += len(chunk["text"])
        yield batch
