"""What the tasks of the extraction benchmark share: their options, their scores, and the shipped extractor."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_schema.keys import content_hash
from graph_schema.models import Document, Failed
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graph_schema.models import Evidence

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
BATCH_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `retrain` are the folds to train on instead of using the shipped weights,
    `unjudged` is where claims without a verdict go."""

    file: Path | None
    folder: Path | None
    folds: tuple[int, ...]
    retrain: tuple[int, ...]
    unjudged: Path | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One text to extract from, as a document of its own."""

    id: str
    text: str
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of counts. Fractions, so that soft matches can be counted too."""

    right: float
    said: float
    gold: float
    found: float | None = None

    @property
    def precision(self) -> float:
        """Share of what was said that is right."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found; `found` counts it where one answer may cover several gold items."""
        return (self.right if self.found is None else self.found) / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_json(self) -> dict[str, float]:
        """The three figures, to four places."""
        return {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4)}


@dataclass(slots=True)
class Result:
    """What a task found: its figures for the last line of stdout, and a table for people."""

    figures: dict[str, Any]
    table: list[tuple[str, str]] = field(default_factory=list)


def evidence_of(texts: Iterable[Text], extractor: RulesExtractor | None = None) -> Iterator[Evidence]:
    """What is shipped, in its default configuration, finds in each text; one piece of evidence a text, in order.

    Texts are NFC-normalised by ingestion: offsets of the gold must be into NFC text too. Raises `RuntimeError` when a
    text cannot be extracted.
    """
    settings = Settings.load()
    extractor = extractor or RulesExtractor(settings.model, load_ontology(settings.ontology))
    batch: list[Segmented] = []
    for each in texts:
        batch.append(segmented(each, settings))
        if len(batch) == BATCH_DOCUMENTS:
            yield from _extracted(extractor, batch)
            batch = []
    yield from _extracted(extractor, batch)


def _extracted(extractor: RulesExtractor, batch: list[Segmented]) -> Iterator[Evidence]:
    for result in extractor(batch):
        if isinstance(result, Failed):
            raise RuntimeError(f"{result.path}: {result.reason}")
        yield result


def segmented(each: Text, settings: Settings) -> Segmented:
    """A text as the `segment` stage leaves a document."""
    text = unicodedata.normalize("NFC", each.text)
    document = Document(
        source="bench",
        path=each.id,
        record=None,
        title=each.title,
        date=each.date,
        media_type="text/plain",
        content_hash=content_hash(text, each.title, each.date),
        length=len(text),
    )
    return Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=settings.max_chunk_chars))
