"""Progress for people, on stderr: a live line on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUIET_S = 1.0
LINE_EVERY_S = 5.0
LIVE_EVERY_S = 0.2


@contextmanager
def progress(what: str, unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Yields a function to call with the number done so far. Nothing is shown in the first second; then the last number
    is shown with the time, also while nobody calls, so that a long step is never silent."""
    line = _Line(what, unit, total)
    stop = threading.Event()
    ticker = threading.Thread(target=line.tick, args=(stop,), daemon=True)
    ticker.start()
    try:
        yield line.set
    finally:
        stop.set()
        ticker.join()
        line.end()


class _Line:
    """The line of one step."""

    def __init__(self, what: str, unit: str, total: int | None) -> None:
        self.what = what
        self.unit = unit
        self.of = f" of {total:,}" if total is not None else ""
        self.done = 0
        self.live = sys.stderr.isatty()
        self.started = time.monotonic()
        self.printed = False

    def set(self, done: int) -> None:
        self.done = done

    def tick(self, stop: threading.Event) -> None:
        wait = QUIET_S
        while not stop.wait(wait):
            text = f"{self.what}: {self.done:,}{self.of} {self.unit}, {time.monotonic() - self.started:.0f} s"
            print(f"\r{text}\033[K" if self.live else text, end="" if self.live else "\n", file=sys.stderr, flush=True)
            self.printed = True
            wait = LIVE_EVERY_S if self.live else LINE_EVERY_S

    def end(self) -> None:
        if self.live and self.printed:
            print(file=sys.stderr)
