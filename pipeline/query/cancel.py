"""Calling a question off: a token goes down to every step, which looks at it wherever it counts something."""

from __future__ import annotations

import time

from pipeline.errors import QuestionCancelled, QuestionTimeout, UsageError


class CancelToken:
    """Whether a question may go on. It was called off by `cancel`, from any thread, or is out of time `timeout_s`
    seconds after the token was made."""

    def __init__(self, timeout_s: float | None = None) -> None:
        if timeout_s is not None and not timeout_s > 0:
            raise UsageError(f"the time for a question is {timeout_s!r} s.", "Give more than 0, or none.")
        self._timeout_s = timeout_s
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._cancelled = False

    def cancel(self) -> None:
        """Call the question off: it stops the next time that it looks."""
        self._cancelled = True

    @property
    def left(self) -> float | None:
        """Seconds that are left, never below 0; `None` where no time was given."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def check(self) -> None:
        """Raise `QuestionTimeout` when the question is out of time, `QuestionCancelled` when it was called off."""
        if self.left == 0.0:
            raise QuestionTimeout(f"the question took longer than {self._timeout_s:g} s.", "Give it more time.")
        if self._cancelled:
            raise QuestionCancelled("the question was called off.", "Ask again.")
