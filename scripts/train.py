"""Trains the weights that ship from the data beside the repository: `names`, `relations`, `retrieval`, `score`.

The same data gives the same bytes. Exit code 2 when the data is not there. `--home FOLDER` keeps the graphs that
`retrieval` and `score` are trained on.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
WEIGHTS = ROOT / "pipeline" / "weights"
SETS = {
    "names": "names.npz",
    "relations": "relations.npz",
    "retrieval": "retrieval.npz",
    "score": "score.toml",
}
ON_GRAPHS = {"retrieval", "score"}


def main(wanted: list[str], home: Path | None = None) -> int:
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
        options = {"home": home} if name in ON_GRAPHS and home is not None else {}
        importlib.import_module(f"training.{name}").train(SHARED, WEIGHTS / SETS[name], **options)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--home", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    sys.exit(main(given.sets, given.home))
