"""Question sets in the form of HippoRAG's, and graphs of their corpora."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import Groundplan

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "multihop"
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


@contextmanager
def opened(questions: QuestionSet, folder: Path, **settings: Any) -> Iterator[Groundplan]:  # noqa: ANN401
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
            graph.ingest(f"corpus={corpus}")
        yield graph
