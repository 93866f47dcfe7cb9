"""The jars of the Neo4j server: fetched once into the cache, each checked against the SHA-256 of the committed lock."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
import tomllib
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError, StoreUnavailable
from pipeline.store.locks import exclusive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jgo.maven import Artifact, MavenContext
    from rich.progress import Progress

LOCK_FILE = Path(__file__).with_name("neo4j.lock.toml")
THREADS = 8
PAUSES_S = (1.0, 3.0)  # between the attempts at one jar
REQUEST_TIMEOUT_S = 15
QUIET_S = 1.0
PLAIN_LINE_S = 5.0
ELSEWHERE = "Check the network and run the same command again, or name another Neo4j server in NEO4J_URI."


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock; `size` is in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int
    classifier: str = ""
    packaging: str = "jar"

    @property
    def name(self) -> str:
        """The file name, unique in the lock."""
        return "-".join(filter(None, (self.artifact, self.version, self.classifier))) + f".{self.packaging}"

    @property
    def coordinate(self) -> str:
        """The name for people: group, artifact, version and classifier."""
        return ":".join(filter(None, (self.group, self.artifact, self.version, self.classifier)))


def ensure_jars(cache: Path) -> list[Path]:
    """The server's jars below `cache`, sorted; those that are missing are fetched.

    Complete from an earlier call, this compares names and sizes only (milliseconds). Several processes may call it
    at once: one fetches, the others wait. Raises `StoreUnavailable` when a jar cannot be fetched or is not the one
    that was locked, `ConfigurationError` when the cache cannot be written.
    """
    lock = LOCK_FILE.read_bytes()
    version = _version(lock)
    folder = cache / "neo4j" / version
    found = _complete(folder, lock)
    if found is not None:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder.with_name(f"{version}.lock"), on_wait=lambda: _say_waiting(version)):
            return _complete(folder, lock) or _fill(folder, lock, version)
    except OSError as error:
        raise ConfigurationError(
            f"cannot keep the jars of Neo4j {version} in {str(folder)!r}: {error}.",
            "Set GROUNDPLAN_CACHE to a folder that can be written.",
        ) from error


def locked_jars(lock: bytes) -> list[Jar]:
    """The jars that the lock's text names, in its order."""
    return [Jar(**entry) for entry in tomllib.loads(lock.decode())["jar"]]


def fetch(jars: Sequence[Jar], folder: Path, partial: Path) -> None:
    """Fetch `jars` into `folder`, by way of the scratch folder `partial`; the jars fetched so far stay on an error.

    Raises `StoreUnavailable` at the first that cannot be fetched or has another SHA-256 than its own.
    """
    if not jars:
        return
    context = _context(partial)
    with _Progress(jars) as progress, ThreadPoolExecutor(THREADS) as pool:
        pending = {pool.submit(_fetch_one, context, jar, folder): jar for jar in jars}
        try:
            while pending:
                done, _ = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    progress.add(pending.pop(future))
                progress.show()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _version(lock: bytes) -> str:
    """The `version = "..."` line, read without parsing the 200 tables after it."""
    line = next(line for line in lock.splitlines() if line.startswith(b"version"))
    return line.split(b'"')[1].decode()


def _marker(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.complete.json")


def _complete(folder: Path, lock: bytes) -> list[Path] | None:
    try:
        marker = json.loads(_marker(folder).read_bytes())
        with os.scandir(folder) as entries:
            sizes = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    except (OSError, ValueError):
        return None
    if marker["lock"] != hashlib.sha256(lock).hexdigest() or marker["sizes"] != sizes:
        return None
    return [folder / name for name in sorted(sizes)]


def _fill(folder: Path, lock: bytes, version: str) -> list[Path]:
    jars = locked_jars(lock)
    wanted = {jar.name: jar for jar in jars}
    partial = folder.with_name(f"{version}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for path in folder.iterdir():
        if path.name not in wanted or not _is(path, wanted[path.name]):
            path.unlink()
    try:
        fetch([jar for jar in jars if not (folder / jar.name).exists()], folder, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    sizes = {jar.name: jar.size for jar in jars}
    scratch = folder.with_name(f"{version}.complete.tmp")
    scratch.write_text(json.dumps({"lock": hashlib.sha256(lock).hexdigest(), "sizes": sizes}), encoding="utf-8")
    scratch.replace(_marker(folder))
    return [folder / name for name in sorted(sizes)]


def _context(partial: Path) -> MavenContext:
    from jgo.maven import MavenContext, PythonResolver

    return MavenContext(resolver=PythonResolver(), repo_cache=partial, timeout=REQUEST_TIMEOUT_S)


def _fetch_one(context: MavenContext, jar: Jar, folder: Path) -> None:
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact(jar.classifier, jar.packaging)
    path = _copied(artifact, jar) or _downloaded(artifact, jar)
    path.replace(folder / jar.name)


def _copied(artifact: Artifact, jar: Jar) -> Path | None:
    """A copy of what another Java tool of this user fetched earlier, if it is the locked jar."""
    from jgo.constants import default_maven_repo

    below = artifact.component.path_prefix / jar.name
    source, path = default_maven_repo() / below, artifact.context.repo_cache / below
    if not source.is_file() or not _is(source, jar):
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    return path


def _downloaded(artifact: Artifact, jar: Jar) -> Path:
    path = _resolved(artifact, jar)
    if not _is(path, jar):
        raise StoreUnavailable(
            f"{jar.coordinate!r} was fetched with SHA-256 {_sha256(path)!r} where {jar.sha256!r} is locked; not kept.",
            ELSEWHERE,
        )
    return path


def _resolved(artifact: Artifact, jar: Jar) -> Path:
    import requests

    for pause_s in (*PAUSES_S, None):
        try:
            return artifact.resolve()
        except (requests.RequestException, RuntimeError) as error:
            # The resolver leaves half a file behind, and would take it for a whole one.
            (artifact.context.repo_cache / artifact.component.path_prefix / jar.name).unlink(missing_ok=True)
            if pause_s is None:
                raise StoreUnavailable(
                    f"cannot fetch {jar.coordinate!r} for the private Neo4j: {error}.", ELSEWHERE
                ) from error
            time.sleep(pause_s)
    raise AssertionError("unreachable")


def _is(path: Path, jar: Jar) -> bool:
    return path.stat().st_size == jar.size and _sha256(path) == jar.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Progress:
    """Shows on stderr how far the fetching is, once it takes longer than a second: a bar, or lines off a terminal."""

    def __init__(self, jars: Sequence[Jar]) -> None:
        self._total = sum(jar.size for jar in jars)
        self._done = 0
        self._next_at = time.monotonic() + QUIET_S
        self._bar: Progress | None = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def add(self, jar: Jar) -> None:
        self._done += jar.size

    def show(self) -> None:
        if time.monotonic() < self._next_at:
            return
        if sys.stderr.isatty():
            self._show_bar()
            return
        megabytes = f"{self._done / 1e6:.0f} of {self._total / 1e6:.0f} MB"
        print(f"fetching the private Neo4j, once: {megabytes}", file=sys.stderr, flush=True)
        self._next_at = time.monotonic() + PLAIN_LINE_S

    def _show_bar(self) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._bar.add_task("fetching the private Neo4j, once", total=self._total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self._done)


def _say_waiting(version: str) -> None:
    print(f"waiting for another process that fetches Neo4j {version} ...", file=sys.stderr, flush=True)
