"""How many cores are usable: what the process may run on, and no more than its container's quota."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pipeline.engines.cores import usable_cores

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def eight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000", 8), ("100000 100000", 1), ("250000 100000", 3), ("20000 100000", 1), ("1600000 100000", 8)],
)
def test_a_container_of_version_two_gets_its_quota_rounded_up(tmp_path: Path, text: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(f"{text}\n")
    assert usable_cores(tmp_path) == cores


@pytest.mark.parametrize(("quota", "cores"), [("-1", 8), ("200000", 2)])
def test_a_container_of_version_one_gets_its_quota(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(tmp_path) == cores


def test_without_a_control_group_every_core_that_the_process_may_run_on_counts(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "nowhere") == 8
