"""What was to run in a container never passes, and is never skipped, for want of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_without_a_container_engine_nothing_runs_and_the_exit_code_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--testcontainers", "-p", "no:cacheprovider", str(Path(__file__).parent)]
    # No file in the home is to name another engine.
    environment = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/nobody.sock", "HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == os.EX_UNAVAILABLE
    assert "No container engine answers" in done.stderr
    assert "DOCKER_HOST" in done.stderr
    assert "collected" not in done.stdout
