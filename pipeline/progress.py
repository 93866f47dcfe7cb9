"""Progress for people, on stderr: a live line on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
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
    """Yields a function to call with the number done so far. Nothing is shown in the first second."""
    live = sys.stderr.isatty()
    started = shown = time.monotonic()
    printed = False

    def show(done: int) -> None:
        nonlocal shown, printed
        now = time.monotonic()
        every = LIVE_EVERY_S if live else LINE_EVERY_S
        if now - started < QUIET_S or (printed and now - shown < every):
            return
        of = f" of {total:,}" if total is not None else ""
        text = f"{what}: {done:,}{of} {unit}, {now - started:.0f} s"
        print(f"\r{text}\033[K" if live else text, end="" if live else "\n", file=sys.stderr, flush=True)
        shown, printed = now, True

    try:
        yield show
    finally:
        if live and printed:
            print(file=sys.stderr)
