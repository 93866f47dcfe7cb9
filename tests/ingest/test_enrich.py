"""Enrichment on the real store: what documents can be called comes, changes and goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import rows

from pipeline.ingest.enrich import ENRICHER

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan

TITLED = "MATCH (d:Document)-[r:TITLED]->(t:Title) RETURN d.path AS path, t.key AS key, r.weight AS weight"


def written(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def titles(graph: Groundplan) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows(graph.store, TITLED):
        found.setdefault(row["path"], set()).add(row["key"])
    return found


def test_a_document_is_found_by_its_title_and_by_its_subject(graph: Groundplan, tmp_path: Path) -> None:
    graph.ingest(written(tmp_path / "in", varde="# Varde (town)\n\nVarde is a town in Denmark.\n"))
    assert titles(graph)["varde.md"] >= {"varde town", "varde"}


def test_titles_leave_with_the_last_document_that_bears_them(graph: Groundplan, tmp_path: Path) -> None:
    folder = written(
        tmp_path / "in", one="# Varde\n\nA town.\n", two="# Varde\n\nA river.\n", three="# Tessel\n\nA mill.\n"
    )
    graph.ingest(folder)
    graph.settings = graph.settings.model_copy(update={"max_prune_share": 1.0})
    (folder / "one.md").unlink()
    (folder / "three.md").unlink()
    graph.ingest(folder, prune=True)
    assert titles(graph) == {"two.md": {"varde"}}
    assert rows(graph.store, "MATCH (t:Title) RETURN t.key AS key") == [{"key": "varde"}]


def test_a_changed_title_replaces_the_former(graph: Groundplan, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", one="# Varde\n\nA town.\n")
    graph.ingest(folder)
    graph.ingest(written(folder, one="# Tessel\n\nA town.\n"))
    assert titles(graph) == {"one.md": {"tessel"}}
    assert rows(graph.store, "MATCH (t:Title) RETURN t.key AS key") == [{"key": "tessel"}]


def test_the_titles_of_a_large_document_leave_with_it(graph: Groundplan, tmp_path: Path) -> None:
    small = graph.settings.model_copy(update={"max_transaction_rows": 100, "max_prune_share": 1.0})
    graph.settings = small
    text = "# Varde\n\n" + "Anna Berg of Varde met Karl Holm in Oslo in 1962.\n\n" * 60
    folder = written(tmp_path / "in", one=text, other="# Skagen\n\nA mill.\n")
    graph.ingest(folder)
    assert titles(graph)["one.md"] == {"varde"}
    graph.ingest(written(folder, one=text.replace("# Varde", "# Tessel")))
    assert titles(graph)["one.md"] == {"tessel"}
    (folder / "one.md").unlink()
    graph.ingest(folder, prune=True)
    assert rows(graph.store, "MATCH (t:Title) RETURN t.key AS key") == [{"key": "skagen"}]


def test_what_another_enricher_worked_on_is_enriched_again_and_nothing_else(graph: Groundplan, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", one="# Varde\n\nA town.\n", two="# Tessel\n\nA mill.\n")
    graph.ingest(folder)
    before = graph.store.written["enrichment"].total
    graph.ingest(folder)
    assert graph.store.written["enrichment"].total == before
    keys = [row["key"] for row in rows(graph.store, "MATCH (d:Document {path: 'one.md'}) RETURN d.key AS key")]
    graph.store.write("operations", lambda tx: tx.write("set_enriched", documents=keys, enricher="titles-0"))
    graph.ingest(folder)
    enriched = rows(graph.store, "MATCH (d:Document) RETURN DISTINCT d.enriched AS enricher")
    assert enriched == [{"enricher": ENRICHER}]
    assert graph.store.written["enrichment"].total > before
