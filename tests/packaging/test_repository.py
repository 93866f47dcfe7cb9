"""The repository as a stranger finds it: what its pages name is there, and nothing of one machine is in it."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "docs", "graph_schema", "pipeline", "scripts", "tests")
TEXT = {"", ".cfg", ".csv", ".cypher", ".html", ".ini", ".json", ".jsonl", ".md", ".py", ".sh", ".toml", ".txt", ".yml"}
MACHINE = re.compile(r"(?<![\w.~}])/(?:(?:work|root|mnt|Users)/[\w.]|home/(?!user\b|you\b)\w)")
SCRIPT = re.compile(r"(?<![\w/])((?:\./)?(?:scripts|\.ci)/[\w./-]*\w)")
INVOKED = re.compile(r"(?:^|[`\s(])groundplan ([a-z]+)")


@cache
def files() -> list[Path]:
    below = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found = [*ROOT.iterdir(), *below]
    return sorted(
        path
        for path in found
        if path.is_file() and path.name != ".git" and "__pycache__" not in path.parts and path.suffix in TEXT
    )


@cache
def pages() -> dict[str, str]:
    """The README and the pages under docs, by their paths."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


def test_no_file_names_a_path_of_one_machine() -> None:
    assert len(files()) > 50
    named = [
        f"{path.relative_to(ROOT)}:{number} {match[0]}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (match := MACHINE.search(line))
    ]
    assert named == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("cd " + "/wo" + "rk/main", True),
        ("open('" + "/ro" + "ot/.cache')", True),
        ("/ho" + "me/jane/letters", True),
        ("https://example.org/wo" + "rk/main", False),
        ("../wo" + "rk/main", False),
        ("network/mnt/x", False),
    ],
)
def test_a_path_of_one_machine_is_recognised(text: str, named: bool) -> None:
    assert (MACHINE.search(text) is not None) == named


def test_every_script_that_a_page_names_is_there_and_can_be_run() -> None:
    named = {(page, match[1]) for page, text in pages().items() for match in SCRIPT.finditer(text)}
    missing = [(page, name) for page, name in named if not (ROOT / name).exists()]
    assert missing == []
    programs = {ROOT / name for _, name in named if (ROOT / name).is_file() and not Path(name).suffix}
    dead = [program for program in programs if not os.access(program, os.X_OK)]
    assert dead == []


def test_every_command_that_a_page_shows_exists() -> None:
    shown = {
        (page, match[1])
        for page, text in pages().items()
        for code in re.findall(r"```.*?```|`[^`\n]+`|^ {4}[^\n]+", text, re.DOTALL | re.MULTILINE)
        for match in INVOKED.finditer(code)
    }
    assert [(page, name) for page, name in shown if name not in COMMANDS] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    assert any(f"groundplan {name}" in text for text in pages().values())


def test_every_script_without_a_suffix_can_be_run() -> None:
    scripts = [path for path in (ROOT / "scripts").rglob("*") if path.is_file() and not path.suffix]
    assert scripts
    for path in scripts:
        assert os.access(path, os.X_OK), path
        assert path.read_bytes().startswith(b"#!"), path
