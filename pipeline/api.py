"""The public API: one graph, opened; documents in, cited answers out."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Self

from graph_schema.ontology import load_ontology
from pipeline.settings import Settings
from pipeline.store.driver import Store
from pipeline.store.private import named_server, private_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from graph_schema.ontology import Ontology
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.status import Status
    from pipeline.query.answer import Answer
    from pipeline.store.analyst import Table
    from pipeline.store.digest import GraphDigest
    from pipeline.store.private import Connection


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """The server that `settings` name, or the home's private one, kept up inside the block."""
    named = named_server(settings)
    if named is not None:
        yield named
        return
    with private_server(settings) as connection:
        yield connection


class Groundplan:
    """An open graph. Use as a context manager:

    with Groundplan.open() as kg:
        kg.ingest("letters/")
        print(kg.ask("Who founded Halden Instruments?"))
    """

    def __init__(self, store: Store, settings: Settings, ontology: Ontology, resources: ExitStack) -> None:
        self.store = store
        self.settings = settings
        self.ontology = ontology
        self._resources = resources

    @classmethod
    def open(cls, settings: Settings | None = None, **overrides: Any) -> Self:  # noqa: ANN401
        """Open the graph of `settings`, by default those of the environment; `overrides` are single settings.

        Starts the private server when no other is named. Raises a `ConfigurationError` or `StoreUnavailable`.
        """
        if settings is not None and overrides:
            raise TypeError("give either settings or single overrides, not both")
        settings = settings or Settings.load(**overrides)
        ontology = load_ontology(settings.ontology)
        with ExitStack() as resources:
            connection = resources.enter_context(connected(settings))
            store = resources.enter_context(Store(connection, timeout_s=settings.store_timeout_s))
            store.verify()
            return cls(store, settings, ontology, resources.pop_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and let the private server go idle."""
        self._resources.close()

    def ingest(self, *sources: str | Path, fields: Mapping[str, str] | None = None, prune: bool = False) -> RunReport:
        """Bring the graph up to date with `sources`: folders, globs, files, each optionally as `NAME=PATH`.

        `fields` names the fields of JSON Lines and CSV that hold `id`, `title`, `text` and `date`, where they are not
        the usual ones. `prune` deletes the documents that are gone from these sources, which are kept otherwise. One
        run at a time; unchanged documents cost a hash. Raises `SourceError`, `MigrationPending`, `GraphBusy`,
        `TooManyDeadLetters`, and `TooManyGone` where more than `max_prune_share` of a source would be deleted.
        """
        from pipeline.ingest.job import IngestJob, one_run_at_a_time
        from pipeline.ingest.readers.base import named_fields
        from pipeline.ingest.sources import parse_sources, remember
        from pipeline.store.migrate import ensure

        parsed = parse_sources([str(source) for source in sources])
        named = named_fields(fields or {})
        with one_run_at_a_time(self.settings.home):
            ensure(self.store, self.ontology)
            remember(self.settings.home, parsed)
            return IngestJob(self.store, self.settings, self.ontology, fields=named, prune=prune).run(parsed)

    def digest(self) -> GraphDigest:
        """Hash the graph, layer by layer: equal for graphs that hold the same, however they came to be.

        Operations, vectors, scores and times are not in it. Raises `UsageError` for a graph into which nothing was
        ingested yet, `MigrationPending` for one of another version.
        """
        from pipeline.store.digest import digest
        from pipeline.store.migrate import ensure_readable

        ensure_readable(self.store)
        return digest(self.store)

    def ask(self, question: str) -> Answer:
        """Answer a question from the graph, with citations, by a plan that is fixed before anything is retrieved.

        Raises `UsageError` for a graph into which nothing was ingested yet, `MigrationPending` for one of another
        version.
        """
        from pipeline.query.ask import ask
        from pipeline.store.migrate import ensure_readable

        ensure_readable(self.store)
        return ask(question, store=self.store, settings=self.settings, ontology=self.ontology)

    def status(self) -> Status:
        """The latest runs, who holds the graph, and what waits for the next run."""
        from pipeline.ingest.status import status_of

        return status_of(self.store, self.settings, self.ontology)

    def cypher(self, query: str, /, *, max_rows: int | None = None, **parameters: Any) -> Table:  # noqa: ANN401
        """Run a saved query by name, or a statement, read-only and bounded. Raises `QueryRefused` or `StoreTimeout`."""
        from pipeline.store.analyst import run_query

        return run_query(self.store, query, parameters, settings=self.settings, max_rows=max_rows)


class AsyncGroundplan:
    """`Groundplan` for asyncio: the same calls, each in a thread."""

    def __init__(self, graph: Groundplan) -> None:
        self.graph = graph

    @classmethod
    async def open(cls, settings: Settings | None = None, **overrides: Any) -> Self:  # noqa: ANN401
        """As `Groundplan.open`."""
        return cls(await asyncio.to_thread(Groundplan.open, settings, **overrides))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """As `Groundplan.close`."""
        await asyncio.to_thread(self.graph.close)

    async def ingest(
        self, *sources: str | Path, fields: Mapping[str, str] | None = None, prune: bool = False
    ) -> RunReport:
        """As `Groundplan.ingest`."""
        return await asyncio.to_thread(lambda: self.graph.ingest(*sources, fields=fields, prune=prune))

    async def digest(self) -> GraphDigest:
        """As `Groundplan.digest`."""
        return await asyncio.to_thread(self.graph.digest)

    async def status(self) -> Status:
        """As `Groundplan.status`."""
        return await asyncio.to_thread(self.graph.status)

    async def ask(self, question: str) -> Answer:
        """As `Groundplan.ask`."""
        return await asyncio.to_thread(self.graph.ask, question)

    async def cypher(self, query: str, /, *, max_rows: int | None = None, **parameters: Any) -> Table:  # noqa: ANN401
        """As `Groundplan.cypher`."""
        return await asyncio.to_thread(lambda: self.graph.cypher(query, max_rows=max_rows, **parameters))
