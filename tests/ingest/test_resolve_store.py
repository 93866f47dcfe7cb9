"""Resolution on a real server: the graph is a function of the documents, whatever came first and whatever left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import dump, rows

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

A = "Anna Berg, a chemist, founded Halden Instruments Ltd in Oslo in 1962. She was born on 4 May 1931.\n"
B = "Halden Instruments was sold in 1971. Dr. Anna Berg, the chemist who founded Halden Instruments, died in 1990.\n"
C = "Anna Berg, a footballer, was born on 9 June 1980 in Madrid. She played for Atlanta Rovers.\n"
D = "A. Berg wrote to Halden Instr. in Oslo.\n"
DOCUMENTS = {"a.txt": A, "b.txt": B, "c.txt": C, "d.txt": D}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    return made


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(DOCUMENTS[name], encoding="utf-8")


def entities(store: Store) -> set[tuple[str, tuple[str, ...]]]:
    found = rows(
        store,
        "MATCH (l:LocalEntity)-[:RESOLVES_TO]->(e:__Entity__) MATCH (d:Document {key: l.document}) "
        "WITH e, d.path + ' ' + l.name AS member ORDER BY member RETURN e.id AS id, collect(member) AS members",
    )
    return {(row["id"], tuple(row["members"])) for row in found}


def of(store: Store, member: str) -> tuple[str, ...]:
    return next(members for _, members in entities(store) if member in members)


@pytest.mark.parametrize("order", [("a.txt", "b.txt", "c.txt", "d.txt"), ("d.txt", "c.txt", "b.txt", "a.txt")])
def test_documents_one_by_one_give_the_graph_of_all_at_once(
    graph: Groundplan, folder: Path, order: tuple[str, ...]
) -> None:
    for name in order:
        put(folder, name)
        graph.ingest(folder)
    stepwise = dump(graph.store)
    graph.store.driver.execute_query("MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    graph.ingest(folder)
    assert stepwise == dump(graph.store)
