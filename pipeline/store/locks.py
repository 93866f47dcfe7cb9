"""Lock files that free themselves: POSIX record locks, held by a process and gone with it, however it ends."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

POLL_S = 0.05

# A process loses its record lock as soon as it closes any descriptor of the file, so a file that this process
# holds is never opened a second time: the guard serialises every opening, the set says what is held.
_guard = threading.Lock()
_held: set[tuple[int, int]] = set()
os.register_at_fork(after_in_child=_held.clear)


class FileLock:
    """An exclusive lock on the file `path`, made with mode 0600 where it is missing.

    Exclusive between processes and between the threads of one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it; False otherwise. Raises OSError where the file cannot be made."""
        with _guard:
            if _identity(self.path) in _held:
                return False
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            identity = _lock(descriptor)
            # Someone may have unlinked the file between the opening and the lock: then this lock keeps nobody out.
            if identity is None or identity != _identity(self.path):
                os.close(descriptor)
                return False
            _held.add(identity)
            self._descriptor = descriptor
            return True

    def acquire(self, *, timeout_s: float | None = None, on_wait: Callable[[], None] | None = None) -> bool:
        """Wait for the lock, for ever without `timeout_s`; False when the time is over. `on_wait` is called once."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not self.try_acquire():
            if deadline is not None and time.monotonic() >= deadline:
                return False
            if on_wait is not None:
                on_wait()
                on_wait = None
            time.sleep(POLL_S)
        return True

    def write(self, text: str) -> None:
        """Replace the content of the held file; it may be read by anyone at any time."""
        if self._descriptor is None:
            raise ValueError(f"lock {str(self.path)!r} is not held")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def release(self, *, unlink: bool = False) -> None:
        """Give the lock back, removing its file first when asked; harmless when it is not held."""
        with _guard:
            if self._descriptor is None:
                return
            if unlink:
                self.path.unlink(missing_ok=True)
            status = os.fstat(self._descriptor)
            _held.discard((status.st_dev, status.st_ino))
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file `path` inside the block, waiting for it as long as it takes."""
    lock = FileLock(path)
    lock.acquire(on_wait=on_wait)
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether some process, this one included, holds the lock file `path`; False where there is no such file."""
    with _guard:
        identity = _identity(path)
        if identity is None or identity in _held:
            return identity is not None
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return _lock(descriptor) is None
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> tuple[int, int] | None:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the two that say that another process has it
        return None
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
