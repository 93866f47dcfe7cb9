"""A stage that does to its worker what a document says, and the documents for it."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from graph_schema.errors import ConfigurationError, GroundplanError
from graph_schema.models import Document, Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

KILLED = "was killed (SIGKILL)"


@dataclass(frozen=True)
class Order:
    """An input: a document and what to do about it."""

    document: Document
    text: str


@dataclass(frozen=True)
class Reply:
    """An output: which process did it, and the orders it was given at a time."""

    path: str
    pid: int
    batch: int
    setups: int
    threads: str | None
    notes: object = None


class Obedient:
    """`trace` is a folder in which every construction, `setup` and attempt at a document leaves a line."""

    name = "obey"
    version = "1"

    def __init__(self, trace: Path) -> None:
        self.trace = trace
        self.setups = 0
        self._log("constructed")

    def fingerprint(self) -> str:
        return "fingerprint"

    def setup(self) -> str:
        self._log("setup")
        self.setups += 1
        return "fingerprint"

    def __call__(self, batch: Sequence[Order]) -> Sequence[Reply | Failed]:
        return [self._obey(order, len(batch)) for order in batch]

    def _obey(self, order: Order, batch: int) -> Reply:
        self._log(f"tried {order.document.path}")
        notes: object = None
        match order.text.split():
            case ["raise"]:
                raise ValueError("this text breaks it")
            case ["explain"]:
                raise GroundplanError("it is too long.", "Cut it.")
            case ["hang"]:
                time.sleep(600)
            case ["hang-in-c"]:
                re.match(r"(a+)+$", "a" * 60 + "b")
            case ["sleep", seconds]:
                time.sleep(float(seconds))
            case ["kill"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["kill-twice"] if lines(self.trace).count(f"tried {order.document.path}") <= 2:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["kill-parent"]:
                os.kill(os.getppid(), signal.SIGKILL)
            case ["segfault"]:
                os.kill(os.getpid(), signal.SIGSEGV)
            case ["exit"]:
                sys.exit(3)
            case ["terminate"]:
                os.kill(os.getpid(), signal.SIGTERM)
                os.kill(os.getpid(), signal.SIGINT)
            case ["unpicklable"]:
                notes = lambda: None  # noqa: E731
            case ["large"]:
                notes = "x" * 5_000_000
            case ["print"]:
                print("a library speaks", flush=True)
        return Reply(
            order.document.path, os.getpid(), batch, self.setups, os.environ.get("OMP_NUM_THREADS"), notes=notes
        )

    def _log(self, line: str) -> None:
        with (self.trace / str(os.getpid())).open("a", encoding="utf-8") as file:
            file.write(line + "\n")


class Unready(Obedient):
    """A stage that cannot be set up."""

    def __init__(self, trace: Path, how: str) -> None:
        super().__init__(trace)
        self.how = how

    def setup(self) -> str:
        super().setup()
        if self.how == "explain":
            raise ConfigurationError("there is no model 'x'.", "Install it.")
        if self.how == "kill" or (self.how == "kill-once" and lines(self.trace).count("setup") == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        return f"fingerprint {lines(self.trace).count('setup')}" if self.how == "change" else "fingerprint"


def lines(trace: Path) -> list[str]:
    """What every process left in `trace`."""
    return [line for path in trace.iterdir() for line in path.read_text(encoding="utf-8").splitlines()]


def pids(trace: Path) -> set[int]:
    """Every process that ever constructed the stage."""
    return {int(path.name) for path in trace.iterdir()}


def order(path: str, text: str = "", length: int | None = None) -> Order:
    document = Document(
        source="s", path=path, record=None, title=None, date=None, media_type="text/plain", content_hash="hash",
        length=len(text) if length is None else length,
    )  # fmt: skip
    return Order(document, text)


def making(trace: Path) -> Callable[[], Obedient]:
    trace.mkdir(exist_ok=True)
    return partial(Obedient, trace)
