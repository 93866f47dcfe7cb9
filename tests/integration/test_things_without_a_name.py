"""Things without a name in the graph: evidence always, an entity where a fact is about them, and never anyone else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import dump, rows

from pipeline.errors import UsageError
from pipeline.ingest import decisions

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

DOCUMENTS = {
    "a.txt": "Coalition forces attacked Halden on 3 May 1962. Karl Lund repaired the old bridges.\n",
    "b.txt": "Coalition forces attacked Norvik. Erik Lund attacked Norvik. Anna Berg may attack the towers.\n",
}


@pytest.fixture
def filled(graph: Groundplan, tmp_path: Path) -> Groundplan:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    graph.ingest(folder)
    return graph


def entities(store: Store, name: str) -> list[str]:
    return [row["id"] for row in rows(store, "MATCH (e:__Entity__ {name: $name}) RETURN e.id AS id", name=name)]


def test_an_unnamed_thing_is_an_entity_only_where_a_fact_is_about_it(filled: Groundplan) -> None:
    local = rows(filled.store, "MATCH (l:LocalEntity) WHERE NOT l.named RETURN l.name AS name ORDER BY name")
    assert [row["name"] for row in local] == ["Coalition forces", "Coalition forces", "old bridges", "towers"]
    assert entities(filled.store, "towers") == []
    assert len(entities(filled.store, "old bridges")) == 1


def test_unnamed_things_are_never_one_across_documents(filled: Groundplan) -> None:
    assert len(entities(filled.store, "Coalition forces")) == 2


def test_who_asks_for_a_kind_is_given_named_things_only(filled: Groundplan) -> None:
    by_kind = rows(filled.store, "MATCH (a:Person|Organization|Group)-[:ATTACKED]->() RETURN a.name AS name")
    assert [row["name"] for row in by_kind] == ["Erik Lund"]
    everyone = rows(filled.store, "MATCH (a)-[:ATTACKED]->() RETURN a.name AS name, a.named AS named, a.kind AS kind")
    assert {(row["name"], row["named"], row["kind"]) for row in everyone} == {
        ("Coalition forces", False, "Organization"),
        ("Erik Lund", True, "Person"),
    }


def test_counts_and_lists_leave_out_what_has_no_name(filled: Groundplan) -> None:
    (norvik,) = entities(filled.store, "Norvik")
    (found,) = filled.store.read("aggregate_subjects", ids=[norvik], predicates=["ATTACKED"], kinds=[], limit=5)
    assert (found["total"], found["names"]) == (1, ["Erik Lund"])
    kinds = {row[0]: row[1:3] for row in filled.cypher("kinds").rows}
    assert kinds["Organization"] == (1, 2)  # Norvik; the coalition forces of either report


def test_a_description_cannot_be_merged_with_anything(filled: Groundplan) -> None:
    one, other = decisions.find(filled.store, "Coalition forces")
    with pytest.raises(UsageError, match="is no name"):
        decisions.merge(filled.store, one, other, filled.ontology)


def test_stated_values_are_found_by_type_and_beginning_and_leave_with_their_document(
    filled: Groundplan, tmp_path: Path
) -> None:
    (found,) = filled.cypher("stated_values", type="date", prefix="1962").rows
    assert (found[0], found[1], found[3]) == ("1962-05-03", "3 May 1962", "a.txt")
    (tmp_path / "reports" / "a.txt").write_text("Nothing is dated here.\n", encoding="utf-8")
    filled.ingest(tmp_path / "reports")
    assert rows(filled.store, "MATCH (v:Value) RETURN v.key") == []


def test_a_second_run_changes_nothing(filled: Groundplan, tmp_path: Path) -> None:
    before = dump(filled.store)
    filled.ingest(tmp_path / "reports")
    assert dump(filled.store) == before
