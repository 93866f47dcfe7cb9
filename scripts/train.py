"""Trains the weights that ship: `names`, `relations`, `score`, or all, from the labelled data beside the repository.

The same data gives the same bytes. Exit code 2 when the data is not there.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
WEIGHTS = ROOT / "pipeline" / "weights"
SETS = {"names": "names.npz", "relations": "relations.npz", "score": "score.toml"}


def main(wanted: list[str]) -> int:
    """Train each of `wanted`, by default all."""
    sys.path.append(str(ROOT / "scripts" / "bench"))
    unknown = sorted(set(wanted) - set(SETS))
    if unknown or not SHARED.is_dir():
        print(
            f"train: {SHARED} is not there" if not unknown else f"train: {unknown[0]!r} is none of {tuple(SETS)}",
            file=sys.stderr,
        )
        return 2
    for name in wanted or SETS:
        importlib.import_module(f"training.{name}").train(SHARED, WEIGHTS / SETS[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
