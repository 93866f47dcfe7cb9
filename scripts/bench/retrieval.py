"""The retrieval benchmark, by the protocol of HippoRAG: one corpus shared by all questions, title and text are one
passage, Recall@k over the passages that a question needs. No language model and no token.

Without --corpus it runs over 2WikiMultihopQA, MuSiQue and HotpotQA beside the repository, and over the first 782 passages
of the first with its first 101 questions, where a question counts when every passage that it needs is among eight. The
first half of each file was used to learn the weights of the ranking, the second was not; both are printed.

--without PART leaves a part out: text, vectors, links, walk, relations. --hide-titles ingests the texts without their
titles. --home FOLDER keeps the graphs there for another run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline import Groundplan, Settings

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "multihop"
SETS = ("2wiki", "musique_train100", "hotpotqa_train100")
PUBLISHED = {"2wiki": "BM25 67.3, HippoRAG 2 90.4, GFM-RAG 95.6", "musique_train100": "BM25 49.5, HippoRAG 2 74.7",
             "hotpotqa_train100": "BM25 75.5, HippoRAG 2 96.3", "first 782": "plain vectors 41.6, fast-graphrag 93.1"}  # fmt: skip
PARTS = ("text", "vectors", "links", "walk", "relations")
CUTS = (2, 5, 8)
FIRST_PASSAGES, FIRST_QUESTIONS = 782, 101


@dataclass(frozen=True, slots=True)
class Task:
    """A corpus and its questions, both JSON Lines files; of each only the first so many where that is said."""

    name: str
    corpus: Path
    questions: Path
    passages: int | None = None
    limit: int | None = None


def main() -> int:
    """Measure, print a table on stderr and one JSON object as the last line of stdout."""
    arguments = _arguments()
    tasks = _tasks(arguments)
    if not all(task.corpus.exists() and task.questions.exists() for task in tasks):
        print(f"no data at {SHARED}.", file=sys.stderr)
        return 2
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="groundplan-retrieval-") as folder:
        for task in tasks:
            figures[task.name] = _measure(task, arguments.home or Path(folder), arguments)
            _show(task.name, figures[task.name])
    print(json.dumps({**next(iter(figures.values())), "tasks": figures}))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="JSON Lines of id, title, text")
    parser.add_argument("--questions", type=Path, help="JSON Lines of question, gold (ids of passages)")
    parser.add_argument("--limit", type=int, help="the first so many questions")
    parser.add_argument("--without", action="append", default=[], choices=PARTS, help="leave a part out")
    parser.add_argument("--hide-titles", action="store_true", help="ingest texts without titles")
    parser.add_argument("--lowercase", action="store_true", help="ask in lower case")
    parser.add_argument("--home", type=Path, help="keep the graphs in this folder")
    parser.add_argument("--scale", type=int, help="fill each corpus up with generated passages to so many")
    return parser.parse_args()


def _tasks(arguments: argparse.Namespace) -> list[Task]:
    if arguments.corpus:
        return [Task(arguments.corpus.parent.name, arguments.corpus, arguments.questions, limit=arguments.limit)]
    known = [Task(name, *(SHARED / name / f"{part}.jsonl" for part in ("corpus", "questions"))) for name in SETS]
    first = Task("first 782", known[0].corpus, known[0].questions, passages=FIRST_PASSAGES, limit=FIRST_QUESTIONS)
    return [*known, first]
