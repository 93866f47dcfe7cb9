"""Ending a run early and cleanly: by SIGTERM or when its time is over, at the next point where nothing is half done."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import RunStopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class StopRequest:
    """Whether a run is asked to stop, and why. It ends by itself `max_seconds` after it was made, if that is given."""

    def __init__(self, max_seconds: float | None = None) -> None:
        self._reason: str | None = None
        self._max_seconds = max_seconds
        self._deadline = None if max_seconds is None else time.monotonic() + max_seconds

    @property
    def reason(self) -> str | None:
        """Why to stop; `None` while there is no reason to."""
        if self._reason is None and self._deadline is not None and time.monotonic() >= self._deadline:
            self._reason = f"its {self._max_seconds:g} s are over"
        return self._reason

    def ask(self, reason: str) -> None:
        """Ask the run to stop."""
        self._reason = self._reason or reason

    def check(self) -> None:
        """Raise `RunStopped` when the run was asked to stop: for between two transactions."""
        if self.reason is not None:
            raise RunStopped(f"the run was stopped: {self.reason}.", "Run the same command again to go on.")

    @contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """Let SIGTERM ask inside the block, which runs in the main thread; a second one ends the process at once."""

        def handle(number: int, _: FrameType | None) -> None:
            self.ask(f"received {signal.Signals(number).name}")
            signal.signal(number, signal.SIG_DFL)

        before = signal.signal(signal.SIGTERM, handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
