"""Dead letters: what could not be read or extracted, with reason and remedy, until it can or is gone.

`outstanding.jsonl` holds every document that failed when it was last tried; each run also leaves a file of its own,
`<run>.jsonl`, with what failed in it. Neither is ever needed to go on after a crash.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from graph_schema.models import Failed
from pipeline.errors import ConfigurationError, GroundplanError
from pipeline.files import write_atomically, writing
from pipeline.ingest.readers.base import DEFAULT_FIELDS, Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER = "dead-letters"
OUTSTANDING = "outstanding.jsonl"
_FIELDS = frozenset(each.name for each in fields(Failed))

File = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """How a run took a file, or the files below a folder: `patterns` are those of its sources of that name, `None` for
    every file."""

    fields: Fields = DEFAULT_FIELDS
    catalogue: bool = False
    patterns: tuple[str | None, ...] = (None,)


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: what failed, and how it had been taken."""

    failed: Failed
    taken: Taken

    @property
    def file(self) -> File:
        """Its source and path."""
        return self.failed.source, self.failed.path


TAKEN = Taken()


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

    def add(self, failed: Failed, taken: Taken = TAKEN) -> None:
        """Write one letter, at once. Raises as `writing`."""
        with writing(self.path):
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(Letter(failed, taken)))
        self.count += 1

    def withdraw(self) -> None:
        """Forget the file of this run's letters: what failed is tried again at once."""
        self.path.unlink(missing_ok=True)

    def settle_where(self, is_settled: Callable[[str, str], bool]) -> None:
        """Take note of what has letters and is neither a file that can be read nor in any way wrong any more."""
        self._tried |= {file for file in self._before if is_settled(*file)}

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
        again = {(*each.file, each.failed.record) for each in new}
        kept = [
            each
            for each in _read(self.folder / OUTSTANDING)
            if each.file not in self._tried and (*each.file, each.failed.record) not in again
        ]
        with writing(self.folder / OUTSTANDING):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / OUTSTANDING, "".join(map(_line, (*kept, *new))))


def outstanding(home: Path) -> list[Failed]:
    """Every document that failed when it was last tried, in the order of failing."""
    return [each.failed for each in _read(home / FOLDER / OUTSTANDING)]


def files_again(home: Path) -> dict[File, Taken]:
    """The files and folders of the outstanding letters, each once, and how each was taken when it failed last."""
    return {each.file: each.taken for each in _read(home / FOLDER / OUTSTANDING)}


def _line(letter: Letter) -> str:
    return json.dumps(letter.failed.as_json() | {"taken": asdict(letter.taken)}, ensure_ascii=False) + "\n"


def _read(path: Path) -> Iterator[Letter]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            failed = Failed(**{name: value for name, value in row.items() if name in _FIELDS})
            yield Letter(failed, _taken(**row["taken"]) if "taken" in row else TAKEN)
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{str(path)!r}, line {number}, is no dead letter: {error}.", "Remove the line, or the file."
            ) from None


def _taken(fields: dict[str, list[str]], catalogue: bool, patterns: list[str | None]) -> Taken:
    return Taken(Fields(**{name: tuple(names) for name, names in fields.items()}), catalogue, tuple(patterns))
