"""The ingestion benchmark. Every ratio is of two measurements of one run, on the same texts and the same server.

pipeline_ratio   words a second through the whole pipeline, from files to a derived graph, over words a second of bare
                 `nlp.pipe` with the same model on the same chunks in one process; loading the model counts for neither
loader_ratio     rows a second of the loader over the same rows by bare keyed MERGE: the same statements, batches and
                 transactions, rows made beforehand
peak memory      of an ingesting process, at 1, 4 and 16 times a small corpus; the server's is not in it
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_schema.models import Evidence
from graph_schema.statements import statement
from pipeline import Groundplan, Settings
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.load import BATCH_ROWS, Loader, delete_evidence, evidence_writes
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import parse_source, walk
from pipeline.store.migrate import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import neo4j

    from pipeline.store.driver import Transaction

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
DEFAULT_SOURCE = SHARED / "archive" / "state_union"
LEDGER = {"extractor": "bench", "structured": True}
MEMORY_FACTORS = (1, 4, 16)
MEMORY_WORDS = 20_000


def main() -> int:
    """Measure, print a table on stderr and one JSON object as the last line of stdout."""
    arguments = _arguments()
    if not arguments.source.exists():
        print(f"no data at {arguments.source}; name some with --source.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="groundplan-bench-") as folder:
        settings = Settings.load(home=Path(folder) / "home", db_idle_s=1)
        figures = _speed(arguments.source, settings)
        for name, figure in figures.items():
            print(f"{name:<28} {figure}", file=sys.stderr)
        if not arguments.no_memory:
            figures["peak_memory_mb"] = _memory(arguments.source, Path(folder), settings)
            print(f"{'peak_memory_mb':<28} {figures['peak_memory_mb']}", file=sys.stderr)
    print(json.dumps(figures))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE, help="folder, glob or file to ingest")
    parser.add_argument("--no-memory", action="store_true", help="leave the memory part out")
    return parser.parse_args()


def _speed(source: Path, settings: Settings) -> dict[str, Any]:
    segmented = list(_segmented(source, settings))
    texts = [chunk.text for each in segmented for chunk in each.chunks]
    words = sum(len(text.split()) for text in texts)
    with Groundplan.open(settings) as kg:
        bare = [_bare_parse(settings.model, texts)]
        report = kg.ingest(source)
        bare.append(_bare_parse(settings.model, texts))
        pipeline_s = report.seconds["total"] - report.seconds["setup"]
        bare_s = sum(bare) / len(bare)
        extractor = RulesExtractor(settings.model, kg.ontology)
        extractor.setup()
        started = time.perf_counter()
        results = extractor(segmented)
        extract_s = time.perf_counter() - started
        loader = _loader(kg, [result for result in results if isinstance(result, Evidence)])
    return {
        "documents": len(segmented),
        "words": words,
        "bare_words_per_s": round(words / bare_s),
        "bare_words_per_s_each": [round(words / seconds) for seconds in bare],
        "pipeline_words_per_s": round(words / pipeline_s),
        "pipeline_ratio": round(bare_s / pipeline_s, 3),
        "extract_ratio": round(bare_s / extract_s, 3),
        "pipeline_seconds": {name: round(seconds, 2) for name, seconds in report.seconds.items()},
        **loader,
    }


def _segmented(source: Path, settings: Settings) -> Iterator[Segmented]:
    for item in walk([parse_source(str(source))]):
        if isinstance(item, tuple):
            for raw in read_file(*item, settings):
                if isinstance(raw, RawDocument):
                    yield Segmented(raw.document, segment(raw, max_chunk_chars=settings.max_chunk_chars))


def _bare_parse(model: str, texts: list[str]) -> float:
    import warnings

    import spacy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nlp = spacy.load(model)
    started = time.perf_counter()
    for _ in nlp.pipe(texts, batch_size=64):
        pass
    return time.perf_counter() - started


def _loader(kg: Groundplan, evidence: list[Evidence]) -> dict[str, Any]:
    """The two ways in turn, twice each, on an emptied graph; the first round only warms the server's plans."""
    seconds: dict[str, list[float]] = {"loader": [], "bare": []}
    rows = sum(each.rows for each in evidence)
    for measured in (False, True, True):
        for name, load in (("loader", _load), ("bare", _load_bare)):
            _empty(kg)
            spent = load(kg, evidence)
            if measured:
                seconds[name].append(spent)
    loader_s, bare_s = sum(seconds["loader"]), sum(seconds["bare"])
    return {
        "rows": rows,
        "loader_rows_per_s": round(2 * rows / loader_s),
        "bare_rows_per_s": round(2 * rows / bare_s),
        "loader_ratio": round(bare_s / loader_s, 3),
    }


def _load(kg: Groundplan, evidence: list[Evidence]) -> float:
    started = time.perf_counter()
    loader = Loader(kg.store, extractor="bench", structured=True, max_transaction_rows=kg.settings.max_transaction_rows)
    for each in evidence:
        loader.add(each)
    loader.flush()
    return time.perf_counter() - started


def _load_bare(kg: Groundplan, evidence: list[Evidence]) -> float:
    """The loader's transactions with nothing of the loader around them."""
    groups: list[list[Evidence]] = [[]]
    for each in evidence:
        if groups[-1] and sum(one.rows for one in groups[-1]) + each.rows > kg.settings.max_transaction_rows:
            groups.append([])
        groups[-1].append(each)
    prepared = [
        [
            (statement("write", write.statement).text, write.rows[start : start + BATCH_ROWS])
            for write in evidence_writes(group, LEDGER)
            for start in range(0, len(write.rows), BATCH_ROWS)
        ]
        for group in groups
    ]
    started = time.perf_counter()
    for batches in prepared:
        with kg.store.driver.session(database=kg.store.connection.database) as session:
            session.execute_write(_run_all, batches)
    return time.perf_counter() - started


def _run_all(tx: neo4j.ManagedTransaction, batches: list[tuple[str, list[dict[str, Any]]]]) -> None:
    for text, rows in batches:
        tx.run(text, rows=rows).consume()


def _empty(kg: Groundplan) -> None:
    keys = [row["key"] for row in kg.store.driver.execute_query("MATCH (d:Document) RETURN d.key AS key").records]
    for start in range(0, len(keys), 20):
        documents = keys[start : start + 20]

        def work(tx: Transaction, documents: list[str] = documents) -> None:
            delete_evidence(tx, documents)

        kg.store.write("operations", work)
    ensure(kg.store, kg.ontology)


def _memory(source: Path, folder: Path, settings: Settings) -> dict[str, float]:
    """Peak resident memory of `groundplan ingest` at each factor, in MB; each in a process and a graph of its own."""
    base = _base_texts(source, settings)
    peaks = {}
    for factor in MEMORY_FACTORS:
        corpus = folder / f"corpus-{factor}"
        for copy in range(factor):
            for number, text in enumerate(base):
                path = corpus / f"{copy:03}" / f"{number:03}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"Copy {copy}\n\n{text}", encoding="utf-8")
        with _environment(settings, folder / f"home-{factor}") as environment:
            peaks[str(factor)] = round(_peak_mb(corpus, environment), 1)
    return peaks


def _base_texts(source: Path, settings: Settings) -> list[str]:
    texts: list[str] = []
    for each in _segmented(source, settings):
        texts.extend(chunk.text for chunk in each.chunks)
        if sum(len(text.split()) for text in texts) > MEMORY_WORDS:
            break
    return ["".join(texts[start : start + 10]) for start in range(0, len(texts), 10)]


@contextmanager
def _environment(settings: Settings, home: Path) -> Iterator[dict[str, str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    environment |= {"GROUNDPLAN_HOME": str(home), "GROUNDPLAN_CACHE": str(settings.cache), "GROUNDPLAN_DB_IDLE_S": "1"}
    yield environment
    subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "db", "stop"], env=environment, check=True, capture_output=True
    )


def _peak_mb(corpus: Path, environment: dict[str, str]) -> float:
    command = [sys.executable, "-m", "pipeline.cli", "ingest", str(corpus)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"ingesting {corpus} failed with exit code {process.returncode}")
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
