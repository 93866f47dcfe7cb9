"""The crash benchmark: SIGKILL for the job, a worker or Neo4j at a random moment, then the same command again.

The corpus is the sample archive in two versions, of which each round takes the other: every third file is changed in
the second, some are gone. In each round one process is killed, a third of the time again in the run that should have
finished, and then the command runs to its end. The round is good when the graph's digest is that of a clean run over
the same files. Half of the rounds begin without record files, so that extraction is killed too.

Prints a line a round and a table for people on stderr, and one JSON object as the last line of stdout; exit code 1 when
a round differs. After `--seconds` no round begins, and what was done until then is reported.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import psutil

ARCHIVE = Path(__file__).resolve().parents[2] / "tests" / "samples" / "archive"
COMMAND = Path(sys.executable).with_name("groundplan")
Victim = Literal["job", "worker", "server"]

VICTIMS: tuple[Victim, ...] = ("job", "worker", "server")
MAX_RUNS = 6
POLL_S = 0.02
AGAIN = 1 / 3
MORE = "\nIda Storm joined the Kelport Pilots in 1931. The Kelport Pilots acquired the tug Ada in 1933.\n"


def main() -> int:
    """Kill as often as asked and print what became of it."""
    arguments = _arguments()
    rng = random.Random(arguments.seed)
    killed: Counter[str] = Counter()
    codes: Counter[int] = Counter()
    rounds = different = 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="groundplan-bench-") as folder:
        bench = Bench(Path(folder), rng)
        try:
            expected = [bench.clean(version) for version in (0, 1)]
            while killed.total() < arguments.kills and time.monotonic() - started < arguments.seconds:
                rounds += 1
                version = rounds % 2
                bench.write(version)
                bench.forget_records()
                victims, ended = bench.round()
                killed.update(victims)
                codes.update(ended)
                same = bench.digest() == expected[version]
                different += not same
                verdict = "as a clean run" if same else "DIFFERENT"
                told = f"killed {', '.join(victims) or 'nobody'}; exit codes {ended}; {verdict}"
                print(f"round {rounds}, {time.monotonic() - started:.0f} s: {told}", file=sys.stderr, flush=True)
        finally:
            bench.stop()
    for victim in VICTIMS:
        print(f"killed {victim:<7} {killed[victim]:4} times", file=sys.stderr)
    print(f"{rounds} rounds, {different} differ; exit codes {dict(sorted(codes.items()))}", file=sys.stderr)
    figures = {"kills": killed.total(), "by_victim": dict(killed), "rounds": rounds, "different": different}
    print(json.dumps(figures | {"exit_codes": dict(codes), "seconds": round(time.monotonic() - started)}))
    return 1 if different else 0


class Bench:
    """A folder of documents, and a home with a private server of its own."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.archive = folder / "archive"
        self.home = folder / "home"
        self.rng = rng
        self.environment = {**os.environ, "GROUNDPLAN_HOME": str(self.home), "GROUNDPLAN_MAX_TRANSACTION_ROWS": "400"}
        self.environment |= {"GROUNDPLAN_BATCH_DOCUMENTS": "2", "GROUNDPLAN_DB_HEAP_MB": "512"}
        self.environment |= {"GROUNDPLAN_ENCODER": "none"}  # nothing of it is in the digest
        self.usual_s = {True: 4.0, False: 10.0}  # of a run, with record files and without

    def write(self, version: int) -> None:
        """The documents of one version, and no others."""
        shutil.rmtree(self.archive, ignore_errors=True)
        shutil.copytree(ARCHIVE, self.archive)
        texts = sorted(path for path in self.archive.rglob("*") if path.suffix in {".txt", ".md"})
        for path in texts[:: 3 if version else len(texts) + 1]:
            path.write_text(path.read_text(encoding="utf-8") + MORE, encoding="utf-8")
        for path in texts[1 :: 7 if version else len(texts) + 1]:
            path.unlink()

    def forget_records(self) -> None:
        """Half of the time, nothing that was extracted is there any more."""
        if self.rng.random() < 0.5:
            shutil.rmtree(self.home / "records", ignore_errors=True)

    def clean(self, version: int) -> dict[str, Any]:
        """The digest of one run over a version, on a graph and in a home that held nothing."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        self.write(version)
        began = time.monotonic()
        self._start().wait()
        self.usual_s[False] = time.monotonic() - began
        return self.digest()

    def round(self) -> tuple[list[Victim], list[int]]:
        """Kill once or twice, then run the command to its end: who was killed, and the exit codes of all runs. Nobody
        is killed where the first run ended before its time."""
        victims: list[Victim] = []
        codes: list[int] = []
        for _ in range(MAX_RUNS):
            known = (self.home / "records").exists()
            began = time.monotonic()
            job = self._start()
            if not victims or (len(victims) == 1 and self.rng.random() < AGAIN):
                victim = self._kill(job, self.usual_s[known])
                victims += [victim] if victim else []
            codes.append(job.wait())
            if codes[-1] == 0:
                self.usual_s[known] = time.monotonic() - began
                break
        return victims, codes

    def digest(self) -> dict[str, Any]:
        """What the graph holds; `waiting` has to be 0."""
        done = subprocess.run([COMMAND, "digest"], env=self.environment, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def stop(self) -> None:
        """Stop the server."""
        subprocess.run([COMMAND, "db", "stop"], env=self.environment, capture_output=True, check=False)

    def _start(self) -> subprocess.Popen[bytes]:
        command: list[str | Path] = [
            COMMAND,
            "ingest",
            f"archive={self.archive}",
            "--prune",
            "--max-prune-share",
            "1",
            "--workers",
            "2",
        ]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _kill(self, job: subprocess.Popen[bytes], usual_s: float) -> Victim | None:
        """Wait a while, then kill somebody; `None` when the job had ended before."""
        victim: Victim = self.rng.choice(VICTIMS)
        deadline = time.monotonic() + self.rng.uniform(0, usual_s)
        while job.poll() is None:
            process = self._process(victim, job) if time.monotonic() >= deadline else None
            if process is not None:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)
                    return victim
            time.sleep(POLL_S)
        return None

    def _process(self, victim: Victim, job: subprocess.Popen[bytes]) -> psutil.Process | None:
        """The process of the victim, if it lives."""
        with suppress(psutil.Error, FileNotFoundError, ValueError):
            match victim:
                case "job":
                    return psutil.Process(job.pid)
                case "worker":
                    below = psutil.Process(job.pid).children()
                    workers = [each for each in below if "pipeline.engines.worker" in each.cmdline()]
                    return self.rng.choice(workers) if workers else None
                case "server":
                    status = subprocess.run(
                        [COMMAND, "db", "status", "--json"], env=self.environment, capture_output=True, check=True
                    )
                    pid = json.loads(status.stdout)["pid"]
                    return None if pid is None else psutil.Process(pid)
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="how many processes to kill")
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no round after so long")
    parser.add_argument("--seed", type=int, default=1, help="for victims and moments")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
