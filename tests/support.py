"""What tests of several folders share: the whole graph as lines to compare, a PDF made by hand, a text that breaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, LiteralString

from pipeline.ingest.extract import RulesExtractor
from pipeline.text.mentions import MentionFinder, RawMention

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from graph_schema.ontology import Ontology
    from pipeline.store.driver import Store


def rows(store: Store, query: LiteralString, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """All rows of a test's own query, past the packaged statements."""
    result = store.driver.execute_query(query, parameters, database_=store.connection.database)
    return [record.data() for record in result.records]


def dump(store: Store) -> list[str]:
    """Every node and relationship but those of operations, one line each, sorted: equal for equal graphs, whatever the
    server calls them inside. The hash of a document's file is left out, as it belongs to the ledger."""
    nodes = rows(
        store,
        "MATCH (n) WHERE NOT n:Run AND NOT n:Migration RETURN labels(n) AS labels, properties(n) AS properties",
    )
    relationships = rows(
        store,
        "MATCH (a)-[r]->(b) RETURN coalesce(a.key, a.id) AS start, type(r) AS type, "
        "properties(r) AS properties, coalesce(b.key, b.id) AS end",
    )
    for node in nodes:
        node["labels"].sort()
        node["properties"].pop("file_hash", None)
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in (*nodes, *relationships))


def clear(store: Store) -> None:
    """Delete every node but the migrations."""
    rows(store, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")


def pdf(line: str) -> bytes:
    """A PDF of one page with one line of text."""
    stream = f"BT /F1 12 Tf 72 700 Td ({line}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
        "/Resources << /Font << /F1 3 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def fragile_extractor(model: str, ontology: Ontology) -> RulesExtractor:
    """An extractor that breaks on one text."""
    extractor = RulesExtractor(model, ontology)
    extractor.find_mentions = FragileFinder(ontology)
    return extractor


class FragileFinder(MentionFinder):
    """Finds mentions, and breaks on one text."""

    def __call__(self, doc: Doc, offset: int, date: str | None = None) -> tuple[list[RawMention], dict[int, int]]:
        if "breaks" in doc.text:
            raise ValueError("this text breaks it")
        return super().__call__(doc, offset, date)
