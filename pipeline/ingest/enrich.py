"""Enrich: what helps to find, and says nothing new. Every part is a function of one document's evidence, so any order
gives the same.

The queue is in the graph: a document carries the fingerprint of what enriched it last, and waits while that is another
than the current one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph_schema.statements import statement
from pipeline.text.titles import titles_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.store.driver import Store, Transaction

ENRICHER = "titles-2"
BATCH_DOCUMENTS = 200
Row = dict[str, Any]


def enrich(store: Store, progress: Callable[[int], None], checkpoint: Callable[[], None] = lambda: None) -> int:
    """Enrich the documents that wait for it. Returns how many; `checkpoint` is called between transactions, and may
    raise."""
    done = 0
    while enriched := store.write("enrichment", _enrich):
        done += enriched
        progress(done)
        checkpoint()
    return done


def _enrich(tx: Transaction) -> int:
    rows = tx.run(statement("read", "documents_to_enrich"), enricher=ENRICHER, limit=BATCH_DOCUMENTS)
    if not rows:
        return 0
    documents = [row["key"] for row in rows]
    links = [link for row in rows for link in _titles(row)]
    tx.write("unlink_titles", documents=documents)
    tx.write("merge_titles", keys=sorted({link["key"] for link in links}))
    tx.write("link_titles", rows=links)
    tx.write("set_enriched", documents=documents, enricher=ENRICHER)
    return len(documents)


def _titles(row: Row) -> list[Row]:
    found = titles_of(row["title"], row["opening"] or "", row["aliases"])
    return [{"document": row["key"], "key": key, "weight": weight} for key, weight in sorted(found.items())]
