"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = CGROUP) -> int:
    """The processors that this process may run on, and no more than its container's quota of processor time.

    A container that is given one processor of a machine with 64 sees all 64: the limit stands in its control group, of
    version 2 or 1, alone.
    """
    quota = _quota(cgroup)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if quota is None else max(1, min(cores, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    try:
        if (cgroup / "cpu.max").exists():
            used, period = (cgroup / "cpu.max").read_text().split()
        else:
            used, period = ((cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        return int(used) / int(period) if int(used) > 0 else None
    except (OSError, ValueError):  # no control group, or "max"
        return None
