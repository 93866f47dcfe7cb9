"""Question sets in the form of HippoRAG's, and graphs of their corpora."""

from __future__ import annotations

import json
import random
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import Groundplan

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "multihop"
SENTENCE = re.compile(r"(?<=[.!?])\s+")
SETS = ("2wiki", "musique_train100", "hotpotqa_train100")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A corpus and its questions, JSON Lines both; of each only the first so many where that is said."""

    name: str
    corpus: Path
    questions: Path
    passages: int | None = None
    limit: int | None = None
    hide_titles: bool = False

    def asked(self) -> list[dict[str, Any]]:
        """Its questions, in order."""
        with self.questions.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in islice(lines, self.limit)]


def known_set(name: str, **options: Any) -> QuestionSet:  # noqa: ANN401
    """One of `SETS`."""
    return QuestionSet(name, SHARED / name / "corpus.jsonl", SHARED / name / "questions.jsonl", **options)


def scaled(folder: Path, passages: int) -> QuestionSet:
    """The corpora of all sets in one, filled up to so many passages with generated ones, each of sentences of several
    real ones under a title of its own; the questions of the first set."""
    rng = random.Random(3)
    rows = [json.loads(line) for name in SETS for line in known_set(name).corpus.open(encoding="utf-8")]
    sentences = [sentence for row in rows for sentence in SENTENCE.split(row["text"])]
    words = sorted({word for row in rows for word in row["title"].split() if word.isalpha()})
    corpus = folder / f"scaled-{passages}.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    with corpus.open("w", encoding="utf-8") as file:
        for number in range(passages):
            made = {"title": " ".join(rng.sample(words, 3)), "text": " ".join(rng.sample(sentences, 4))}
            row = rows[number] if number < len(rows) else made
            file.write(json.dumps(row | {"id": str(number)}) + "\n")
    return replace(known_set(SETS[0]), name=f"scaled-{passages}", corpus=corpus)


@contextmanager
def opened(questions: QuestionSet, folder: Path, *, catalogue: bool = False, **settings: Any) -> Iterator[Groundplan]:  # noqa: ANN401
    """A graph of the set's corpus in a home of its own in `folder`; what is there already is not ingested again."""
    variant = f"-{questions.passages}" if questions.passages else ""
    variant += "-without-titles" if questions.hide_titles else ""
    home = folder / f"{questions.name}{variant}"
    home.mkdir(parents=True, exist_ok=True)
    corpus = questions.corpus
    if variant:
        corpus = home / "corpus.jsonl"
        with questions.corpus.open(encoding="utf-8") as lines, corpus.open("w", encoding="utf-8") as cut:
            for line in islice(lines, questions.passages):
                row = json.loads(line)
                cut.write(json.dumps({key: row[key] for key in ("id", "text") if questions.hide_titles} or row) + "\n")
    with Groundplan.open(home=home, **settings) as graph:
        if not graph.store.read("count_documents")[0]["documents"]:
            graph.ingest(f"corpus={corpus}", catalogue=catalogue)
        yield graph
