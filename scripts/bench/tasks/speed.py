"""How fast extraction is beside bare `nlp.pipe` with the same model on the same chunks, in one process."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from graph_schema.models import Failed
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import PARSE_BATCH_CHUNKS, RulesExtractor, Segmented
from pipeline.settings import Settings
from pipeline.text import nlp
from tasks.base import Result, segmented
from tasks.judged import texts

if TYPE_CHECKING:
    from tasks.base import Options

DOCUMENTS_A_TURN = 4
TURNS = 5
AIM = 0.60


def run(options: Options) -> Result:  # noqa: ARG001
    """Parse, extract and parse the same documents in turns, so that caches and other work weigh on both."""
    settings = Settings.load()
    extractor = RulesExtractor(settings.model, load_ontology(settings.ontology))
    extractor.setup()
    batches = [
        [segmented(text, settings) for text in islice(texts(), turn * DOCUMENTS_A_TURN, (turn + 1) * DOCUMENTS_A_TURN)]
        for turn in range(TURNS)
    ]
    _extract(extractor, batches[0][:1])
    words = sum(len(chunk.text.split()) for batch in batches for each in batch for chunk in each.chunks)
    bare_s = extract_s = 0.0
    for batch in batches:
        before_s = _parse(settings.model, batch)
        extract_s += _extract(extractor, batch)
        bare_s += (before_s + _parse(settings.model, batch)) / 2
    ratio = bare_s / extract_s
    table = [
        ("words", str(words)),
        ("bare nlp.pipe, words a second", f"{words / bare_s:.0f}"),
        ("extraction, words a second", f"{words / extract_s:.0f}"),
        (f"ratio (aim {AIM:.2f}, 1 is the limit)", f"{ratio:.3f}"),
    ]
    return Result({"precision": None, "recall": None, "f1": None, "ratio": round(ratio, 4)}, table)


def _parse(model: str, batch: list[Segmented]) -> float:
    chunks = [chunk.text for each in batch for chunk in each.chunks]
    started = time.perf_counter()
    for _ in nlp.load(model).pipe(chunks, batch_size=PARSE_BATCH_CHUNKS):
        pass
    return time.perf_counter() - started


def _extract(extractor: RulesExtractor, batch: list[Segmented]) -> float:
    started = time.perf_counter()
    results = extractor(batch)
    seconds = time.perf_counter() - started
    if any(isinstance(each, Failed) for each in results):
        raise ValueError("a document could not be extracted.")
    return seconds
