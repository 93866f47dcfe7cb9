"""Random questions over growing graphs: no step exceeds its contract, and the largest does not grow with the graph.

`scripts/bench/contracts` does the same with a thousand questions, up to a hundred times the size.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pipeline.query.plan import PlanName

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "bench"))

from contracts import SMALLEST, ask_all
from generated import HUB, HUB_FIRM, UNKNOWN, fill, person, questions

if TYPE_CHECKING:
    from pipeline.api import Groundplan

QUESTIONS = 16
TOO_LONG = "ContractExceeded: step 'parse' would"


def test_no_step_exceeds_its_contract_or_grows_with_the_graph(graph: Groundplan) -> None:
    texts = questions(QUESTIONS, seed=69, known=SMALLEST)
    found = []
    for times in (1, 4):
        fill(graph.store, graph.ontology, times * SMALLEST)
        found.append(ask_all(graph, texts))
        assert lookups(graph) == [True, True, True, False, False]
    small, large = found
    assert small.exceeded() == large.exceeded() == []
    assert large.grown(small) == []
    assert small.failures == large.failures
    assert set(large.failures) == {TOO_LONG}
    assert sum(large.plans.values()) > 0.8 * QUESTIONS
    assert {"lookup", "path", "aggregate", "passages"} <= set(large.plans) <= set(get_args(PlanName))


def lookups(kg: Groundplan) -> list[bool]:
    """Whether the other questions about hubs find something, each under the contracts of its steps."""
    return [
        bool(found)
        for found in (
            kg.entity(HUB),
            kg.neighbours(HUB_FIRM, limit=50),
            kg.path(HUB, person(7)),
            kg.entity(UNKNOWN[0]),
            kg.path(HUB, UNKNOWN[1]),
        )
    ]
