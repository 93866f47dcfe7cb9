"""The digest of a graph: one SHA-256 a layer over canonical lines, so that two graphs can be compared by eye.

A line is a JSON array: label, key, properties by name, and the relationships that begin there, each with the key of its
other end. Lines come in the order of their keys. Numbers are written as the shortest text that reads back as the same
number; lists keep their order. Not in it: the ledger (state, hash of the file, fingerprint of the extractor), marks of
what waits, vectors, communities, runs, migrations, and the evidence of generations, which no reader sees.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from graph_schema.migrations import constrained_types
from graph_schema.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import neo4j

    from graph_schema.statements import Statement
    from pipeline.store.driver import Store

DigestLayer = Literal["evidence", "knowledge", "findings", "decisions"]
LAYERS: tuple[DigestLayer, ...] = ("evidence", "knowledge", "findings", "decisions")
FINDINGS_METHOD = "recursion"
PAGE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class LayerDigest:
    """The SHA-256 of one layer's lines, and how many nodes and relationships they stand for."""

    sha256: str
    nodes: int
    relationships: int


@dataclass(frozen=True, slots=True)
class GraphDigest:
    """The digests of the four layers. `waiting` counts documents, names, entities and facts that a run has yet to
    finish: until it is 0, knowledge lags behind evidence."""

    evidence: LayerDigest
    knowledge: LayerDigest
    findings: LayerDigest
    decisions: LayerDigest
    waiting: int

    def as_json(self) -> dict[str, Any]:
        """Plain values; the contract of the last line on stdout."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{'layer':<10} {'nodes':>10} {'relationships':>14}  sha256"]
        for name in LAYERS:
            layer: LayerDigest = getattr(self, name)
            lines.append(f"{name:<10} {layer.nodes:>10,} {layer.relationships:>14,}  {layer.sha256}")
        if self.waiting:
            lines.append(f"{self.waiting:,} changes wait: run `groundplan ingest` again, which finishes them")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Line:
    """One canonical line, and what it stands for."""

    layer: DigestLayer
    text: str
    nodes: int
    relationships: int


def digest(store: Store) -> GraphDigest:
    """Read the whole graph, page by page, and hash it. While a run works on it the result says nothing."""
    hashers = {layer: hashlib.sha256() for layer in LAYERS}
    nodes: Counter[DigestLayer] = Counter()
    relationships: Counter[DigestLayer] = Counter()
    for line in lines(store):
        hashers[line.layer].update(line.text.encode() + b"\n")
        nodes[line.layer] += line.nodes
        relationships[line.layer] += line.relationships
    layers = {each: LayerDigest(hashers[each].hexdigest(), nodes[each], relationships[each]) for each in LAYERS}
    (waiting,) = store.read("unsettled")
    return GraphDigest(**layers, waiting=sum(waiting.values()))


def lines(store: Store) -> Iterator[Line]:
    """Every line of the graph, in the order in which it is hashed."""
    hidden = [row["key"] for row in store.read("hidden_generations")]
    yield from _nodes(store, "evidence", "documents")
    yield from _nodes(store, "evidence", "chunks", hidden=hidden)
    yield from _nodes(store, "evidence", "local_entities", hidden=hidden)
    yield from _nodes(store, "evidence", "values", hidden=hidden)
    yield from _nodes(store, "evidence", "claims", hidden=hidden)
    for name in ("entities", "facts", "names", "blocks"):
        yield from _nodes(store, "knowledge", name)
    for kind in constrained_types(row["name"] for row in store.read("constraint_names")):
        for key, properties, links in _rows(store, statement("read", "digest_relationships").for_type(kind)):
            yield Line("knowledge", _text(kind, key, properties, links), 0, 1)
    yield from _nodes(store, "decisions", "decisions")


def _nodes(store: Store, layer: DigestLayer, name: str, **parameters: Any) -> Iterator[Line]:  # noqa: ANN401
    for key, properties, links, *derived in _rows(store, statement("read", f"digest_{name}"), **parameters):
        is_finding = properties.get("method") == FINDINGS_METHOD
        yield Line("findings" if is_finding else layer, _text(name, key, properties, links), 1, len(links))
        for attached in derived:
            if attached:
                yield Line("knowledge", _text(name, key, {}, attached), 0, len(attached))


def _rows(store: Store, query: Statement, **parameters: Any) -> Iterator[list[Any]]:  # noqa: ANN401
    """The rows of all pages, each a list of columns. Not as `Store.read` gives them, which copies every value."""
    after = ""
    while page := store.stream(
        query.text, {"after": after, "limit": PAGE_ROWS, **parameters}, _values, timeout_s=store.timeout_s
    ):
        yield from page
        after = page[-1][0]


def _values(result: neo4j.Result) -> list[list[Any]]:
    return [record.values() for record in result]


def _text(name: str, key: str, properties: dict[str, Any], links: list[list[Any]]) -> str:
    known = {each: value for each, value in properties.items() if value is not None}
    if "labels" in known:
        known["labels"] = sorted(known["labels"])
    ends = sorted(json.dumps(link, sort_keys=True) for link in links)
    return json.dumps([name, key, known, ends], sort_keys=True)
