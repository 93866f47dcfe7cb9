"""What tests of several folders share: the whole graph as lines to compare, a PDF made by hand, a text that breaks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from graph_schema.models import Document, Evidence
from pipeline.ingest.extract import RulesExtractor, Segmented, check_offsets
from pipeline.ingest.job import IngestJob
from pipeline.ingest.options import RunOptions
from pipeline.ingest.read import RawDocument
from pipeline.ingest.report import RunReport
from pipeline.ingest.segment import segment
from pipeline.ingest.stop import StopRequest
from pipeline.store.digest import lines
from pipeline.store.driver import Store
from pipeline.text.mentions import MentionFinder, RawMention

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Doc

    from graph_schema.ontology import Ontology
    from pipeline.settings import Settings
    from pipeline.store.driver import Layer, Transaction
    from pipeline.text.tagger import Tags


COMPOSE_FILE = Path(__file__).parents[1] / "docker-compose.yml"


def compose_commands() -> list[str]:
    """The shell commands at the head of the compose file: make the secret, start the server, say where it is."""
    return re.findall(r"^#   (.+)$", COMPOSE_FILE.read_text(encoding="utf-8"), re.MULTILINE)


def rows(store: Store, query: LiteralString, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """All rows of a test's own query, past the packaged statements."""
    result = store.driver.execute_query(query, parameters, database_=store.connection.database)
    return [record.data() for record in result.records]


def dump(store: Store) -> list[str]:
    """The lines that the digest hashes, and what waits for a run: equal for equal graphs, and where they are not, a
    failing comparison shows the difference."""
    waiting = [f"{what}: {count}" for what, count in store.read("unsettled")[0].items()]
    return [*(line.text for line in lines(store)), *waiting]


def environment(settings: Settings, **tuned: int) -> dict[str, str]:
    """The environment that says what `settings` say."""
    assert settings.neo4j_uri is not None
    assert settings.neo4j_password is not None
    return {
        "NEO4J_URI": settings.neo4j_uri,
        "NEO4J_USERNAME": settings.neo4j_username,
        "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        "NEO4J_DATABASE": settings.neo4j_database,
        "GROUNDPLAN_HOME": str(settings.home),
        "GROUNDPLAN_ENCODER": settings.encoder,
        **{f"GROUNDPLAN_{name.upper()}": str(value) for name, value in tuned.items()},
    }


def job_on(store: Store, settings: Settings, ontology: Ontology, **options: bool) -> IngestJob:
    """A job on a store of the test's own."""
    asked = RunOptions(**options)  # type: ignore[arg-type]
    return IngestJob(store, settings, ontology, options=asked, stop=StopRequest(), report=RunReport.begin())


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


def extracted(extractor: RulesExtractor, text: str, *, date: str | None = None) -> Evidence:
    """What a document of one text says, every offset checked."""
    document = Document(
        source="told", path="told.txt", record=None, title=None, date=date, media_type="text/plain",
        content_hash="hash", length=len(text),
    )  # fmt: skip
    (evidence,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1500))])
    assert isinstance(evidence, Evidence), evidence
    check_offsets(evidence)
    return evidence


def fragile_extractor(model: str, ontology: Ontology) -> RulesExtractor:
    """An extractor that breaks on one text."""
    extractor = RulesExtractor(model, ontology)
    extractor.find_mentions = FragileFinder(ontology)
    return extractor


class FragileFinder(MentionFinder):
    """Finds mentions, and breaks on one text."""

    def __call__(
        self, doc: Doc, offset: int, date: str | None = None, tags: Tags | None = None
    ) -> tuple[list[RawMention], dict[int, int]]:
        if "breaks" in doc.text:
            raise ValueError("this text breaks it")
        return super().__call__(doc, offset, date, tags)


class Killed(BaseException):
    """Stands for a process that ends here: nobody catches it."""


class MortalStore(Store):
    """A store whose process ends after a number of committed transactions, before anything else is written."""

    def __init__(self, store: Store, *, lives: int) -> None:
        super().__init__(store.connection, timeout_s=store.timeout_s)
        self.lives = lives
        self.committed = dict.fromkeys(self.written, 0)

    def write(self, layer: Layer, work: Callable[[Transaction], Any]) -> Any:  # noqa: ANN401
        if self.lives == 0:
            raise Killed
        result = super().write(layer, work)
        self.lives -= 1
        self.committed[layer] += 1
        return result
