"""docs/graph.md: its generated part is what the schema says, and it names everything that a graph holds."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import rows

if TYPE_CHECKING:
    from pipeline.api import Groundplan

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "graph.md").read_text(encoding="utf-8")


def test_the_generated_part_is_what_the_schema_says() -> None:
    """`scripts/graph-reference --write` brings it up to date."""
    assert PAGE.endswith(runpy.run_path(str(ROOT / "scripts" / "graph-reference"))["generated"]())


def test_it_names_every_label_relationship_type_and_property_of_entities_of_a_filled_graph(
    sample_graph: Groundplan,
) -> None:
    labels = rows(sample_graph.store, "MATCH (n) UNWIND labels(n) AS name RETURN DISTINCT name")
    types = rows(sample_graph.store, "MATCH ()-[r]->() RETURN DISTINCT type(r) AS name")
    properties = rows(sample_graph.store, "MATCH (n:__Entity__|Enrichment) UNWIND keys(n) AS name RETURN DISTINCT name")
    held = {row["name"] for row in (*labels, *types)}
    held |= {row["name"] for row in properties} - {name.lower() for name in held}
    assert sorted(held - set(re.findall(r"\w+", PAGE)) - set(sample_graph.ontology.predicates)) == []
