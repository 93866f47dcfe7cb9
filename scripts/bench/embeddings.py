"""How fast passages become vectors: title and text of each, as a run encodes them, with as many threads as cores.

passages_per_s   encoding alone; loading the model is apart (load_s), and nothing is written anywhere
seconds_for_all  what all passages of the corpus take at that rate; at most 160 s on two cores is asked for
cpu_s            processor time of the encoding: on a machine with other work, this one means something
question_ms      median over questions, each encoded alone in one thread, as `ask` does
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engines.cores import usable_cores
from pipeline.ingest.embed import BATCH_CHUNKS
from pipeline.settings import Settings
from pipeline.text.encoder import open_encoder, passage

if TYPE_CHECKING:
    from pipeline.text.encoder import Encoder

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "multihop" / "2wiki" / "corpus.jsonl"
AIM_S = 160
QUESTIONS = 50
QUESTION = "Who was the husband of the woman who designed the {} ?"


def main() -> int:
    """Measure, print a table on stderr and one JSON object as the last line of stdout."""
    arguments = _arguments()
    if not arguments.corpus.exists():
        print(f"no data at {arguments.corpus}; name some with --corpus.", file=sys.stderr)
        return 2
    with arguments.corpus.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    encoder = open_encoder(Settings.load(), threads=usable_cores())
    if encoder is None:
        print("the encoder is 'none'; unset GROUNDPLAN_ENCODER.", file=sys.stderr)
        return 2
    started = time.perf_counter()
    encoder.encode(["a text"])
    load_s = time.perf_counter() - started
    texts = [passage(row["text"], row["title"]) for row in islice(rows, arguments.limit)]
    figures = {"encoder": encoder.name, "cores": usable_cores(), "load_s": round(load_s, 2)}
    figures |= _passages(encoder, texts, len(rows)) | _question(rows)
    for name, figure in figures.items():
        print(f"{name:<16} {figure}", file=sys.stderr)
    print(json.dumps(figures))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="JSON Lines with title and text")
    parser.add_argument("--limit", type=int, help="only so many passages, from the first on")
    return parser.parse_args()


def _passages(encoder: Encoder, texts: list[str], total: int) -> dict[str, float]:
    started, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(texts), BATCH_CHUNKS):
        encoder.encode(texts[start : start + BATCH_CHUNKS])
        done = min(start + BATCH_CHUNKS, len(texts))
        print(f"{done} of {len(texts)}, {time.perf_counter() - started:.0f} s", file=sys.stderr)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    return {
        "passages": len(texts),
        "seconds": round(seconds, 1),
        "cpu_s": round(cpu_s, 1),
        "passages_per_s": round(len(texts) / seconds, 1),
        "seconds_for_all": round(seconds / len(texts) * total, 1),
        "seconds_aim": AIM_S,
    }


def _question(rows: list[dict[str, str]]) -> dict[str, float]:
    encoder = open_encoder(Settings.load())
    assert encoder is not None
    spent = []
    for row in rows[:QUESTIONS]:
        started = time.perf_counter()
        encoder.encode([QUESTION.format(row["title"])])
        spent.append(time.perf_counter() - started)
    return {"question_ms": round(1000 * statistics.median(spent), 1)}


if __name__ == "__main__":
    sys.exit(main())
