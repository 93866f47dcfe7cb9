"""Asking a run to stop: by a deadline, by SIGTERM, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.errors import RunStopped
from pipeline.ingest.stop import StopRequest

TWICE = """
import os, signal
from pipeline.ingest.stop import StopRequest
with StopRequest().on_sigterm():
    os.kill(os.getpid(), signal.SIGTERM)
    print("still here", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    print("and after the second")
"""


def test_nothing_stops_a_run_that_nobody_asked_to() -> None:
    stop = StopRequest()
    stop.check()
    assert stop.reason is None


def test_a_run_is_stopped_when_its_time_is_over_and_says_how_long_that_was() -> None:
    stop = StopRequest(max_seconds=0.05)
    stop.check()
    time.sleep(0.06)
    with pytest.raises(RunStopped, match=r"its 0\.05 s are over") as raised:
        stop.check()
    assert raised.value.exit_code == 75


def test_sigterm_asks_and_the_first_reason_stays() -> None:
    stop = StopRequest()
    with stop.on_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
        stop.ask("another reason")
    assert stop.reason == "received SIGTERM"


def test_the_handler_from_before_is_back_after_the_block() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopRequest().on_sigterm():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_sigterm_ends_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "still here\n")
