"""What a run did as metrics for Prometheus, in a text file that a node exporter collects."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from pipeline.files import writing_asked

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.ingest.report import RunReport

PREFIX = "groundplan_run"
LAST_SUCCESS = f"{PREFIX}_last_success_timestamp_seconds"
_SAID = re.compile(rf"^{LAST_SUCCESS} (\S+)$", re.MULTILINE)


def write_metrics(path: Path, report: RunReport, *, exit_code: int, outstanding: int) -> None:
    """Replace the metrics in `path` by those of a run, whole or not at all.

    The time of the last success is that of this run when it ended with 0, else the one that the file had; it is
    missing until a run succeeded. Raises `UsageError` when the file cannot be written.
    """
    registry = CollectorRegistry()
    now = time.time()

    def gauge(name: str, about: str, value: float) -> None:
        Gauge(f"{PREFIX}_{name}", about, registry=registry).set(value)

    gauge("timestamp_seconds", "When the last run ended, in seconds since 1970", now)
    gauge("exit_code", "How the last run ended: 0 done, 65 too many dead letters, 75 try later", exit_code)
    gauge("duration_seconds", "How long the last run took", report.seconds.get("total", 0.0))
    gauge("words", "Words of the documents that the last run structured", report.words)
    gauge("chunks", "Chunks of the documents that the last run structured", report.chunks)
    gauge("dead_letters", "Documents that could not be read or extracted when they were last tried", outstanding)
    _by(registry, "documents", "outcome", "Documents the last run looked at", report.as_json()["documents"])
    _by(registry, "claims", "status", "Claims of the documents the last run structured", report.as_json()["claims"])
    success = now if exit_code == 0 else _last_success(path)
    if success is not None:
        gauge(LAST_SUCCESS.removeprefix(f"{PREFIX}_"), "When a run last ended with 0, in seconds since 1970", success)
    with writing_asked("metrics", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(path), registry)


def _by(registry: CollectorRegistry, name: str, label: str, about: str, counts: dict[str, int]) -> None:
    metric = Gauge(f"{PREFIX}_{name}", about, [label], registry=registry)
    for each, count in counts.items():
        metric.labels(each).set(count)


def _last_success(path: Path) -> float | None:
    try:
        said = _SAID.search(path.read_text(encoding="utf-8"))
        return float(said[1]) if said else None
    except (OSError, ValueError):
        return None
