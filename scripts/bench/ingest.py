"""The ingestion benchmark. Every ratio is of measurements of one run, on the same texts and the same server. Vectors
are not in it: `scripts/bench/embeddings` measures them.

speed      pipeline_ratio: words a second through the whole pipeline, from files to a derived graph, over those of bare
           `nlp.pipe` with the same model in as many processes; starting the workers counts for neither
           loader_ratio: rows a second of the loader over the same rows by bare keyed MERGE: the same statements,
           batches and transactions, rows made beforehand
           bulk_rows_per_s: the bulk way with the same rows, CSV files written and imported by neo4j-admin
catalogue  catalogue_ratio: seconds of a structuring run over those of a catalogue run, same files, each in a new graph
scaling    seconds by step at 1/8, 2/8, 4/8 and all of 2WikiMultihopQA's 6,119 passages, each in a new graph
unchanged  seconds of the command over 10,000 files that it has ingested before
memory     peak MB of the largest process of an ingesting job, at 1, 4 and 16 times a small corpus; not the server's
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
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bare import TIMEOUT_S, parse, segmented

from graph_schema.models import Evidence
from graph_schema.statements import statement
from pipeline import Groundplan, Settings
from pipeline.engines import Shard, open_engine
from pipeline.engines.cores import usable_cores
from pipeline.ingest.bulk_files import ARGUMENTS, BulkWriter
from pipeline.ingest.extract import RulesExtractor
from pipeline.ingest.intake import in_batches
from pipeline.ingest.load import BATCH_ROWS, Loader, delete_evidence, evidence_writes
from pipeline.store.bulk_import import import_files
from pipeline.store.migrate import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import neo4j

    from pipeline.ingest.extract import Segmented
    from pipeline.store.driver import Transaction

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SPEECHES = SHARED / "archive" / "state_union"
PASSAGES = SHARED / "multihop" / "2wiki" / "corpus.jsonl"
LEDGER = {"extractor": "bench", "structured": True}
PARTS = ("speed", "catalogue", "scaling", "unchanged", "memory")
SCALES = (1, 2, 4, 8)
UNCHANGED_FILES = 10_000
WARMING_ROUNDS, MEASURED_ROUNDS = 2, 4
MEMORY_FACTORS = (1, 4, 16)
MEMORY_WORDS = 20_000


def main() -> int:
    """Measure, print a table on stderr and one JSON object as the last line of stdout."""
    arguments = _arguments()
    if not SHARED.exists():
        print(f"no data at {SHARED}.", file=sys.stderr)
        return 2
    os.environ["GROUNDPLAN_ENCODER"] = "none"
    figures: dict[str, Any] = {"cores": usable_cores()}
    measures = {
        "speed": _speed,
        "catalogue": _catalogue,
        "scaling": _scaling,
        "unchanged": _unchanged,
        "memory": _memory,
    }
    with tempfile.TemporaryDirectory(prefix="groundplan-bench-") as folder:
        for part in arguments.part or PARTS:
            found = measures[part](Path(folder) / part)
            for name, figure in found.items():
                print(f"{name:<28} {figure}", file=sys.stderr)
            figures |= found
    print(json.dumps(figures))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; repeat it")
    return parser.parse_args()


# speed


def _speed(folder: Path) -> dict[str, Any]:
    settings = Settings.load(home=folder / "home", db_idle_s=1)
    documents = list(segmented(SPEECHES, settings))
    words = sum(len(chunk.text.split()) for each in documents for chunk in each.chunks)
    cores = usable_cores()
    with Groundplan.open(settings) as kg:
        bare = [parse(documents, settings.model, cores)]
        report = kg.ingest(SPEECHES)
        bare.append(parse(documents, settings.model, cores))
        start_s, extract_s, evidence = _extract(kg, documents)
        loader = _loader(kg, evidence)
    pipeline_s = report.seconds["total"] - start_s
    bare_s = sum(bare) / len(bare)
    return {
        "documents": len(documents),
        "words": words,
        "bare_words_per_s": round(words / bare_s),
        "bare_words_per_s_each": [round(words / seconds) for seconds in bare],
        "pipeline_words_per_s": round(words / pipeline_s),
        "pipeline_ratio": round(bare_s / pipeline_s, 3),
        "extract_ratio": round(bare_s / extract_s, 3),
        "workers_start_s": round(start_s, 2),
        "pipeline_seconds": _steps(report.seconds),
        **loader,
        **_bulk(folder / "bulk-home", evidence),
    }


def _extract(kg: Groundplan, documents: list[Segmented]) -> tuple[float, float, list[Evidence]]:
    """How long the engine takes to start all its workers and then to extract, and the evidence."""
    shards = [
        Shard(batch[0].document.key, tuple(batch)) for batch in in_batches(documents, kg.settings.batch_documents)
    ]
    make = partial(RulesExtractor, kg.settings.model, kg.ontology)
    with open_engine(kg.settings.model_copy(update={"document_timeout_s": TIMEOUT_S}), make) as engine:
        opened = time.perf_counter()
        list(engine.run([Shard("warm", tuple(documents[:1]))] * (2 * usable_cores())))
        started = time.perf_counter()
        done = list(engine.run(shards))
        ended = time.perf_counter()
    evidence = [result for each in done for result in each.results if isinstance(result, Evidence)]
    return started - opened, ended - started, evidence


def _steps(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(spent, 2) for name, spent in seconds.items()}


def _loader(kg: Groundplan, evidence: list[Evidence]) -> dict[str, Any]:
    """The two ways in turn on an emptied graph, the one that begins changing; the first rounds warm the server."""
    ways = {"loader": _load, "bare": _load_bare}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    rows = sum(each.rows for each in evidence)
    for number in range(WARMING_ROUNDS + MEASURED_ROUNDS):
        for name in sorted(ways, reverse=number % 2 == 0):
            _empty(kg)
            spent = ways[name](kg, evidence)
            if number >= WARMING_ROUNDS:
                seconds[name].append(spent)
    loader_s, bare_s = sum(seconds["loader"]), sum(seconds["bare"])
    return {
        "rows": rows,
        "loader_rows_per_s": round(MEASURED_ROUNDS * rows / loader_s),
        "bare_rows_per_s": round(MEASURED_ROUNDS * rows / bare_s),
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


def _bulk(home: Path, evidence: list[Evidence]) -> dict[str, Any]:
    """The same rows into a home that has no graph yet. The importer is a process of its own: Java's start counts."""
    own = Settings.load(home=home, db_idle_s=1)
    folder = own.home / "bulk"
    folder.mkdir(parents=True)
    started = time.perf_counter()
    with BulkWriter(folder, ledger=LEDGER) as writer:
        for each in evidence:
            writer.add(each)
    written = time.perf_counter()
    import_files(own, folder, ARGUMENTS)
    imported = time.perf_counter()
    return {
        "bulk_rows_per_s": round(sum(each.rows for each in evidence) / (imported - started)),
        "bulk_seconds": {"files": round(written - started, 2), "import": round(imported - written, 2)},
    }


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


# catalogue


def _catalogue(folder: Path) -> dict[str, Any]:
    seconds = {}
    for way in ("catalogue", "structuring"):
        with Groundplan.open(Settings.load(home=folder / way, db_idle_s=1)) as kg:
            seconds[way] = kg.ingest(SPEECHES, catalogue=way == "catalogue").seconds
    ratio = seconds["structuring"]["total"] / seconds["catalogue"]["total"]
    steps = {f"{way}_seconds": _steps(spent) for way, spent in seconds.items()}
    return {"catalogue_ratio": round(ratio, 1), **steps}


# scaling


def _scaling(folder: Path) -> dict[str, Any]:
    lines = PASSAGES.read_text(encoding="utf-8").splitlines(keepends=True)
    found = {}
    for scale in SCALES:
        corpus = folder / f"passages-{scale}" / PASSAGES.name
        corpus.parent.mkdir(parents=True)
        corpus.write_text("".join(lines[: len(lines) * scale // SCALES[-1]]), encoding="utf-8")
        with Groundplan.open(Settings.load(home=folder / f"home-{scale}", db_idle_s=1)) as kg:
            report = kg.ingest(corpus.parent)
        found[str(scale)] = {"documents": report.documents["new"], "words": report.words} | _steps(report.seconds)
        print(f"{scale} of {SCALES[-1]}: {found[str(scale)]}", file=sys.stderr)
    return {"passages": found}


# unchanged


def _unchanged(folder: Path) -> dict[str, Any]:
    corpus = folder / "files"
    corpus.mkdir(parents=True)
    with PASSAGES.open(encoding="utf-8") as lines:
        sentences = [
            sentence for line in lines for sentence in json.loads(line)["text"].split(". ") if sentence.strip()
        ]
    for number, sentence in enumerate(islice(sentences, UNCHANGED_FILES)):
        (corpus / f"{number:05}.txt").write_text(f"{sentence}.\n", encoding="utf-8")
    with _environment(folder / "home") as environment:
        return {f"{name}_s": round(_command(corpus, environment)[0], 2) for name in ("first", "unchanged")}


# memory


def _memory(folder: Path) -> dict[str, Any]:
    """Peak resident memory of `groundplan ingest` at each factor, in MB; each in a process and a graph of its own."""
    base = _base_texts()
    peaks = {}
    for factor in MEMORY_FACTORS:
        corpus = folder / f"corpus-{factor}"
        for copy in range(factor):
            for number, text in enumerate(base):
                path = corpus / f"{copy:03}" / f"{number:03}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"Copy {copy}\n\n{text}", encoding="utf-8")
        with _environment(folder / f"home-{factor}") as environment:
            peaks[str(factor)] = round(_command(corpus, environment)[1], 1)
    return {"peak_memory_mb": peaks}


def _base_texts() -> list[str]:
    texts: list[str] = []
    for each in segmented(SPEECHES, Settings()):
        texts.extend(chunk.text for chunk in each.chunks)
        if sum(len(text.split()) for text in texts) > MEMORY_WORDS:
            break
    return ["".join(texts[start : start + 10]) for start in range(0, len(texts), 10)]


@contextmanager
def _environment(home: Path) -> Iterator[dict[str, str]]:
    """The environment of a command with a private server of its own, which is stopped at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    environment |= {"GROUNDPLAN_HOME": str(home), "GROUNDPLAN_DB_IDLE_S": "1"}
    server = [sys.executable, "-m", "pipeline.cli", "db"]
    subprocess.run([*server, "start"], env=environment, check=True, capture_output=True)
    yield environment
    subprocess.run([*server, "stop"], env=environment, check=True, capture_output=True)


def _command(corpus: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds that `groundplan ingest` takes, and the peak memory of its largest process, in MB."""
    command = [sys.executable, "-m", "pipeline.cli", "ingest", str(corpus)]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    spent = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"ingesting {corpus} failed with exit code {process.returncode}")
    return spent, usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
