"""Offsets: whether `text[start:end] == surface` for every mention of every text under the data folder."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.cues import CueReader
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder
from tasks.base import SHARED, Result, Score
from tasks.conll04_data import detokenised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tasks.base import Options

CHUNK_CHARS = 4_000


def run(options: Options) -> Result:
    """Check the texts of a file or of a folder, by default all."""
    place = options.file or options.folder or SHARED
    if not place.exists():
        raise FileNotFoundError(f"{str(place)!r} is not there")
    right, said = checked(texts_of(place))
    score = Score(right, said, said)
    return Result(score.as_json(), [("mentions at their characters", f"{right} of {said}")])


def checked(texts: Iterable[str]) -> tuple[int, int]:
    """How many mentions stand at their characters, and how many mentions there are."""
    ontology = load_ontology(Settings.load().ontology)
    finder = MentionFinder(ontology)
    model = nlp.load(Settings.load().model)
    pieces = (
        (text[start : start + CHUNK_CHARS], (text, start))
        for text in texts
        for start in range(0, len(text), CHUNK_CHARS)
    )
    right = said = 0
    for doc, (text, offset) in model.pipe(pieces, as_tuples=True):
        found, at = finder(doc, offset)
        read = CueReader(doc, found, at, ontology, offset)
        read()
        for mention in read.mentions:
            said += 1
            right += mention.start < mention.end and text[mention.start : mention.end] == mention.surface
    return right, said


def texts_of(place: Path) -> Iterator[str]:
    """Every text below a folder, or of one file: plain text, or the texts and sentences of JSON lines; NFC."""
    paths = (
        [place] if place.is_file() else sorted(each for each in place.rglob("*") if each.suffix in {".txt", ".jsonl"})
    )
    for path in paths:
        if path.suffix == ".txt":
            yield unicodedata.normalize("NFC", path.read_text(encoding="utf-8", errors="replace"))
            continue
        for line in path.read_text(encoding="utf-8").split("\n"):
            text = _text_of(json.loads(line)) if line else ""
            if text:
                yield unicodedata.normalize("NFC", text)


def _text_of(record: dict[str, Any]) -> str:
    if "tokens" in record:
        return detokenised(record["tokens"])[0]
    if "sents" in record:
        return " ".join(word for sentence in record["sents"] for word in sentence)
    return next((record[field] for field in ("text", "sentence", "question", "name") if field in record), "")
