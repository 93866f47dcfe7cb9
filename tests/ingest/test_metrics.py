"""Metrics of a run: Prometheus text that is whole at any time and remembers the last success."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.errors import UsageError
from pipeline.ingest.metrics import LAST_SUCCESS, write_metrics
from pipeline.ingest.report import RunReport

if TYPE_CHECKING:
    from pathlib import Path


def report() -> RunReport:
    made = RunReport("run", "2026-11-28T02:00:00+00:00")
    made.documents.update(new=3, failed=1)
    made.claims.update(accepted=2)
    made.seconds["total"] = 1.5
    return made


def read(path: Path) -> dict[tuple[str, str], float]:
    """(name, label value) -> value, by the parser of the metrics' own project."""
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8"))
        for sample in family.samples
    }


def test_the_file_is_prometheus_text_with_counts_code_and_duration(tmp_path: Path) -> None:
    write_metrics(tmp_path / "groundplan.prom", report(), exit_code=0, outstanding=4)
    found = read(tmp_path / "groundplan.prom")
    assert found["groundplan_run_exit_code", ""] == 0
    assert found["groundplan_run_duration_seconds", ""] == 1.5
    assert found["groundplan_run_dead_letters", ""] == 4
    assert (found["groundplan_run_documents", "new"], found["groundplan_run_documents", "failed"]) == (3, 1)
    assert found["groundplan_run_claims", "accepted"] == 2


def test_a_run_that_failed_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "groundplan.prom"
    write_metrics(path, report(), exit_code=0, outstanding=0)
    success = read(path)[LAST_SUCCESS, ""]
    assert abs(success - time.time()) < 60
    time.sleep(0.01)
    write_metrics(path, report(), exit_code=75, outstanding=0)
    found = read(path)
    assert found[LAST_SUCCESS, ""] == success
    assert found["groundplan_run_exit_code", ""] == 75
    assert found["groundplan_run_timestamp_seconds", ""] > success


def test_before_the_first_success_there_is_no_time_of_one(tmp_path: Path) -> None:
    write_metrics(tmp_path / "groundplan.prom", report(), exit_code=65, outstanding=0)
    assert (LAST_SUCCESS, "") not in read(tmp_path / "groundplan.prom")


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"metrics file .*file/groundplan\.prom"):
        write_metrics(tmp_path / "file" / "groundplan.prom", report(), exit_code=0, outstanding=0)
