"""The extraction benchmark: what is shipped, in the default configuration, on labelled data.

Each task prints a table for people on stderr and one JSON object as the last line of stdout: precision, recall, f1, and
for some tasks the same under `entities` and `relations`. Exit code 2 when the data is not there or may not be used.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

from tasks.base import Options

TASKS = ("carb", "conll04", "judged", "knowledgenet", "offsets", "re3d", "redocred", "speed")


def main() -> int:
    """Run one task."""
    arguments = _arguments()
    options = Options(arguments.file, arguments.folder, arguments.folds, arguments.retrain, arguments.unjudged)
    task = importlib.import_module(f"tasks.{arguments.task}")
    try:
        result = task.run(options)
    except (FileNotFoundError, ValueError) as error:
        print(f"{arguments.task}: {error}", file=sys.stderr)
        return 2
    for name, figure in result.table:
        print(f"{name:<44} {figure}", file=sys.stderr)
    print(json.dumps(result.figures))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", choices=TASKS, required=True)
    parser.add_argument("--file", type=Path, help="labelled data; by default the task's own under ../shared/data")
    parser.add_argument("--folder", type=Path, help="re3d: a folder of documents, entities and relations")
    parser.add_argument("--folds", type=_numbers, default=(), metavar="N,...", help="score these folds only")
    parser.add_argument("--retrain", type=_numbers, default=(), metavar="N,...", help="train on these folds first")
    parser.add_argument("--unjudged", type=Path, help="judged: write the claims that nobody has judged here")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
