"""Dead letters: what could not be read or extracted, with reason and remedy, until it can or is gone.

`outstanding.jsonl` holds every document that failed when it was last tried; each run also leaves a file of its own,
`<run>.jsonl`, with what failed in it. Neither is ever needed to go on after a crash.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import fields
from typing import TYPE_CHECKING

from graph_schema.models import Failed
from pipeline.errors import ConfigurationError, GroundplanError
from pipeline.files import write_atomically, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FOLDER = "dead-letters"
OUTSTANDING = "outstanding.jsonl"
_FIELDS = frozenset(each.name for each in fields(Failed))

File = tuple[str, str]


class DeadLetters:
    """The dead letters of one run, and what it does to the outstanding ones.

    `tried` is called for every file once all that the run made of it is known; `settle`, at the end, replaces the
    outstanding letters of those files by what failed now. Of any other file, a letter goes where the same failed anew.
    """

    def __init__(self, home: Path, run: str) -> None:
        self.folder = home / FOLDER
        self.path = self.folder / f"{run}.jsonl"
        self.count = 0
        self._before = {(each.source, each.path) for each in outstanding(home)}
        self._tried: set[File] = set()

    def tried(self, source: str, path: str) -> None:
        """The run read this file to its end, and every document of it is in the graph or failed."""
        if (source, path) in self._before:
            self._tried.add((source, path))

    def add(self, failed: Failed) -> None:
        """Write one letter, at once. Raises as `writing`."""
        with writing(self.path):
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(failed))
        self.count += 1

    def withdraw(self) -> None:
        """Forget the file of this run's letters: what failed is tried again at once."""
        self.path.unlink(missing_ok=True)

    def settle_missing(self, is_missing: Callable[[str, str], bool]) -> None:
        """Take note of files with letters that are no longer there."""
        self._tried |= {file for file in self._before if is_missing(*file)}

    @contextmanager
    def settling(self) -> Iterator[None]:
        """Settle at the end of the block, however it ends: its own error is the one that goes on."""
        try:
            yield
        except BaseException:
            with suppress(GroundplanError, OSError):
                self.settle()
            raise
        self.settle()

    def settle(self) -> None:
        """Bring the outstanding letters up to date with this run. Raises as `writing`."""
        if not self._tried and not self.count:
            return
        new = list(_read(self.path)) if self.count else []
        again = {(each.source, each.path, each.record) for each in new}
        kept = [
            each
            for each in _read(self.folder / OUTSTANDING)
            if (each.source, each.path) not in self._tried and (each.source, each.path, each.record) not in again
        ]
        with writing(self.folder / OUTSTANDING):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / OUTSTANDING, "".join(map(_line, (*kept, *new))))


def outstanding(home: Path) -> list[Failed]:
    """Every document that failed when it was last tried, in the order of failing."""
    return list(_read(home / FOLDER / OUTSTANDING))


def files_of(letters: Iterable[Failed]) -> list[File]:
    """The files of some letters, each once."""
    return list(dict.fromkeys((each.source, each.path) for each in letters))


def _line(failed: Failed) -> str:
    return json.dumps(failed.as_json(), ensure_ascii=False) + "\n"


def _read(path: Path) -> Iterator[Failed]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return
    for number, line in enumerate(lines, start=1):
        try:
            yield Failed(**{name: value for name, value in json.loads(line).items() if name in _FIELDS})
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{str(path)!r}, line {number}, is no dead letter: {error}.", "Remove the line, or the file."
            ) from None
