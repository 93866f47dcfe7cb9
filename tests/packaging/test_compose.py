"""The compose file: a Neo4j of the version we test with, for this machine only, without a password in it.

Read as text, line by line; `tests/containers` starts it.
"""

from __future__ import annotations

import re
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from support import COMPOSE_FILE, compose_commands

if TYPE_CHECKING:
    from pathlib import Path

ROOT = COMPOSE_FILE.parent


@pytest.fixture(scope="module")
def lines() -> list[str]:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def block(lines: list[str], name: str) -> list[str]:
    """The lines below the first line `name:`, without their common indent."""
    start = next(number for number, line in enumerate(lines) if line.strip() == f"{name}:")
    indent = len(lines[start]) - len(lines[start].lstrip())
    below = []
    for line in lines[start + 1 :]:
        if len(line) - len(line.lstrip()) <= indent:
            break
        below.append(line.strip())
    return below


def test_every_published_port_is_on_loopback_only(lines: list[str]) -> None:
    ports = block(lines, "ports")
    assert '- "127.0.0.1:7687:7687"' in ports
    assert all(re.fullmatch(r'- "127\.0\.0\.1:\d+:\d+"', port) for port in ports)
    assert "network_mode" not in "\n".join(lines)


def test_the_image_is_the_community_server_of_the_locked_minor_version(lines: list[str]) -> None:
    lock = ROOT / "pipeline" / "store" / "neo4j.lock.toml"
    found = re.search(r'^version = "(\d+\.\d+)\.', lock.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert f"image: neo4j:{found[1]}-community" in [line.strip() for line in lines]


def test_the_password_comes_from_a_secret_file(lines: list[str]) -> None:
    environment = block(lines, "environment")
    assert "NEO4J_AUTH_FILE: /run/secrets/neo4j_auth" in environment
    assert not any(line.startswith("NEO4J_AUTH:") for line in environment)
    assert block(lines, "neo4j_auth") == ["file: ./secrets/neo4j_auth"]


def test_the_page_on_operations_gives_the_commands_at_the_head_of_the_file() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert len(compose_commands()) == 3
    assert "\n".join(f"    {command}" for command in compose_commands()) in page


def test_the_secret_is_closed_to_others_here_and_open_to_the_user_of_the_container(tmp_path: Path) -> None:
    """The image's entry point refuses a secret that its user, who is not the file's owner, cannot read."""
    subprocess.run(["bash", "-c", f"umask 077; {compose_commands()[0]}"], cwd=tmp_path, check=True)
    folder, file = tmp_path / "secrets", tmp_path / "secrets" / "neo4j_auth"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert re.fullmatch("neo4j/[0-9a-f]{32}", file.read_text(encoding="ascii"))


def test_data_outlives_the_container_and_memory_is_set(lines: list[str]) -> None:
    assert "- neo4j-data:/data" in block(lines, "volumes")
    environment = "\n".join(block(lines, "environment"))
    for setting in ("heap_initial__size", "heap_max__size", "pagecache_size"):
        assert f"NEO4J_server_memory_{setting}: " in environment


def test_readiness_is_checked_over_a_port_that_stays_on(lines: list[str]) -> None:
    assert any("http://127.0.0.1:7474" in line for line in block(lines, "healthcheck"))
    assert "http_enabled" not in "\n".join(lines)


def test_indentation_is_by_two_spaces(lines: list[str]) -> None:
    assert all("\t" not in line and (len(line) - len(line.lstrip())) % 2 == 0 for line in lines)
