"""The demonstration: documents in, a real Neo4j in the middle, cited answers out."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = ROOT / "tests" / "samples" / "archive"
QUESTIONS = (
    "In what year was the Kelport Barometer Company founded?",
    "Who was the husband of the woman who designed the Kelport Tide Predictor?",
    "Which people studied at the University of Brackton?",
    "Why was Alderton Bridge closed in 1974?",
    "When did Agnes Fairlie die?",
)


def main() -> None:
    """Ingest the sample archive into `.demo` and ask."""
    os.environ.setdefault("GROUNDPLAN_HOME", str(ROOT / ".demo"))
    from pipeline import Groundplan

    started = time.perf_counter()
    print(f"opening the graph in {os.environ['GROUNDPLAN_HOME']} (the first time, this fetches and starts Neo4j) ...")
    with Groundplan.open() as kg:
        print(f"ingesting {ARCHIVE.relative_to(ROOT)} ...")
        print(kg.ingest(ARCHIVE))
        for number, question in enumerate(QUESTIONS, 1):
            answer = kg.ask(question)
            print(f"\n{number}. {question}\n{answer}\n{answer.explain()}")
    print(
        f"\ndone in {time.perf_counter() - started:.1f} s; run it again to see that an unchanged archive costs nothing."
    )


if __name__ == "__main__":
    from pipeline import GroundplanError

    try:
        main()
    except GroundplanError as error:
        sys.exit(f"demo: {error}")
