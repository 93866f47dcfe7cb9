"""`neo4j-admin database import full` on the private server's files: fast, offline, and it replaces the whole graph.

A marker is on disk before the importer begins and goes when it is done. Whatever ends it in between, the next start of
the server finds the marker and begins with an empty graph; users and passwords, which are another database's, stay.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from pipeline.errors import OutOfSpace, StoreError
from pipeline.files import write_atomically, writing
from pipeline.progress import progress
from pipeline.store.jars import ensure_jars
from pipeline.store.private import Importer, halted
from pipeline.store.server import DATABASE, IMPORT_ENTRY_POINT, java, log_tail, spawn_java

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.settings import Settings
    from pipeline.store.server import Folder

POLL_S = 0.1
DISK_FULL = "No space left on device"
MIN_FREE_BYTES = 1_000_000  # on a disk with less the log may lack the reason


def import_files(settings: Settings, files: Path, arguments: str, *, check: Callable[[], None] = lambda: None) -> None:
    """Replace the graph of the home's private server by the files in the folder `files`, which the argument file
    `arguments` in it names; relative names are below that folder.

    The server is stopped for it, whoever is connected, and is left stopped. `check` is called now and then and may
    raise: the importer is ended then. Raises `StoreError` when it fails, `OutOfSpace` when the disk was full, and as
    `writing` where the home cannot be written; the graph is empty then.
    """
    with halted(settings) as folder, writing(folder.path), progress("import", "files") as shown:
        shown(sum(1 for each in files.iterdir() if each.suffix == ".csv"))
        write_atomically(folder.importing, json.dumps(asdict(Importer.here())))
        log = folder.logs / "import.log"
        _run(_command(settings, folder, arguments), folder, files, log, check)
        folder.importing.unlink()


def options(arguments: str, database: str) -> list[str]:
    """What follows `neo4j-admin database import full`, run where the files lie. The database stands first: an option
    that takes many files would take it for one more."""
    return [database, "--overwrite-destination=true", f"@{arguments}"]


def _command(settings: Settings, folder: Folder, arguments: str) -> list[str]:
    jars = ensure_jars(settings.cache.expanduser())
    report = f"--report-file={folder.import_report}"
    return java(settings, jars, IMPORT_ENTRY_POINT, "database", "import", "full", *options(arguments, DATABASE), report)


def _run(command: Sequence[str], folder: Folder, files: Path, log: Path, check: Callable[[], None]) -> None:
    environment = {**os.environ, "NEO4J_HOME": str(folder.path), "NEO4J_CONF": str(folder.conf)}
    with log.open("wb") as output:
        process = spawn_java(command, files, output, environment)
    try:
        while process.poll() is None:
            check()
            time.sleep(POLL_S)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        check()  # what asks the run to stop may have ended the importer as well
        raise _failed(process, log)


def _failed(process: subprocess.Popen[bytes], log: Path) -> StoreError | OutOfSpace:
    tail = log_tail(log)
    full = DISK_FULL in log.read_text(encoding="utf-8", errors="replace")
    if full or shutil.disk_usage(log.parent).free < MIN_FREE_BYTES:
        return OutOfSpace(
            f"the disk was full while the import ran; its log is {str(log)!r}.",
            "Free some space, then run the same command again.",
        )
    return StoreError(
        f"the import ended with status {process.returncode}; the graph is empty. The end of its log:\n{tail}\n",
        f"Read {str(log)!r}. The same command without --bulk needs no import.",
    )
