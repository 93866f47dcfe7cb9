"""The digest sees all that is evidence, knowledge, a finding or a decision, each in its own layer, and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support import environment, rows

from pipeline import cli
from pipeline.store import digest as digest_module
from pipeline.store.digest import LAYERS, GraphDigest, digest, lines

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

LAYER_OF_LABEL = {
    "Document": "evidence", "Chunk": "evidence", "LocalEntity": "evidence", "Claim": "evidence",
    "__Entity__": "knowledge", "Fact": "knowledge", "Name": "knowledge", "Block": "knowledge", "Decision": "decisions",
}  # fmt: skip
EVIDENCE_TYPES = {"FROM_DOCUMENT", "NEXT_CHUNK", "MENTIONS", "HOLDS_VALUE", "ABOUT", "SUBJECT", "OBJECT", "STATED_IN"}
LEDGER = {("Document", "state"), ("Document", "file_hash"), ("Document", "extractor"), ("Chunk", "embedding"),
          ("Chunk", "embedded_by"), ("Document", "embedded_by"), ("Document", "enriched"),
          ("__Entity__", "community"), ("__Entity__", "centrality")}  # fmt: skip
KEYS = {"key", "id"}
ENRICHMENT_TYPES = {"TITLED"}


@pytest.fixture
def filled(graph: Groundplan, tmp_path: Path) -> Store:
    """A small graph in which every label and relationship stands, with a finding, a decision, a vector and a run."""
    folder = tmp_path / "archive"
    folder.mkdir()
    texts = {
        "Halden Instruments.txt": "Anna Berg founded Halden Instruments in 1962. Halden Instruments failed.\n",
        "b.txt": "Halden Instruments was founded in 1963. Anna Berg did not join Norvik Systems.\n\n"
        + "It rained.\n" * 200,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    graph.ingest(folder)
    rows(graph.store, "CREATE (:Decision {key: 'd1', verdict: 'same', first_name: 'anna berg'})")
    rows(graph.store, "MATCH (c:Chunk) SET c.embedding = [0.5, 0.25], c.embedded_by = 'an encoder'")
    return graph.store


def layer_of(kind: str) -> str:
    """The layer of a type of relationship."""
    if kind in ENRICHMENT_TYPES:
        return "enrichment"
    return "evidence" if kind in EVIDENCE_TYPES else "knowledge"


def changed(before: GraphDigest, after: GraphDigest) -> set[str]:
    """The layers that differ."""
    return {layer for layer in LAYERS if getattr(before, layer) != getattr(after, layer)}


def other(value: Any) -> Any:  # noqa: ANN401
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case list():
            return [*value, other(value[0])] if value else ["more"]
        case _:
            return f"{value}x"


def test_a_change_of_any_property_of_any_node_shows_in_its_layer_and_in_no_other(filled: Store) -> None:
    known = rows(
        filled,
        "MATCH (n) UNWIND labels(n) AS label UNWIND keys(n) AS name "
        "RETURN label, name, head(collect(elementId(n))) AS id ORDER BY label, name",
    )
    seen = [row for row in known if row["label"] in LAYER_OF_LABEL]
    assert {row["label"] for row in seen} == set(LAYER_OF_LABEL)
    before = digest(filled)
    for row in seen:
        (found,) = rows(filled, "MATCH (n) WHERE elementId(n) = $id RETURN n[$name] AS value", **row)
        rows(filled, "MATCH (n) WHERE elementId(n) = $id SET n[$name] = $value", **row, value=other(found["value"]))
        after = digest(filled)
        at = (row["label"], row["name"])
        expected = set() if at in LEDGER else {LAYER_OF_LABEL[row["label"]]}
        # a key stands also in the lines of what points at it
        assert expected <= changed(before, after) if row["name"] in KEYS else changed(before, after) == expected, at
        before = after


def test_a_change_of_any_relationship_shows_in_its_layer_and_in_no_other(filled: Store) -> None:
    known = rows(
        filled,
        "MATCH ()-[r]->() WITH type(r) AS type, head(collect(r)) AS one "
        "RETURN type, elementId(one) AS id, keys(one) AS names ORDER BY type",
    )
    assert {row["type"] for row in known} > EVIDENCE_TYPES
    assert {"RESOLVES_TO", "SUPPORTS", "DENIES", "CONFLICTS_WITH", "FROM_CHUNK", "FOUNDED"} < {
        row["type"] for row in known
    }
    before = digest(filled)
    for row in known:
        layer = {layer_of(row["type"])} - {"enrichment"}
        for name in row["names"]:
            rows(
                filled,
                "MATCH ()-[r]->() WHERE elementId(r) = $id SET r[$name] = coalesce(toStringOrNull(r[$name]), '') + 'x'",
                id=row["id"],
                name=name,
            )
            after = digest(filled)
            assert changed(before, after) == layer, (row["type"], name)
            before = after
        rows(filled, "MATCH ()-[r]->() WHERE elementId(r) = $id DELETE r", id=row["id"])
        after = digest(filled)
        assert changed(before, after) == layer, row["type"]
        before = after


def test_a_verified_finding_is_counted_apart_from_what_documents_say(filled: Store) -> None:
    before = digest(filled)
    (claim,) = rows(filled, "MATCH (c:Claim {predicate: 'FOUNDED'}) SET c.method = 'recursion' RETURN c.key AS key")
    after = digest(filled)
    assert changed(before, after) == {"evidence", "findings"}
    assert (before.findings.nodes, after.findings.nodes) == (0, 1)
    assert any(claim["key"] in line.text for line in lines(filled) if line.layer == "findings")


def test_a_generation_that_no_reader_sees_is_not_counted(filled: Store) -> None:
    before = digest(filled)
    rows(
        filled,
        "MATCH (l:LocalEntity) WITH l LIMIT 1 CREATE (:Generation {key: 'g'})<-[:FROM_DOCUMENT]-"
        "(c:Chunk {id: 'c', document: 'g'})-[:MENTIONS {key: 'm'}]->(o:LocalEntity {key: 'o', document: 'g'})"
        "<-[:SUBJECT]-(:Claim {key: 'k', document: 'g', method: 'rules'})-[:STATED_IN]->(c)",
    )
    after = digest(filled)
    assert changed(before, after) == set()
    assert (before.waiting, after.waiting) == (0, 1)
    assert "1 changes wait" in str(after)


@pytest.mark.parametrize("size", [1, 3])
def test_pages_of_any_size_give_one_digest(filled: Store, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    known = digest(filled)
    monkeypatch.setattr(digest_module, "PAGE_ROWS", size)
    assert digest(filled) == known


def test_it_counts_every_node_and_relationship_of_its_layers(filled: Store) -> None:
    known = digest(filled)
    counted = "MATCH (n) WHERE NOT n:Run AND NOT n:Migration AND NOT n:Title AND NOT n:Enrichment RETURN count(n) AS n"
    assert sum(getattr(known, layer).nodes for layer in LAYERS) == rows(filled, counted)[0]["n"]
    assert (
        sum(getattr(known, layer).relationships for layer in LAYERS)
        == rows(filled, "MATCH ()-[r]->() WHERE type(r) <> 'TITLED' RETURN count(r) AS n")[0]["n"]
    )


def test_the_command_shows_a_table_and_prints_one_object_last(
    filled: Store, graph: Groundplan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(graph.settings).items():
        monkeypatch.setenv(name, value)
    assert cli.run(["digest"]) == 0
    output = capsys.readouterr()
    known = digest(filled)
    assert json.loads(output.out) == known.as_json()
    assert graph.digest() == known
    assert known.evidence.sha256 in output.err
    assert set(known.as_json()) == {*LAYERS, "waiting"}
    assert len(known.knowledge.sha256) == 64
