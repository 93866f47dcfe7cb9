"""The resolution benchmark: what is shipped, on names with a gold entity, on homonyms, and at scale.

Each name of the file is one local entity of a document of its own; the score is over pairs of names. Prints a table for
people on stderr and one JSON object as the last line of stdout. Exit code 2 when the data is not there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz
from tasks.base import SHARED, Score

from pipeline.ingest.resolution.cluster import cluster
from pipeline.ingest.resolution.members import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DEFAULT_FILE = SHARED / "names" / "patstat.jsonl"
PARTS = ("names", "homonyms", "scaling", "stability")
BASELINES: dict[str, Callable[[str, str], float]] = {
    "ratio": fuzz.ratio,
    "token sort": fuzz.token_sort_ratio,
    "token set": fuzz.token_set_ratio,
    "WRatio": fuzz.WRatio,
}
Table = list[tuple[str, str]]


def main() -> int:
    """Run the parts that were asked for."""
    arguments = _arguments()
    table: Table = []
    figures: dict[str, Any] = {}
    try:
        if "names" in arguments.parts:
            figures |= score_names(arguments.file, table)
    except (FileNotFoundError, KeyError, ValueError) as error:
        print(f"resolution: {error!r}", file=sys.stderr)
        return 2
    for name, figure in table:
        print(f"{name:<56} {figure}", file=sys.stderr)
    print(json.dumps(figures))
    return 0


def score_names(file: Path, table: Table) -> dict[str, Any]:
    """Pairwise precision, recall and F1 of the shipped resolver, beside the best threshold of four all-pairs ones."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    gold = {f"{index:07}": str(row["gold"]) for index, row in enumerate(rows)}
    names = {f"{index:07}": str(row["name"]) for index, row in enumerate(rows)}
    kinds = {f"{index:07}": str(row.get("kind", "Organization")) for index, row in enumerate(rows)}
    members = [
        Member(key=key, document=key, kind=kinds[key], family=kinds[key], name=names[key]) for key in sorted(names)
    ]
    resolution = cluster(members)
    found = {key: each.entity for key, each in resolution.assignments.items()}
    whole = pairwise(found, gold)
    table.append((f"names: {len(rows)}, entities: gold, found", f"{len({*gold.values()})}, {len({*found.values()})}"))
    table.append(("candidate pairs of names", str(resolution.counts["pairs of names"])))
    table.append(("pairwise precision, recall, F1", _shown(whole)))
    for half in (0, 1):
        part = {key: each for key, each in gold.items() if _half(each) == half}
        table.append((f"  half {half} of the gold entities", _shown(pairwise(found, part))))
    baselines = {name: best_threshold(measure, names, gold) for name, measure in BASELINES.items()}
    for name, (score, threshold) in baselines.items():
        table.append((f"  all pairs, {name} >= {threshold:.0f} (its best)", _shown(score)))
    best = max((score for score, _ in baselines.values()), key=lambda score: score.f1)
    return whole.as_json() | {"baseline": best.as_json()}


def pairwise(found: Mapping[str, str], gold: Mapping[str, str]) -> Score:
    """Pairs that are one entity in both, in `found`, and in `gold`; over the keys of `gold`."""
    together = Counter((found[key], gold[key]) for key in gold)
    return Score(
        right=_pairs(together.values()),
        said=_pairs(Counter(found[key] for key in gold).values()),
        gold=_pairs(Counter(gold.values()).values()),
    )


def best_threshold(
    measure: Callable[[str, str], float], names: Mapping[str, str], gold: Mapping[str, str]
) -> tuple[Score, float]:
    """Every pair of names compared, and joined at the threshold that is best on this very file."""
    bearers: dict[str, Counter[str]] = defaultdict(Counter)
    for key, name in names.items():
        bearers[name][gold[key]] += 1
    sizes = {name: votes.total() for name, votes in bearers.items()}
    right = sum(_pairs(votes.values()) for votes in bearers.values())
    said = _pairs(sizes.values())
    total = _pairs(Counter(gold.values()).values())
    at: dict[float, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one, other in combinations(sorted(bearers), 2):
        same = sum(count * bearers[other][entity] for entity, count in bearers[one].items())
        score = measure(one, other)
        at[score] = (at[score][0] + same, at[score][1] + sizes[one] * sizes[other])
    best, threshold = Score(right, said, total), 100.0
    for score in sorted(at, reverse=True):
        right, said = right + at[score][0], said + at[score][1]
        if Score(right, said, total).f1 > best.f1:
            best, threshold = Score(right, said, total), score
    return best, threshold


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _half(entity: str) -> int:
    return hashlib.sha256(entity.encode()).digest()[0] % 2


def _shown(score: Score) -> str:
    return f"{score.precision:.3f}  {score.recall:.3f}  {score.f1:.3f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DEFAULT_FILE, help="lines of {name, gold, ...}")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="leave the others out")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
