"""What a second worker gains extraction, beside what bare `nlp.pipe` gains from a second process, in turns in one run.

bare      spawned processes, each with the model and its share of the chunks, all handed over before the clock starts
engine    the engine `processes` with the extractor, in the shards that the job makes; reading and loading are not in it
gain      seconds with one over seconds with two
ratio     gain of the engine over gain of bare; at least 0.9 is asked for

Loading the model counts for neither. On a machine with other work, only the ratio means something.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bare import TIMEOUT_S, parse, segmented

from graph_schema.models import Failed
from graph_schema.ontology import load_ontology
from pipeline.engines import Shard, open_engine
from pipeline.ingest.extract import RulesExtractor
from pipeline.ingest.intake import in_batches
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.ingest.extract import Segmented

DEFAULT_SOURCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "archive" / "state_union"
DOCUMENTS = 24
ROUNDS = 2
AIM = 0.9


def main() -> int:
    """Measure, print a table on stderr and one JSON object as the last line of stdout."""
    arguments = _arguments()
    if not arguments.source.exists():
        print(f"no data at {arguments.source}; name some with --source.", file=sys.stderr)
        return 2
    settings = Settings(document_timeout_s=TIMEOUT_S)
    documents = list(islice(segmented(arguments.source, settings), arguments.documents))
    words = sum(len(chunk.text.split()) for each in documents for chunk in each.chunks)
    seconds: dict[str, list[float]] = {name: [] for name in ("bare 1", "engine 1", "bare 2", "engine 2")}
    for _ in range(arguments.rounds):
        for name, spent in seconds.items():
            what, count = name.split()
            spent.append(
                parse(documents, settings.model, int(count))
                if what == "bare"
                else _engine(documents, settings, int(count))
            )
    figures = _figures(words, seconds)
    for name, figure in figures.items():
        print(f"{name:<28} {figure}", file=sys.stderr)
    print(json.dumps(figures))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE, help="folder, glob or file")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="how many of its documents")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured, in turns")
    return parser.parse_args()


def _figures(words: int, seconds: dict[str, list[float]]) -> dict[str, object]:
    total = {name: sum(spent) for name, spent in seconds.items()}
    gains = {what: total[f"{what} 1"] / total[f"{what} 2"] for what in ("bare", "engine")}
    rounds = len(seconds["bare 1"])
    return {
        "words": words,
        **{f"{name.replace(' ', '_')}_words_per_s": round(rounds * words / spent) for name, spent in total.items()},
        "seconds_each": {name: [round(each, 2) for each in spent] for name, spent in seconds.items()},
        **{f"gain_{what}": round(gain, 3) for what, gain in gains.items()},
        "gain_ratio": round(gains["engine"] / gains["bare"], 3),
        "gain_ratio_aim": AIM,
    }


def _engine(documents: list[Segmented], settings: Settings, workers: int) -> float:
    shards = [Shard(batch[0].document.key, tuple(batch)) for batch in in_batches(documents, settings.batch_documents)]
    make = partial(RulesExtractor, settings.model, load_ontology())
    with open_engine(settings.model_copy(update={"workers": workers}), make) as engine:
        warm = Shard("warm", tuple(documents[:1]))
        list(engine.run([warm] * (2 * workers)))  # every worker has its model
        started = time.perf_counter()
        done = list(engine.run(shards))
        spent = time.perf_counter() - started
    if any(isinstance(result, Failed) for each in done for result in each.results):
        raise SystemExit("a document could not be extracted")
    return spent


if __name__ == "__main__":
    sys.exit(main())
