"""The compose file, started by the commands at its head, gives a server that can be used and that keeps what it holds.

Collected with `--testcontainers` only. Containers, volumes and secret are each test's own, so that those of the person
who runs it stay as they are; where theirs are up, the ports are taken and the start fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import COMPOSE_FILE, compose_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Shell = Callable[..., str]

pytestmark = pytest.mark.timeout(900)  # the image may have to be fetched

COMPOSERS = ("docker compose", "podman-compose")
MAKE_SECRET, START, NAME = compose_commands()
STOP = "docker compose down"
LOGS_ON_ERROR = "trap 'docker compose logs' ERR"
INGEST = "groundplan ingest berg.txt"
ASK = "groundplan ask 'Who founded Halden Instruments?'"


@pytest.fixture(scope="module")
def composer() -> str:
    """The compose program that is installed."""
    for command in COMPOSERS:
        if subprocess.run(f"{command} version", shell=True, capture_output=True, check=False).returncode == 0:
            return command
    pytest.fail(f"none of {COMPOSERS} is installed, and the compose file needs one of them.")


@pytest.fixture
def shell(composer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Runs lines of shell beside the started server, in a folder with a text to ingest, and returns what they print."""
    shutil.copy(COMPOSE_FILE, tmp_path)
    (tmp_path / "berg.txt").write_text("Anna Berg founded Halden Instruments in 1962.\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"groundplan-test-{os.getpid()}")

    def run(*lines: str) -> str:
        script = "\n".join([LOGS_ON_ERROR, *lines]).replace("docker compose", composer)
        done = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        run(MAKE_SECRET, START)
        yield run
    finally:
        run(f"{STOP} --volumes")


def test_it_is_ingested_into_and_asked(shell: Shell) -> None:
    assert "Anna Berg" in shell(NAME, INGEST, ASK)


def test_what_it_holds_outlives_its_container(shell: Shell) -> None:
    shell(NAME, INGEST, STOP)
    assert "Anna Berg" in shell(START, NAME, ASK)
