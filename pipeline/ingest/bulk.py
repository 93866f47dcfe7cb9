"""The bulk way into an empty graph: the evidence of all sources as files that `neo4j-admin database import full` reads.

Only the first writing of evidence is another than the loader's. The graph that the import makes holds whole documents
that wait to be resolved and derived, and the record of a run in state `imported`; the ordinary job goes on from there.
"""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.files import writing
from pipeline.ingest.bulk_files import ARGUMENTS, BulkWriter
from pipeline.ingest.dead_letters import DeadLetters
from pipeline.ingest.intake import Intake, fingerprint_for
from pipeline.ingest.plan import Plan
from pipeline.ingest.report import RunReport
from pipeline.ingest.sources import walk
from pipeline.progress import progress
from pipeline.store.bulk_import import import_files
from pipeline.store.bulk_import import options as import_options
from pipeline.store.migrate import IMPORTED, inspect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graph_schema.ontology import Ontology
    from pipeline.ingest.options import RunOptions
    from pipeline.ingest.sources import Source
    from pipeline.ingest.stop import StopRequest
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

FOLDER = "bulk"
LOOKED_AT_RUNS = 100


class BulkLoad:
    """Writes the documents of some sources into `<home>/bulk`. Nothing goes into the graph before `import_files`; what
    was extracted stays in the record files, so that a run that is stopped or killed, repeated, has little to do again.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        ontology: Ontology,
        *,
        options: RunOptions,
        stop: StopRequest,
        report: RunReport,
    ) -> None:
        self.store = store
        self.settings = settings
        self.ontology = ontology
        self.options = options
        self.stop = stop
        self.report = report
        self.letters = DeadLetters(settings.home, report.run)
        self.folder = settings.home / FOLDER

    def refuse(self) -> None:
        """Raise `UsageError` where a bulk load is not possible."""
        if self.options.limit is not None:
            raise UsageError("a bulk load takes all documents of its sources.", "Leave out --limit, or --bulk.")
        if not inspect(self.store, self.ontology).empty:
            uri, nodes = self.store.connection.uri, self.store.read("count_nodes")[0]["nodes"]
            raise UsageError(
                f"the graph at {uri!r} holds {nodes} nodes already, which a bulk load would replace.",
                "Run the same command without --bulk to add to them; a bulk load needs a new home (GROUNDPLAN_HOME) or "
                "an empty database.",
            )

    def write(self, sources: Sequence[Source]) -> int:
        """Write the files anew; returns how many documents they hold. Raises `RunStopped` when it was asked to stop,
        `OutOfSpace` when the disk is full."""
        with self.letters.settling(), self.report.timed("files"):
            documents = self._write(sources)
        self.stop.check()
        return documents

    def end_with_files(self) -> None:
        """End here: the files are for a server of the user's own. Raises `TooManyDeadLetters` as any run does."""
        self.report.status = "written"
        self.report.import_command = self._command()
        self.report.refuse_dead_letters(self.settings.max_dead_letters)

    def import_files(self) -> None:
        """Make the private server's graph of the files; its server is left stopped. Raises as the function does."""
        with self.report.timed("import"):
            import_files(self.settings, self.folder, ARGUMENTS, check=self.stop.check)

    def hand_over(self, documents: int) -> None:
        """Leave the rest to an ordinary run over the same sources, after these documents were imported: it tries again
        what failed, and counts."""
        self.letters.withdraw()
        self.report.hand_over(documents)

    def _write(self, sources: Sequence[Source]) -> int:
        discard(self.settings.home)
        with writing(self.folder):
            self.folder.mkdir(parents=True)
        fingerprint = fingerprint_for(self.options, self.settings, self.ontology)
        total = sum(1 for item in walk(sources) if isinstance(item, tuple))
        plan = Plan(self.store, sources, options=self.options, fingerprint=fingerprint)
        ledger = {"extractor": fingerprint, "structured": not self.options.catalogue}
        with BulkWriter(self.folder, ledger=ledger) as writer, progress("documents", "files", total) as shown:
            self._intake(writer).take(plan, shown)
            # Its id comes before that of the run that goes on, which began at the same time.
            imported = RunReport(f"0-import-{self.report.run}", self.report.started, status=IMPORTED)
            writer.add_run(imported.run, imported.as_properties())
        return writer.documents

    def _intake(self, writer: BulkWriter) -> Intake:
        return Intake(
            self.store,
            self.settings,
            self.ontology,
            options=self.options,
            report=self.report,
            letters=self.letters,
            stop=self.stop,
            loader=writer,
        )

    def _command(self) -> str:
        options = import_options(ARGUMENTS, self.settings.neo4j_database)
        command = shlex.join(("neo4j-admin", "database", "import", "full", *options))
        return f"cd {shlex.quote(str(self.folder))} && {command}"


def discard(home: Path) -> None:
    """Delete the files that a bulk load wrote."""
    shutil.rmtree(home / FOLDER, ignore_errors=True)


def is_begun(store: Store) -> bool:
    """Whether the graph came by a bulk load and no run has finished its work since."""
    statuses = {row["status"] for row in store.read("latest_runs", limit=LOOKED_AT_RUNS)}
    return IMPORTED in statuses and "done" not in statuses
