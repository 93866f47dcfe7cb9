"""What a run returns: an object that can print itself for people and as one JSON line for programs."""

from __future__ import annotations

import json
import os
import socket
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from pipeline.errors import RunStopped, TooManyDeadLetters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graph_schema.models import Evidence, Failed

MAX_SHOWN_FAILURES = 20
COUNTED = ("new", "changed", "unchanged", "gone", "pruned", "failed")


@dataclass(slots=True)
class RunReport:
    """The outcome of one ingestion run, filled in while it goes.

    `status` is not started, running, done, stopped (early, cleanly), failed or written (as files that
    `import_command` imports into a server of the user's own).

    `documents` counts new, changed, unchanged, gone (in the graph, no longer in their source), pruned (those of the
    gone that were deleted) and failed; `gone` names the first few; `skipped` counts files that nobody reads, by reason;
    `failures` are the first few, all are in the file `dead_letters`; `written` is what the server says was changed, by
    layer; times are in seconds. `imported` is how many documents a bulk import brought that no run has counted yet.
    """

    run: str
    started: str
    status: str = "not started"
    documents: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    gone: list[str] = field(default_factory=list)
    chunks: int = 0
    words: int = 0
    mentions: int = 0
    claims: Counter[str] = field(default_factory=Counter)
    derived: int = 0
    written: dict[str, int] = field(default_factory=dict)
    failures: list[Failed] = field(default_factory=list)
    dead_letters: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    imported: int = 0
    import_command: str | None = None

    @classmethod
    def begin(cls) -> Self:
        """The report of a run that begins now, here."""
        now = datetime.now(UTC)
        stamp = now.strftime("%Y%m%dT%H%M%S.%fZ")
        return cls(f"{stamp}-{socket.gethostname()}-{os.getpid()}", now.isoformat(timespec="seconds"))

    def loaded(self, evidence: Evidence) -> None:
        """Count a document that was loaded."""
        self.chunks += len(evidence.chunks)
        self.words += sum(len(chunk.text.split()) for chunk in evidence.chunks)
        self.mentions += len(evidence.mentions)
        self.claims.update(claim.status for claim in evidence.claims)

    def failed(self, failed: Failed, dead_letters: Path) -> None:
        """Count a document that could not be read or extracted, whose letter is in `dead_letters`."""
        self.documents["failed"] += 1
        self.dead_letters = dead_letters
        if len(self.failures) < MAX_SHOWN_FAILURES:
            self.failures.append(failed)

    def hand_over(self, imported: int) -> None:
        """Begin to count anew what an ordinary run counts again after a bulk import of so many documents."""
        for counter in (self.documents, self.skipped, self.failures):
            counter.clear()
        self.dead_letters = None
        self.imported = imported

    def count_imported(self) -> None:
        """Count the documents that were imported, which the run found unchanged, as new."""
        if self.imported:
            found = min(self.imported, self.documents["unchanged"])
            self.documents["new"] += found
            self.documents["unchanged"] -= found
            self.imported = 0

    def refuse_dead_letters(self, limit: int | None) -> None:
        """Raise `TooManyDeadLetters` when more documents failed than `limit`, or all."""
        failed = self.documents["failed"]
        total = sum(self.documents[name] for name in ("new", "changed", "unchanged", "failed"))
        everything = failed > 0 and failed == total
        if everything or (limit is not None and failed > limit):
            allowed = "nothing could be read" if limit is None or everything else f"{limit} are allowed"
            raise TooManyDeadLetters(
                f"{failed} of {total} documents failed; {allowed}.",
                f"See {self.dead_letters} for the reason and remedy of each.",
            )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Running inside the block; stopped or failed where that ends by an error."""
        self.status = "running"
        try:
            yield
        except BaseException as error:
            self.status = "stopped" if isinstance(error, RunStopped) else "failed"
            raise

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time of the block to that of a step."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started

    def as_properties(self) -> dict[str, Any]:
        """The properties of the run's node in the graph."""
        summary = self.as_json()
        return {
            "status": self.status,
            "started": self.started,
            "finished": None if self.status == "running" else datetime.now(UTC).isoformat(timespec="seconds"),
            **{f"documents_{name}": count for name, count in summary["documents"].items()},
            "summary": json.dumps(summary),
        }

    def as_json(self) -> dict[str, Any]:
        """Plain values; the contract of the last line on stdout."""
        return {
            "run": self.run,
            "status": self.status,
            "started": self.started,
            "documents": {name: self.documents[name] for name in COUNTED},
            "gone": self.gone,
            "skipped": dict(sorted(self.skipped.items())),
            "chunks": self.chunks,
            "words": self.words,
            "mentions": self.mentions,
            "claims": {name: self.claims[name] for name in ("accepted", "open", "refused")},
            "derived": self.derived,
            "written": self.written,
            "dead_letters": None if self.dead_letters is None else str(self.dead_letters),
            "import_command": self.import_command,
            "seconds": {name: round(seconds, 3) for name, seconds in self.seconds.items()},
        }

    def __str__(self) -> str:
        counts = self.documents
        lines = [
            f"{counts['new']} new, {counts['changed']} changed, {counts['unchanged']} unchanged, "
            f"{counts['failed']} failed documents in {self.seconds.get('total', 0):.1f} s",
            f"{self.chunks} chunks, {self.words} words, {self.mentions} mentions, claims: {self.claims['accepted']} "
            f"accepted, {self.claims['open']} open, {self.claims['refused']} refused by the ontology",
            "changes in the graph: " + ", ".join(f"{layer} {count}" for layer, count in self.written.items()),
        ]
        lines += [f"not read: {count} x {reason}" for reason, count in sorted(self.skipped.items())]
        lines += [f"note: {note} ({count} x)" for note, count in sorted(self.notes.items())]
        if counts["gone"]:
            more = f" and more: {counts['gone']} documents" if len(self.gone) < counts["gone"] else ""
            kept = "deleted" if counts["pruned"] == counts["gone"] else "kept; --prune deletes what is gone"
            lines.append(f"gone from its source: {', '.join(self.gone)}{more} ({kept})")
        for failed in self.failures[:5]:
            record = f", record {failed.record}" if failed.record else ""
            lines.append(f"failed in {failed.stage}: {failed.path}{record}: {failed.reason} {failed.remedy}")
        if counts["failed"] > 5:
            lines.append(f"and {counts['failed'] - 5} more failures")
        if self.dead_letters is not None:
            lines.append(f"dead letters: {self.dead_letters}")
        if self.import_command is not None:
            lines.append(
                "the graph is untouched. Where the server's files are, with the server stopped, import what was "
                f"written:\n    {self.import_command}\nthen start it and run the same command without --bulk, which "
                "goes on from there"
            )
        return "\n".join(lines)
