"""Lock files: exclusive between processes and threads, free as soon as their holder is gone."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pipeline.store.locks import FileLock, exclusive, is_held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLDER = """
import pathlib, sys
from pipeline.store.locks import FileLock
lock = FileLock(pathlib.Path(sys.argv[1]))
print(lock.try_acquire(), flush=True)
sys.stdin.read()
"""
ASKER = "import pathlib, sys; from pipeline.store.locks import is_held; print(is_held(pathlib.Path(sys.argv[1])))"


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that tried to take the lock, and keeps it until it is killed."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def held_as_seen_by_another_process(path: Path) -> bool:
    command = [sys.executable, "-c", ASKER, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "True"


def test_a_lock_of_another_process_is_held_until_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        assert first_line(process) == "True"
        assert is_held(path)
        assert not FileLock(path).try_acquire()
        process.kill()
        process.wait()
        assert not is_held(path)
        lock = FileLock(path)
        assert lock.try_acquire()
        lock.release()


def test_looking_at_ones_own_lock_does_not_drop_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with exclusive(path):
        assert is_held(path)
        assert not FileLock(path).try_acquire()
        assert held_as_seen_by_another_process(path)
    assert not held_as_seen_by_another_process(path)


def test_a_lock_excludes_the_other_threads_of_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with exclusive(path), ThreadPoolExecutor(1) as pool:
        assert pool.submit(FileLock(path).try_acquire).result() is False


def test_releasing_twice_is_harmless(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.try_acquire()
    lock.release()
    lock.release()
    assert not is_held(lock.path)


def test_a_released_file_is_removed_when_asked(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.try_acquire()
    lock.release(unlink=True)
    assert not lock.path.exists()
    assert not is_held(lock.path)


def test_waiting_is_said_once_and_ends_at_the_time_limit(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    said: list[str] = []
    with exclusive(path):
        assert not FileLock(path).acquire(timeout_s=0.2, on_wait=lambda: said.append("waiting"))
    assert said == ["waiting"]


def test_the_content_of_a_held_file_can_be_read(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with pytest.raises(ValueError, match="not held"):
        lock.write("12")
    assert lock.try_acquire()
    lock.write("12345")
    lock.write("12")
    assert held_as_seen_by_another_process(lock.path)
    lock.release()
    assert lock.path.read_text() == "12"


def test_a_new_lock_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_missing_file_is_not_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "lock")
