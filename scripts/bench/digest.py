"""The digest benchmark: many ways to the same documents, one graph.

The corpus is re3d (one file a report), speeches (one file each) and passages of 2WikiMultihopQA (fifty to a file).
Each way ends with the same files on an emptied graph; `equal` says whether its four digests are those of the first:

clean       one run over the folder
reverse     one run, each file a source of its own, in reverse order
partition   five runs over a random partition of the files, with random batches and transactions
history     runs in which files are missing, are there in an older version, or will be gone, with prunes between them

What was extracted once is not extracted again; so the seconds of all but the first are those of loading, resolution and
derivation. Prints a table for people on stderr and one JSON object as the last line of stdout; exit code 1 when a way
differs, 2 when the data is not there.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline import GraphDigest, Groundplan, Settings

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
RECORDS_PER_FILE = 50
Corpus = dict[str, str]
Way = Callable[[Groundplan, Corpus, Path, random.Random], Iterator[None]]


def main() -> int:
    """Take every way, print what became of it."""
    arguments = _arguments()
    if not SHARED.exists():
        print(f"no data at {SHARED}.", file=sys.stderr)
        return 2
    corpus = {**dict(_reports()), **dict(_speeches(arguments.speeches)), **dict(_passages(arguments.passages))}
    figures: dict[str, Any] = {"files": len(corpus), "seed": arguments.seed}
    with tempfile.TemporaryDirectory(prefix="groundplan-bench-") as folder:
        settings = Settings.load(home=Path(folder) / "home", db_idle_s=1, max_prune_share=1.0, encoder="none")
        with Groundplan.open(settings) as kg:
            expected: GraphDigest | None = None
            for way in WAYS:
                runs, seconds = _take(kg, way, corpus, Path(folder), random.Random(f"{arguments.seed} {way.__name__}"))
                found, digest_s = _digest(kg)
                expected = expected or found
                equal = found == expected
                figures[way.__name__] = {"equal": equal, "runs": runs, "seconds": round(seconds, 1)}
                verdict = "equal" if equal else f"DIFFERENT\n{found}\n"
                print(f"{way.__name__:<10} {verdict} {runs} runs, {seconds:.1f} s", file=sys.stderr)
    layers = [layer for layer in found.as_json().values() if isinstance(layer, dict)]
    figures["elements"] = sum(layer["nodes"] + layer["relationships"] for layer in layers)
    figures |= {"digest_seconds": round(digest_s, 2), "digest": found.as_json()}
    print(f"{found}\ndigest of {figures['elements']:,} elements: {digest_s:.1f} s", file=sys.stderr)
    print(json.dumps(figures))
    return 0 if all(figures[way.__name__]["equal"] for way in WAYS) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speeches", type=int, default=20, help="how many speeches")
    parser.add_argument("--passages", type=int, default=300, help="how many passages of 2WikiMultihopQA")
    parser.add_argument("--seed", type=int, default=1, help="for partitions and histories")
    return parser.parse_args()


def clean(kg: Groundplan, corpus: Corpus, folder: Path, rng: random.Random) -> Iterator[None]:  # noqa: ARG001
    """One run over the folder."""
    _write(folder, corpus)
    kg.ingest(f"archive={folder}")
    yield


def reverse(kg: Groundplan, corpus: Corpus, folder: Path, rng: random.Random) -> Iterator[None]:  # noqa: ARG001
    """One run, the last file first."""
    _write(folder, corpus)
    kg.ingest(*(f"archive={folder / name}" for name in sorted(corpus, reverse=True)))
    yield


def partition(kg: Groundplan, corpus: Corpus, folder: Path, rng: random.Random) -> Iterator[None]:
    """Some files a run."""
    _write(folder, corpus)
    names = rng.sample(sorted(corpus), len(corpus))
    for start in range(5):
        with _tuned(kg, rng) as tuned:
            tuned.ingest(*(f"archive={folder / name}" for name in names[start::5]))
        yield


def history(kg: Groundplan, corpus: Corpus, folder: Path, rng: random.Random) -> Iterator[None]:
    """Files come, change and leave; in the end they are those of the corpus."""
    for _ in range(4):
        state = {name: _older(text, rng) for name, text in corpus.items() if rng.random() < 0.7}
        state |= {f"gone-{rng.randrange(20):02}.txt": rng.choice(list(corpus.values()))[:2_000] for _ in range(5)}
        _write(folder, state)
        with _tuned(kg, rng) as tuned:
            tuned.ingest(f"archive={folder}", prune=rng.random() < 0.5)
        yield
    _write(folder, corpus)
    kg.ingest(f"archive={folder}", prune=True)
    yield


def _older(text: str, rng: random.Random) -> str:
    """The text, now and then without its second half; of records, whole ones."""
    if rng.random() < 0.6:
        return text
    lines = text.splitlines(keepends=True)
    return "".join(lines[: (len(lines) + 1) // 2]) if len(lines) > 1 else text[: len(text) // 2]


def _tuned(kg: Groundplan, rng: random.Random) -> Groundplan:
    sizes = {"batch_documents": rng.choice((1, 7, 64)), "max_transaction_rows": rng.choice((500, 5_000, 20_000))}
    return Groundplan.open(kg.settings.model_copy(update=sizes))


WAYS: tuple[Way, ...] = (clean, reverse, partition, history)


def _take(kg: Groundplan, way: Way, corpus: Corpus, folder: Path, rng: random.Random) -> tuple[int, float]:
    """How many runs a way took on an emptied graph, and how long."""
    kg.store.schema("MATCH (n) WHERE NOT n:Migration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS")
    started = time.perf_counter()
    runs = sum(1 for _ in way(kg, corpus, folder / way.__name__, rng))
    return runs, time.perf_counter() - started


def _digest(kg: Groundplan) -> tuple[GraphDigest, float]:
    started = time.perf_counter()
    return kg.digest(), time.perf_counter() - started


def _write(folder: Path, corpus: Corpus) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in corpus:
            path.unlink()
    for name, text in corpus.items():
        (folder / name).write_text(text, encoding="utf-8")


def _reports() -> Iterator[tuple[str, str]]:
    for path in sorted((SHARED / "reports" / "re3d").glob("*/documents.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            yield f"re3d-{path.parent.name}-{number:03}.txt", json.loads(line)["text"]


def _speeches(count: int) -> Iterator[tuple[str, str]]:
    for path in islice(sorted((SHARED / "archive" / "state_union").glob("*.txt")), count):
        yield f"speech-{path.name}", path.read_text(encoding="utf-8", errors="replace")


def _passages(count: int) -> Iterator[tuple[str, str]]:
    with (SHARED / "multihop" / "2wiki" / "corpus.jsonl").open(encoding="utf-8") as file:
        lines = list(islice(file, count))
    for start in range(0, len(lines), RECORDS_PER_FILE):
        yield f"passages-{start:05}.jsonl", "".join(lines[start : start + RECORDS_PER_FILE])


if __name__ == "__main__":
    sys.exit(main())
