"""Resolve: which local entities are one entity. Here by kind and normalised name, so each member decides alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_schema.keys import entity_key
from graph_schema.statements import statement
from pipeline.text.names import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.store.driver import Store, Transaction

BATCH_DOCUMENTS = 100
NAME_RULE = "kind-and-name"
ALONE_RULE = "unnamed"


def resolve(store: Store, progress: Callable[[int], None]) -> int:
    """Resolve the local entities of every loaded document. Returns how many documents were resolved.

    A transaction takes a batch of documents to the state `resolved`, and marks every entity it touches for derivation.
    """
    done = 0
    while documents := [row["key"] for row in store.read("documents_in_state", state="loaded", limit=BATCH_DOCUMENTS)]:
        store.write("knowledge", lambda tx, documents=documents: _resolve_batch(tx, documents))  # type: ignore[misc]
        done += len(documents)
        progress(done)
    return done


def entity_of(key: str, kind: str, name: str, *, named: bool) -> str:
    """The entity a local entity is: all of one kind and normalised name are one; what has no name stays alone."""
    normal = normalise(name, kind) if named else ""
    return entity_key(kind, normal or f"\0{key}")


def _resolve_batch(tx: Transaction, documents: list[str]) -> None:
    members = tx.run(statement("read", "local_entities_of"), documents=documents)
    rows = [
        {
            "local": row["key"],
            "entity": entity_of(row["key"], row["kind"], row["name"], named=row["named"]),
            "kind": row["kind"],
            "rule": NAME_RULE if row["named"] else ALONE_RULE,
            "score": 1.0,
        }
        for row in members
    ]
    rows.sort(key=lambda row: (row["entity"], row["local"]))
    entities = {row["entity"]: {"id": row["entity"], "kind": row["kind"]} for row in rows}
    tx.write("merge_entities", rows=list(entities.values()))
    tx.write("resolve_local_entities", rows=rows)
    tx.write("link_entity_chunks", documents=documents)
    tx.write("set_document_state", documents=documents, state="resolved")
