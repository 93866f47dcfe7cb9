"""Ask the sample questions and count (half a minute).

The archive is ingested into a graph of its own. A table of right, wrong and abstained by kind and every wrong answer
go to stderr; the last line on stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))

from scoring import Outcome, counts, load_questions, total, verdict  # noqa: E402

from pipeline import Groundplan  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--archive", type=Path, default=ROOT / "tests" / "samples" / "archive")
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "samples" / "questions.jsonl")
    arguments = parser.parse_args()
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="groundplan-questions-") as folder,
        Groundplan.open(home=Path(folder) / "home", db_idle_s=1) as kg,
    ):
        kg.ingest(arguments.archive)
        started = time.perf_counter()
        for question in load_questions(arguments.questions):
            answer = kg.ask(question.text)
            judged = verdict(question, found=answer.found, text=answer.text)
            outcomes.append(Outcome(question, answer.text, judged))
        seconds = time.perf_counter() - started
    show(outcomes)
    by_kind = counts(outcomes)
    print(json.dumps({"total": total(by_kind), "by_kind": by_kind, "seconds": round(seconds, 1)}))


def show(outcomes: list[Outcome]) -> None:
    by_kind = counts(outcomes)
    rows = [*by_kind.items(), ("all", total(by_kind))]
    print(f"{'kind':<14}{'right':>6}{'wrong':>7}{'abstained':>11}", file=sys.stderr)
    for kind, found in rows:
        print(f"{kind:<14}{found['right']:>6}{found['wrong']:>7}{found['abstained']:>11}", file=sys.stderr)
    for each in outcomes:
        if each.verdict == "wrong":
            expected = " / ".join(each.question.any_of) or "; ".join(each.question.all_of) or "not in the archive"
            print(f"\n{each.question.id} {each.question.text}\n  expected: {expected}", file=sys.stderr)
            print(f"  answered: {each.answer}", file=sys.stderr)


if __name__ == "__main__":
    main()
