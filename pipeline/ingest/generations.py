"""Generations: evidence too large for one transaction, loaded and deleted in pieces of which no reader sees a part.

A node `Generation` stands where the document will be, or was. Readers reach evidence through `Document` nodes only, so
one small transaction that turns the one into the other shows or hides all of it. Where the document is there already,
the new evidence carries keys of its own (those it will have, and `~`) until the old is deleted; the document waits in
the state `replaced` until every key is the usual one. Whatever a killed run leaves is finished by `finish`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph_schema.statements import statement

if TYPE_CHECKING:
    from pipeline.store.driver import Store, Transaction

PENDING = "~"
PARTS = (
    "claims",
    "chunks",
    "values",
    "local_entities",
)  # mentions go with their chunks, which bounds those of one local entity
ROWS_OF = {"claims": 5, "chunks": 100, "values": 2, "local_entities": 5}
_KEYS = ("id", "key", "next", "chunk", "entity", "subject", "object", "document")


def finish(store: Store, max_transaction_rows: int) -> None:
    """Delete the evidence that no reader sees, of loads and deletions that were killed, and give what has become
    current its own keys. Nothing to do costs two look-ups."""
    for row in store.read("hidden_generations"):
        drop(store, row["key"], max_transaction_rows)
    for row in store.read("replaced_documents"):
        adopt(store, row["key"], max_transaction_rows)


def drop(store: Store, generation: str, max_transaction_rows: int) -> None:
    """Delete a hidden generation piece by piece; what it supported is marked for resolution and derivation."""
    for part in PARTS:
        _in_pieces(store, f"delete_some_{part}", _limit(part, max_transaction_rows), generation=generation)
    store.write("evidence", lambda tx: tx.write("delete_generation", key=generation))


def adopt(store: Store, document: str, max_transaction_rows: int) -> None:
    """Give the evidence of a replaced document its own keys, piece by piece; then it is loaded like any other."""
    generation = document + PENDING
    for part in PARTS:
        limit = _limit(part, max_transaction_rows)
        _in_pieces(store, f"adopt_some_{part}", limit, generation=generation, document=document)
    store.write("evidence", lambda tx: tx.write("set_document_state", documents=[document], state="loaded"))


def pending_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of evidence with the keys that it has until its generation is current."""
    known = {name: value + PENDING if name in _KEYS else value for name, value in row.items()}
    if "document" in row.get("properties", ()):
        known["properties"] = row["properties"] | {"document": row["properties"]["document"] + PENDING}
    return known


def _limit(part: str, max_transaction_rows: int) -> int:
    return max(1, max_transaction_rows // ROWS_OF[part])


def _in_pieces(store: Store, name: str, limit: int, **parameters: str) -> None:
    def piece(tx: Transaction) -> int:
        return int(tx.run(statement("write", name), limit=limit, **parameters)[0]["done"])

    while store.write("evidence", piece) == limit:
        pass
