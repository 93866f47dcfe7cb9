"""The compose file: a Neo4j of the version we test with, for this machine only, without a password in it.

Read as text: no YAML parser is among our dependencies.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    text = COMPOSE.read_text(encoding="utf-8")
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
    lock = COMPOSE.parent / "pipeline" / "store" / "neo4j.lock.toml"
    found = re.search(r'^version = "(\d+\.\d+)\.', lock.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert f"image: neo4j:{found[1]}-community" in [line.strip() for line in lines]


def test_the_password_comes_from_a_secret_file(lines: list[str]) -> None:
    environment = block(lines, "environment")
    assert "NEO4J_AUTH_FILE: /run/secrets/neo4j_auth" in environment
    assert not any(line.startswith("NEO4J_AUTH:") for line in environment)
    assert block(lines, "neo4j_auth") == ["file: ./secrets/neo4j_auth"]


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
