"""`Groundplan`: one graph, opened; documents in, cited answers out."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from graph_schema.ontology import load_ontology
from pipeline.errors import TooManyDeadLetters
from pipeline.query.cancel import CancelToken
from pipeline.query.slots import Slots
from pipeline.settings import Settings
from pipeline.store.driver import Store
from pipeline.store.private import named_server, private_server

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from types import TracebackType

    from graph_schema.ontology import Ontology
    from pipeline.ingest.estimate import Estimate
    from pipeline.ingest.options import RunOptions
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.sources import Source
    from pipeline.ingest.status import Status
    from pipeline.ingest.stop import StopRequest
    from pipeline.query.answer import Answer
    from pipeline.query.contracts import Budget
    from pipeline.query.history import Turn
    from pipeline.query.plan import Plan
    from pipeline.query.results import Entities, Neighbours, Paths
    from pipeline.query.retrieval.result import Retrieval
    from pipeline.query.scope import Scope
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


def _opened(settings: Settings, resources: ExitStack) -> Store:
    connection = resources.enter_context(connected(settings))
    store = resources.enter_context(Store(connection, timeout_s=settings.store_timeout_s))
    store.verify()
    return store


class Groundplan:
    """An open graph. Use as a context manager:

    with Groundplan.open() as kg:
        kg.ingest("letters/")
        print(kg.ask("Who founded Halden Instruments?"))

    Any number of threads may ask one at a time; `max_concurrent_questions` of them are answered, and the others wait
    for their turn. Every call raises `GraphClosed` once it was closed.
    """

    def __init__(self, store: Store, settings: Settings, ontology: Ontology, resources: ExitStack) -> None:
        self.store = store
        self.settings = settings
        self.ontology = ontology
        self._resources = resources
        self.slots = Slots(settings.max_concurrent_questions)

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
            store = _opened(settings, resources)
            return cls(store, settings, ontology, resources.pop_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Call off the questions that are being answered, close the connections and let the private server go idle."""
        self.slots.close()
        self._resources.close()

    def ingest(
        self,
        *sources: str | Path,
        fields: Mapping[str, str] | None = None,
        prune: bool = False,
        catalogue: bool = False,
        only: Collection[str] = (),
        since: datetime | None = None,
        limit: int | None = None,
        bulk: bool = False,
        stop: StopRequest | None = None,
        report: RunReport | None = None,
    ) -> RunReport:
        """Bring the graph up to date with `sources`: folders, globs, files, each optionally as `NAME=PATH`.

        `fields` names the fields of JSON Lines and CSV that hold `id`, `title`, `text` and `date`, where they are not
        the usual ones. `prune` deletes the documents that are gone from these sources, which are kept otherwise.
        `catalogue` reads, segments and indexes, and leaves the structuring to a later run. `only` names those of the
        sources to work on, `since` leaves out files that were not modified since, `limit` ends the reading after so
        many new or changed documents; what is left out never counts as gone. `bulk` fills an empty graph by
        `neo4j-admin database import`, which is faster for very many documents: the private server is stopped for it and
        started again; for another server the files are written and `import_command` of the report says the rest.
        `stop` asks the run to end early; `report`, when given, is filled in and returned, and tells what was done also
        where this raises.

        One run at a time; unchanged documents cost a hash. Raises `SourceError`, `MigrationPending`, `GraphBusy`,
        `RunStopped`, `TooManyDeadLetters`, and `TooManyGone` where more than `max_prune_share` of a source would be
        deleted.
        """
        from pipeline.ingest.options import RunOptions
        from pipeline.ingest.readers.base import named_fields
        from pipeline.ingest.sources import parse_sources

        parsed = parse_sources([str(source) for source in sources], only)
        named = named_fields(fields or {})
        options = RunOptions(fields=named, prune=prune, catalogue=catalogue, since=since, limit=limit)
        return self._run(parsed, options, stop, report, bulk=bulk)

    def estimate(
        self,
        *sources: str | Path,
        fields: Mapping[str, str] | None = None,
        catalogue: bool = False,
        only: Collection[str] = (),
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Estimate:
        """What `ingest` with the same arguments would do, and about how long it would take; changes nothing."""
        from pipeline.ingest.estimate import estimate
        from pipeline.ingest.intake import fingerprint_of
        from pipeline.ingest.options import RunOptions
        from pipeline.ingest.readers.base import named_fields
        from pipeline.ingest.sources import parse_sources

        parsed = parse_sources([str(source) for source in sources], only)
        options = RunOptions(fields=named_fields(fields or {}), catalogue=catalogue, since=since, limit=limit)
        extractor = None if catalogue else fingerprint_of(self.settings, self.ontology)
        return estimate(self.store, self.settings, parsed, options=options, fingerprint=extractor)

    def retry(
        self,
        *,
        fields: Mapping[str, str] | None = None,
        stop: StopRequest | None = None,
        report: RunReport | None = None,
    ) -> RunReport:
        """Take the files and folders of all outstanding dead letters again, each as when it failed: with the same
        fields unless `fields` says others, and only catalogued where it was. Otherwise as `ingest`; nothing to do is
        fine."""
        from pipeline.ingest.dead_letters import files_again
        from pipeline.ingest.options import RunOptions
        from pipeline.ingest.readers.base import named_fields
        from pipeline.ingest.report import RunReport
        from pipeline.ingest.sources import sources_again

        named = named_fields(fields) if fields else None
        parts: dict[RunOptions, list[Source]] = {}
        for file, taken in files_again(self.settings.home).items():
            options = RunOptions(fields=named or taken.fields, catalogue=taken.catalogue)
            parts.setdefault(options, []).extend(sources_again(self.settings.home, *file, taken.patterns))
        report = report or RunReport.begin()
        *others, last = parts.items() or [(RunOptions(), [])]
        for options, sources in others:
            with suppress(TooManyDeadLetters):  # the report counts on, and the last part raises it
                self._run(sources, options, stop, report)
        return self._run(last[1], last[0], stop, report)

    def _run(
        self,
        sources: Sequence[Source],
        options: RunOptions,
        stop: StopRequest | None,
        report: RunReport | None,
        *,
        bulk: bool = False,
    ) -> RunReport:
        from pipeline.ingest.report import RunReport
        from pipeline.ingest.stop import StopRequest
        from pipeline.store.lease import home_lock
        from pipeline.text.encoder import dimensions_of

        dimensions_of(self.settings)  # an encoder that cannot be is refused before the work
        report, stop = report or RunReport.begin(), stop or StopRequest()
        with home_lock(self.settings.home):
            if not bulk or self._fill(sources, options, stop, report):
                self._work(sources, options, stop, report)
        return report

    def _work(self, sources: Sequence[Source], options: RunOptions, stop: StopRequest, report: RunReport) -> None:
        from pipeline.ingest.bulk import discard
        from pipeline.ingest.job import IngestJob
        from pipeline.ingest.sources import remember
        from pipeline.store.lease import leased
        from pipeline.store.migrate import ensure
        from pipeline.text.encoder import dimensions_of

        ensure(self.store, self.ontology, dimensions_of(self.settings))
        with leased(self.store, self.settings.lease_s):
            discard(self.settings.home)  # what a bulk load wrote: it was imported, or this run does without
            remember(self.settings.home, sources)
            job = IngestJob(self.store, self.settings, self.ontology, options=options, stop=stop, report=report)
            job.run(sources)

    def _fill(self, sources: Sequence[Source], options: RunOptions, stop: StopRequest, report: RunReport) -> bool:
        """Fill the empty graph by a bulk load, unless an earlier run did; False where only its files were written. An
        import that fails leaves this graph closed."""
        from pipeline.ingest.bulk import BulkLoad, is_begun
        from pipeline.ingest.sources import remember

        if is_begun(self.store):
            return True
        load = BulkLoad(self.store, self.settings, self.ontology, options=options, stop=stop, report=report)
        load.refuse()
        remember(self.settings.home, sources)
        with report.timed("total"), report.running():
            documents = load.write(sources)
            if named_server(self.settings) is None:
                if documents:
                    load.refuse()  # hours may have passed
                    self._resources.close()
                    load.import_files()
                    self.store = _opened(self.settings, self._resources)
                load.hand_over(documents)
                return True
        load.end_with_files()
        return False

    def digest(self) -> GraphDigest:
        """Hash the graph, layer by layer: equal for graphs that hold the same, however they came to be.

        Operations, vectors, scores and times are not in it. Raises `UsageError` for a graph into which nothing was
        ingested yet, `MigrationPending` for one of another version.
        """
        from pipeline.store.digest import digest
        from pipeline.store.migrate import ensure_readable

        ensure_readable(self.store)
        return digest(self.store)

    def ask(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        history: Sequence[Turn] = (),
        budget: Budget | None = None,
        as_of: date | None = None,
        on_plan: Callable[[Plan], object] | None = None,
        timeout_s: float | None = None,
        token: CancelToken | None = None,
    ) -> Answer:
        """Answer a question from the graph, with citations, by a plan that is fixed before anything is retrieved.

        `scope` narrows it to documents of a source, a folder, a time. `history` is the conversation before it: it says
        what "she" or "that company" stands for, and nothing else is taken from it. `budget` holds the limits of each
        step. With `as_of`, facts that documents say held at another time are left out. `on_plan` is called with the
        plan before anything is retrieved. `timeout_s` is the time for the whole question, waiting for its turn
        included; another thread can call it off by `token`, which may have a time of its own.

        Raises `UsageError` for a graph into which nothing was ingested yet and for an empty question,
        `MigrationPending` for a graph of another version, `ContractExceeded` for what would take more than the budget
        allows, `QuestionTimeout` and `QuestionCancelled`.
        """
        from pipeline.query.ask import ask
        from pipeline.query.scope import EVERYTHING

        with self._asking(_token(timeout_s, token)) as token:
            return ask(
                question,
                store=self.store,
                settings=self.settings,
                ontology=self.ontology,
                extractor=self._extractor,
                scope=scope or EVERYTHING,
                history=history,
                budget=budget,
                as_of=as_of,
                on_plan=on_plan,
                token=token,
            )

    def retrieve(
        self,
        question: str,
        *,
        limit: int = 8,
        budget: Budget | None = None,
        timeout_s: float | None = None,
        token: CancelToken | None = None,
    ) -> Retrieval:
        """The passages that a question needs, at most `limit`, 1 to 50, the likeliest first, each with why it is there:
        by what its names stand for, a walk over what those passages name, full text and vectors, in one ranking.

        The setting `retrieval_parts` switches parts off. Raises as `ask`.
        """
        from pipeline.query.retrieval import retrieve

        with self._asking(_token(timeout_s, token)) as token:
            return retrieve(
                question,
                store=self.store,
                settings=self.settings,
                ontology=self.ontology,
                limit=limit,
                budget=budget,
                token=token,
            )

    def entity(self, name_or_id: str, *, token: CancelToken | None = None) -> Entities:
        """Every entity of a name, homonyms apart, or the one with an id: its names, and what is said of it, cited.

        The name is whole; case, accents, titles and legal forms do not count. An unknown one gives an empty result that
        says the closest names. Raises as `ask`.
        """
        from pipeline.query.entity import entity

        with self._asking(_token(None, token)) as token:
            return entity(name_or_id, store=self.store, ontology=self.ontology, token=token)

    def path(self, one: str, other: str, max_hops: int = 3, *, token: CancelToken | None = None) -> Paths:
        """The shortest chains of at most `max_hops` facts, 1 to 3, that connect two entities, by names or ids, cited.

        Unknown names give an empty result that says the closest. Raises as `ask`.
        """
        from pipeline.query.connection import path

        with self._asking(_token(None, token)) as token:
            return path(one, other, store=self.store, ontology=self.ontology, max_hops=max_hops, token=token)

    def neighbours(
        self,
        name_or_id: str,
        *,
        predicates: Collection[str] = (),
        limit: int = 25,
        token: CancelToken | None = None,
    ) -> Neighbours:
        """The entities that facts connect with those of a name, or with the one of an id, the best supported first,
        cited: of all predicates unless some are named, and at most `limit`, 1 to 50.

        An unknown name gives an empty result that says the closest. Raises as `ask`.
        """
        from pipeline.query.entity import neighbours

        with self._asking(_token(None, token)) as token:
            return neighbours(
                name_or_id,
                store=self.store,
                ontology=self.ontology,
                predicates=predicates,
                limit=limit,
                token=token,
            )

    @contextmanager
    def _asking(self, token: CancelToken) -> Iterator[CancelToken]:
        """One of the slots for questions on a graph that can be read, held inside the block."""
        from pipeline.store.migrate import ensure_readable

        with self.slots.taken(token):
            ensure_readable(self.store)
            yield token

    @cached_property
    def _extractor(self) -> str:
        """The fingerprint of the extractor that a run would use now."""
        from pipeline.ingest.intake import fingerprint_of

        return fingerprint_of(self.settings, self.ontology)

    def status(self) -> Status:
        """The latest runs, who holds the graph, and what waits for the next run."""
        from pipeline.ingest.status import status_of

        return status_of(self.store, self.settings, self.ontology)

    def cypher(self, query: str, /, *, max_rows: int | None = None, **parameters: Any) -> Table:  # noqa: ANN401
        """Run a saved query by name, or a statement, read-only and bounded. Raises `QueryRefused` or `StoreTimeout`."""
        from pipeline.store.analyst import run_query

        return run_query(self.store, query, parameters, settings=self.settings, max_rows=max_rows)


def _token(timeout_s: float | None, token: CancelToken | None) -> CancelToken:
    if timeout_s is not None and token is not None:
        raise TypeError("give either timeout_s or a token, which may have a time of its own, not both")
    return token or CancelToken(timeout_s)
