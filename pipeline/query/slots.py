"""How many questions are answered at a time: those beyond wait for their turn."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import GraphClosed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.cancel import CancelToken


class Slots:
    """At most `size` questions at a time, from any threads."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._running: list[CancelToken] = []
        self._changed = threading.Condition()
        self._closed = False

    @contextmanager
    def taken(self, token: CancelToken) -> Iterator[None]:
        """Hold a slot inside the block, and wait for one before it. Raises `GraphClosed` once `close` was called, and
        what the token does."""
        with self._changed:
            while not self._closed and len(self._running) >= self.size:
                token.check()
                self._changed.wait(token.left)
            self.check()
            token.check()
            self._running.append(token)
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(token)
                self._changed.notify_all()

    def check(self) -> None:
        """Raise `GraphClosed` once `close` was called."""
        if self._closed:
            raise GraphClosed("this graph was closed.", "Open it again: `Groundplan.open()`.")

    def close(self) -> None:
        """Let nobody in any more, call off the questions inside, and wait until they have left."""
        with self._changed:
            self._closed = True
            for token in self._running:
                token.cancel()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._running)
