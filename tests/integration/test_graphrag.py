"""neo4j-graphrag's retrievers run on our graph as they are, by the example in docs/graph.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pipeline.api import Groundplan

PAGE = Path(__file__).parents[2] / "docs" / "graph.md"
TEXTS = {
    "varde": "# Varde\n\nAnna Berg founded Halden Instruments in 1962. The firm made barometers.\n",
    "tessel": "# Tessel\n\nThe harbour of Tessel was built by Karl Holm.\n",
    "weather": "# Weather\n\nIt rained all day, and nobody went out.\n",
}


@pytest.fixture
def ingested(graph: Groundplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Groundplan:
    """A small graph with vectors; what is opened from here on encodes as it does."""
    monkeypatch.setenv("GROUNDPLAN_ENCODER", "minilm")
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    graph.settings = graph.settings.model_copy(update={"encoder": "minilm"})
    graph.ingest(folder)
    return graph


def test_its_retrievers_find_passages_and_from_them_entities(ingested: Groundplan) -> None:
    from neo4j_graphrag.retrievers import HybridRetriever, VectorCypherRetriever, VectorRetriever

    (example,) = (
        block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "graphrag" in block
    )
    scope: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, str(PAGE), "exec"), scope)
    to = ingested.store.connection
    vector, hybrid, cypher = scope["retrievers"](to.uri, to.username, to.password, to.database)
    with vector.driver:
        assert [type(each) for each in (vector, hybrid, cypher)] == [
            VectorRetriever,
            HybridRetriever,
            VectorCypherRetriever,
        ]
        for retriever in (vector, hybrid):
            first, *others = retriever.search(query_text="Who constructed the port?", top_k=3).items
            assert "built by Karl Holm" in first.content
            assert "embedded_by" in first.content
            assert "-0.0" not in first.content  # no vector among what a model would be given
            assert len(others) == 2
        found = cypher.search(query_text="Who set up the company?", top_k=1).items
        assert [item.content for item in found if "Anna Berg" in item.content and "Halden" in item.content]
