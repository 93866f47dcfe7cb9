"""How the server would run every statement on a filled graph: by index, never by looking at everything.

A scan of one label or one relationship type is fine where the statement is about all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import rows

from graph_schema.statements import FOLDERS, TYPE_PLACEHOLDER, names, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.statements import Folder
    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

REFUSED = {"AllNodesScan", "DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan", "CartesianProduct"}
ONE_ROW = {"NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)", "Argument"}
TYPES = ("FOUNDED", "BORN_IN", "RELATED_TO")


def texts() -> Iterator[Any]:
    for folder in FOLDERS:
        for name in names(folder):
            found = statement(folder, name)
            typed = TYPE_PLACEHOLDER in found.text
            for kind in TYPES if typed else ("",):
                text = found.for_type(kind).text if typed else found.text
                yield pytest.param(folder, text, id=f"{folder}-{name}{kind and '-'}{kind}")


def operators(plan: dict[str, Any]) -> Iterator[str]:
    """Every operator of a plan. A product of single rows, each found by its key, is one row: it is left out."""
    name = plan["operatorType"].split("@")[0]
    below = [each for child in plan.get("children", ()) for each in operators(child)]
    if name != "CartesianProduct" or not set(below) <= ONE_ROW:
        yield name
    yield from below


def plan_of(graph: Groundplan, text: str) -> set[str]:
    plan = graph.store.stream(f"EXPLAIN {text}", {}, lambda result: result.consume().plan, timeout_s=30)
    assert plan is not None
    return set(operators(plan))


@pytest.mark.parametrize(("folder", "text"), list(texts()))
def test_no_statement_looks_at_the_whole_graph(folder: Folder, text: str, sample_graph: Groundplan) -> None:
    found = plan_of(sample_graph, text)
    assert not found & REFUSED
    if folder == "write":
        assert not {name for name in found if name.endswith("Scan")}


def hits(plan: dict[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(hits(child) for child in plan.get("children", ()))


def test_a_batch_of_the_documents_that_wait_costs_the_same_however_many_wait(store: Store) -> None:
    cost = []
    text = statement("read", "documents_in_state").text
    for _ in range(2):
        rows(store, "UNWIND range(1, 2000) AS _ CREATE (:Document {key: randomUUID(), state: 'loaded'})")
        plan = store.stream(
            f"PROFILE {text}", {"state": "loaded", "limit": 10}, lambda result: result.consume().profile, timeout_s=30
        )
        assert plan is not None
        cost.append(hits(plan))
    assert cost[0] == cost[1]


def test_what_is_refused_here_is_what_the_server_calls_it(sample_graph: Groundplan) -> None:
    assert "AllNodesScan" in plan_of(sample_graph, "MATCH (n) RETURN n")
    assert "DirectedAllRelationshipsScan" in plan_of(sample_graph, "MATCH ()-[r]->() RETURN r")
    assert "CartesianProduct" in plan_of(sample_graph, "MATCH (a:Fact), (b:Claim) RETURN a, b")
    assert "NodeCountFromCountStore" in plan_of(sample_graph, statement("read", "count_nodes").text)
