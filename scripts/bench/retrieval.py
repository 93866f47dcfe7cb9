"""The retrieval benchmark, by the protocol of HippoRAG: one corpus shared by all questions, title and text are one
passage, Recall@k over the passages that a question needs. No language model, no token.

Without --corpus it runs over 2WikiMultihopQA, MuSiQue and HotpotQA beside the repository, and over the first 782
passages of the first with its first 101 questions, where a question counts when every passage that it needs is among
eight. The ranking was learned on the first half of each file; both halves are printed.

--without PART leaves a part out (text, vectors, links, walk, bridges), --table prints what each part adds,
--hide-titles ingests the texts without titles, --lowercase asks in lower case, --typos changes a letter of a name,
--scale N merges all corpora, fills them up to N passages and prints how much longer a question takes; --home FOLDER
keeps the graphs there for another run.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora import SETS, SHARED, QuestionSet, known_set, opened, scaled

from pipeline.query.retrieval import ALL_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline import Groundplan

PUBLISHED = {
    "2wiki": "BM25 67.3, HippoRAG 2 90.4, GFM-RAG 95.6; aim 98",
    "2wiki without titles": "BM25 65; aim 92",
    "musique_train100": "BM25 49.5, HippoRAG 2 74.7; aim 82",
    "hotpotqa_train100": "BM25 75.5, HippoRAG 2 96.3; aim 96",
    "first 782": "all of 8: plain vectors 41.6, fast-graphrag 93.1; aim 97",
}
CUTS = (2, 5, 8)
FIRST_PASSAGES, FIRST_QUESTIONS = 782, 101
SCALE_QUESTIONS = 200
NAME = re.compile(r"\b[A-Z][a-z]{4,}\b")
Figures = dict[str, Any]


def main() -> int:
    """Measure, print a table on stderr and one JSON object as the last line of stdout."""
    arguments = _arguments()
    if arguments.scale:
        return _scale(arguments)
    sets = [replace(each, hide_titles=arguments.hide_titles) for each in _sets(arguments)]
    if not all(each.corpus.exists() and each.questions.exists() for each in sets):
        print(f"no data at {SHARED}.", file=sys.stderr)
        return 2
    left_out = [set(arguments.without)]
    if arguments.table:
        left_out += [{part} for part in sorted(ALL_PARTS)]
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="groundplan-retrieval-") as folder:
        for each in sets:
            for without in left_out:
                name = " ".join([each.name, *(f"without {part}" for part in sorted(without))])
                parts = ",".join(sorted(ALL_PARTS - without))
                with opened(each, arguments.home or Path(folder), retrieval_parts=parts) as graph:
                    figures[name] = _measure(graph, list(_changed(each.asked(), arguments)))
                published = f"{each.name} without titles" if each.hide_titles else each.name
                _show(name, figures[name], PUBLISHED.get(published, ""))
    print(json.dumps({**next(iter(figures.values())), "sets": figures}))
    return 0


def _scale(arguments: argparse.Namespace) -> int:
    """How long a question takes over few passages and over many: catalogued ones, without vectors."""
    parts = ",".join(sorted(ALL_PARTS - {"vectors"}))
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="groundplan-retrieval-") as kept:
        folder = arguments.home or Path(kept)
        few = known_set(SETS[0])
        for each in (few, scaled(folder, arguments.scale)):
            each = replace(each, name=f"{each.name}-catalogued", limit=arguments.limit or SCALE_QUESTIONS)
            with opened(each, folder, catalogue=True, encoder="none", retrieval_parts=parts) as graph:
                figures[each.name] = _measure(graph, each.asked())
            _show(each.name, figures[each.name], "aim 50 / 150 ms, growth 1.5")
    small, large = figures.values()
    growth = {f"{name}_growth": round(large[name] / small[name], 2) for name in ("p50_ms", "p95_ms")}
    print(growth, file=sys.stderr)
    print(json.dumps({**growth, "sets": figures}))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="JSON Lines of id, title, text")
    parser.add_argument("--questions", type=Path, help="JSON Lines of question, gold (ids of passages)")
    parser.add_argument("--limit", type=int, help="the first so many questions")
    parser.add_argument("--without", action="append", default=[], choices=sorted(ALL_PARTS))
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--hide-titles", action="store_true")
    parser.add_argument("--lowercase", action="store_true")
    parser.add_argument("--typos", action="store_true")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--scale", type=int, help="so many passages, and how much longer a question takes")
    found = parser.parse_args()
    if (found.corpus is None) != (found.questions is None):
        parser.error("--corpus and --questions go together")
    return found


def _sets(arguments: argparse.Namespace) -> list[QuestionSet]:
    if arguments.corpus:
        name = arguments.corpus.resolve().parent.name
        return [QuestionSet(name, arguments.corpus, arguments.questions, limit=arguments.limit)]
    first = known_set(SETS[0], passages=FIRST_PASSAGES, limit=FIRST_QUESTIONS)
    return [*(known_set(name, limit=arguments.limit) for name in SETS), replace(first, name="first 782")]


def _changed(questions: Iterable[Figures], arguments: argparse.Namespace) -> Iterator[Figures]:
    rng = random.Random(7)
    for question in questions:
        text = question["question"]
        if arguments.lowercase:
            text = text.lower()
        names = [match.start() for match in NAME.finditer(text) if match.start()]
        if arguments.typos and names:
            at = rng.choice(names) + 2
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        yield question | {"question": text}


def _measure(graph: Groundplan, questions: list[Figures]) -> Figures:
    graph.retrieve(questions[0]["question"])
    recalls: dict[int, list[float]] = {cut: [] for cut in CUTS}
    whole, seconds = [], []
    for question in questions:
        started = time.perf_counter()
        found = [each.citation.record for each in graph.retrieve(question["question"], limit=max(CUTS))]
        seconds.append(time.perf_counter() - started)
        gold = set(question["gold"])
        for cut in CUTS:
            recalls[cut].append(len(gold & set(found[:cut])) / len(gold))
        whole.append(gold <= set(found[: max(CUTS)]))
    exact = [number for number, each in enumerate(questions) if each.get("gold_source") != "derived-fuzzy"]
    half = len(questions) // 2
    at_five = recalls[5]
    figures: Figures = {f"recall_at_{cut}": _percent(recalls[cut]) for cut in CUTS}
    figures |= {
        "recall_at_5_first_half": _percent(at_five[:half]),
        "recall_at_5_second_half": _percent(at_five[half:]),
        "recall_at_5_without_fuzzy_gold": _percent([at_five[number] for number in exact]),
        "all_of_8": _percent([float(each) for each in whole]),
        "p50_ms": round(1000 * statistics.median(seconds), 1),
        "p95_ms": round(1000 * sorted(seconds)[int(0.95 * (len(seconds) - 1))], 1),
        "questions": len(questions),
        "tokens": 0,
    }
    return figures


def _percent(values: list[float]) -> float | None:
    return round(100 * statistics.fmean(values), 1) if values else None


def _show(name: str, figures: Figures, published: str) -> None:
    halves = f"({figures['recall_at_5_first_half']} / {figures['recall_at_5_second_half']})"
    recalls = f"R@2 {figures['recall_at_2']}  R@5 {figures['recall_at_5']} {halves}  all of 8 {figures['all_of_8']}"
    print(
        f"{name:<36} {recalls}  p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']} ms   {published}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
