"""Dead letters stay until their file was tried again, and are lost by nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from graph_schema.models import Failed
from pipeline.errors import ConfigurationError, OutOfSpace
from pipeline.ingest.dead_letters import FOLDER, OUTSTANDING, DeadLetters, files_again, outstanding

if TYPE_CHECKING:
    from pathlib import Path


def letter(path: str, reason: str = "broken", record: str | None = None) -> Failed:
    return Failed(
        source="letters", path=path, record=record, stage="read", reason=reason, remedy="Mend it.", transient=False
    )


def run(home: Path, name: str, tried: list[str], failed: list[Failed]) -> DeadLetters:
    letters = DeadLetters(home, name)
    for path in tried:
        letters.tried("letters", path)
    for each in failed:
        letters.add(each)
    letters.settle()
    return letters


def test_a_letter_is_on_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path, "run")
    letters.add(letter("ä.txt"))
    assert '"path": "ä.txt"' in letters.path.read_text(encoding="utf-8")


def test_a_run_without_failures_leaves_no_file(tmp_path: Path) -> None:
    run(tmp_path, "run", ["a.txt"], [])
    assert not (tmp_path / FOLDER).exists()


def test_what_failed_is_outstanding_until_its_file_is_read(tmp_path: Path) -> None:
    run(tmp_path, "1", ["a.txt", "b.txt"], [letter("a.txt"), letter("b.txt")])
    run(tmp_path, "2", ["a.txt"], [])
    assert outstanding(tmp_path) == [letter("b.txt")]


def test_a_file_that_fails_again_is_outstanding_once_with_its_last_reason(tmp_path: Path) -> None:
    run(tmp_path, "1", ["a.txt"], [letter("a.txt")])
    run(tmp_path, "2", ["a.txt"], [letter("a.txt", "still broken")])
    assert outstanding(tmp_path) == [letter("a.txt", "still broken")]


def test_a_run_that_does_not_look_at_a_file_keeps_its_letters(tmp_path: Path) -> None:
    run(tmp_path, "1", ["a.txt"], [letter("a.txt")])
    run(tmp_path, "2", ["b.txt"], [letter("b.txt")])
    assert outstanding(tmp_path) == [letter("a.txt"), letter("b.txt")]


def test_of_a_file_that_was_not_read_to_its_end_only_what_failed_anew_is_replaced(tmp_path: Path) -> None:
    known = [letter("a.jsonl", record="1"), letter("a.jsonl", record="2")]
    run(tmp_path, "1", ["a.jsonl"], known)
    again = letter("a.jsonl", "still broken", record="1")
    run(tmp_path, "2", [], [again])
    assert outstanding(tmp_path) == [known[1], again]


def test_a_reason_with_a_line_separator_is_one_letter(tmp_path: Path) -> None:
    run(tmp_path, "1", ["a.txt"], [letter("a.txt", "one\u2028two\x85three\nfour")])
    assert outstanding(tmp_path) == [letter("a.txt", "one\u2028two\x85three\nfour")]


def test_letters_name_each_file_once(tmp_path: Path) -> None:
    run(tmp_path, "1", ["a.jsonl"], [letter("a.jsonl", record="1"), letter("a.jsonl", record="2")])
    assert list(files_again(tmp_path)) == [("letters", "a.jsonl")]


def test_an_error_of_the_run_is_not_hidden_by_letters_that_cannot_be_written(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path, "run")
    letters.add(letter("a.txt"))
    (tmp_path / FOLDER / f".{OUTSTANDING}.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(ZeroDivisionError), letters.settling():
        raise ZeroDivisionError
    (tmp_path / FOLDER / f".{OUTSTANDING}.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(OutOfSpace), letters.settling():
        pass
    with pytest.raises(ZeroDivisionError), letters.settling():
        raise ZeroDivisionError
    assert outstanding(tmp_path) == [letter("a.txt")]


def test_a_line_that_is_no_letter_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / OUTSTANDING).write_text('{"source": 1}\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"outstanding\.jsonl', line 1, is no dead letter"):
        outstanding(tmp_path)
