"""Ask random questions over graphs of 1, 10 and 100 times the size: what each step takes at most (some minutes).

The graphs are generated (`generated.py`), the questions of every form, about names that are there, hubs and names that
are nowhere, with odd characters and far too long ones. A table of the largest amount of each step beside its contract
goes to stderr, one JSON object is the last line of stdout. Exit code 1 when a step's largest amount grows from the
smallest graph to another by more than a fiftieth of its limit, or a question fails other than by being too long.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generated import fill, questions

from pipeline import Groundplan
from pipeline.errors import GroundplanError

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALLEST = 60
AMOUNTS = ("tokens", "rows", "chars", "calls")
MOST_GROWTH = 0.02


@dataclass
class Measured:
    """What questions took: the largest amount of each step beside its limit, the plans, and how questions failed."""

    largest: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    limits: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    plans: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, steps: Iterable[dict[str, Any]]) -> None:
        """Count an answer by the name of its plan, and what its steps took."""
        self.plans[name] += 1
        for row in steps:
            for amount in AMOUNTS:
                largest = self.largest[row["step"]]
                largest[amount] = max(largest.get(amount, 0), row[amount])
                self.limits[row["step"]][amount] = row[f"max_{amount}"]

    def exceeded(self) -> list[str]:
        """Steps that took more than they may."""
        return [
            f"{step} took {taken[amount]} {amount} of {self.limits[step][amount]}"
            for step, taken in self.largest.items()
            for amount in AMOUNTS
            if taken[amount] > self.limits[step][amount]
        ]

    def grown(self, smaller: Measured) -> list[str]:
        """Steps that took more than over a smaller graph, by more than a fiftieth of what they may: what is far below
        its limit varies with which passages a question happens to match."""
        return [
            f"{step} took {taken[amount]} {amount}, and {smaller.largest[step][amount]} over a smaller graph"
            for step, taken in self.largest.items()
            for amount in AMOUNTS
            if taken[amount] - smaller.largest[step][amount] > MOST_GROWTH * self.limits[step][amount]
        ]


def ask_all(kg: Groundplan, texts: Iterable[str]) -> Measured:
    """Ask every question; a failure is counted by the beginning of its message."""
    measured = Measured()
    for text in texts:
        try:
            answer = kg.ask(text)
        except GroundplanError as error:
            measured.failures[f"{type(error).__name__}: {error.message.split(' take ')[0]}"] += 1
        else:
            measured.add(answer.plan.name, (record.as_json() for record in answer.steps))
    return measured


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--questions", type=int, default=1_000, help="in all, over all graphs")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 100], help="times the smallest graph")
    parser.add_argument("--seed", type=int, default=6)
    arguments = parser.parse_args()
    texts = questions(arguments.questions // len(arguments.sizes), arguments.seed, SMALLEST)
    found: dict[int, Measured] = {}
    figures: dict[str, Any] = {"questions": arguments.questions, "seed": arguments.seed}
    with tempfile.TemporaryDirectory(prefix="groundplan-contracts-") as folder:
        for size in arguments.sizes:
            with Groundplan.open(home=Path(folder) / str(size), db_idle_s=1) as kg:
                started = time.perf_counter()
                fill(kg.store, kg.ontology, size * SMALLEST)
                filled = time.perf_counter()
                found[size] = ask_all(kg, texts)
                seconds = {"fill": filled - started, "ask": time.perf_counter() - filled}
            figures[str(size)] = {
                "documents": size * SMALLEST,
                "largest": found[size].largest,
                "plans": found[size].plans,
                "failures": found[size].failures,
                "seconds": {name: round(value, 1) for name, value in seconds.items()},
            }
            print(f"{size * SMALLEST:,} documents: {json.dumps(figures[str(size)]['seconds'])}", file=sys.stderr)
    smallest = found[arguments.sizes[0]]
    problems = [line for each in found.values() for line in (*each.exceeded(), *each.grown(smallest))]
    problems += [line for each in found.values() for line in each.failures if each.failures != smallest.failures]
    show(found)
    print("\n".join(problems) or "no step grows", file=sys.stderr)
    print(json.dumps({**figures, "problems": problems}))
    return 1 if problems else 0


def show(found: dict[int, Measured]) -> None:
    """The table for people."""
    for size, measured in found.items():
        plans = ", ".join(f"{name} {count}" for name, count in measured.plans.most_common())
        failures = ", ".join(f"{name} {count}" for name, count in measured.failures.most_common())
        print(f"\n{size} times: {plans}; {failures}", file=sys.stderr)
        for step, taken in measured.largest.items():
            sizes = ", ".join(f"{amount} {taken[amount]}/{measured.limits[step][amount]}" for amount in AMOUNTS)
            print(f"  {step:<9} {sizes}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
