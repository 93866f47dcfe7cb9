"""Ask questions and count how many are answered right, wrong, or not at all.

    scripts/bench/answers [--archive FOLDER | --corpus FILE] [--questions FILE] [--limit N]

By default the sample archive and its forty questions (half a minute). `--corpus` is a JSON Lines file of passages. The
documents are ingested into a graph of its own, or are those of the graph that stands in `--home`. A table of right,
wrong and abstained by kind, of each half of the questions where they are a multi-hop set, and every wrong answer go to
stderr; the last line on stdout is one JSON object. Every citation is checked at its characters.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))

from scoring import Outcome, counts, load_questions, total, verdict  # noqa: E402

from graph_schema.keys import document_key  # noqa: E402
from pipeline import Groundplan  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.answer import Answer
    from pipeline.query.citation import Citation

ALL_CHUNKS = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    documents = parser.add_mutually_exclusive_group()
    documents.add_argument("--archive", type=Path, default=ROOT / "tests" / "samples" / "archive")
    documents.add_argument("--corpus", type=Path, help="a JSON Lines file of passages")
    documents.add_argument("--home", type=Path, help="a graph that holds the documents already")
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "samples" / "questions.jsonl")
    parser.add_argument("--limit", type=int, help="how many questions, from the first")
    arguments = parser.parse_args()
    outcomes = []
    cited = wrongly_cited = 0
    with opened(arguments.home, arguments.corpus or arguments.archive) as kg:
        started = time.perf_counter()
        for question in load_questions(arguments.questions)[: arguments.limit]:
            answer = kg.ask(question.text)
            judged = verdict(question, found=answer.found, text=answer.text, value=answer.value)
            outcomes.append(Outcome(question, answer.text, judged))
            checked = [is_exact(kg, citation) for citation in citations(answer)]
            cited, wrongly_cited = cited + len(checked), wrongly_cited + checked.count(False)
        seconds = time.perf_counter() - started
    parts = {"all": outcomes}
    if any(each.question.value is not None for each in outcomes):
        half = (len(outcomes) + 1) // 2
        parts |= {"first half": outcomes[:half], "second half": outcomes[half:]}
    for name, part in parts.items():
        show(name, part)
    show_wrong(outcomes)
    print(
        json.dumps(
            {name: summary(part) for name, part in parts.items()}
            | {"citations": cited, "wrong_citations": wrongly_cited, "seconds": round(seconds, 1), "tokens": 0}
        )
    )


@contextmanager
def opened(home: Path | None, documents: Path) -> Iterator[Groundplan]:
    if home is not None:
        with Groundplan.open(home=home) as kg:
            yield kg
        return
    with (
        tempfile.TemporaryDirectory(prefix="groundplan-answers-") as folder,
        Groundplan.open(home=Path(folder) / "home", db_idle_s=1) as kg,
    ):
        kg.ingest(documents)
        yield kg


def citations(answer: Answer) -> list[Citation]:
    return [citation for sentence in answer.sentences for citation in sentence.citations]


def is_exact(kg: Groundplan, citation: Citation) -> bool:
    key = document_key(citation.source, citation.path, citation.record)
    rows = kg.store.read("openings_of", documents=[key], chunks=ALL_CHUNKS)
    return "".join(row["text"] for row in rows)[citation.start : citation.end] == citation.quote


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    by_kind = counts(outcomes)
    every = total(by_kind)
    answered = every["right"] + every["wrong"]
    return {
        "total": every,
        "by_kind": by_kind,
        "answered_share": round(answered / len(outcomes), 3) if outcomes else None,
        "error_among_answered": round(every["wrong"] / answered, 3) if answered else None,
    }


def show(name: str, outcomes: list[Outcome]) -> None:
    by_kind = counts(outcomes)
    rows = [*by_kind.items(), ("all", total(by_kind))]
    print(f"\n{name:<20}{'right':>6}{'wrong':>7}{'abstained':>11}", file=sys.stderr)
    for kind, found in rows:
        print(f"{kind:<20}{found['right']:>6}{found['wrong']:>7}{found['abstained']:>11}", file=sys.stderr)


def show_wrong(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        if each.verdict == "wrong":
            question = each.question
            expected = question.value or " / ".join(question.any_of) or "; ".join(question.all_of)
            print(f"\n{question.id} {question.text}\n  expected: {expected or 'not said'}", file=sys.stderr)
            print(f"  answered: {each.answer}", file=sys.stderr)


if __name__ == "__main__":
    main()
