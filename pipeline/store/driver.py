"""The one door to Neo4j: managed transactions over packaged statements, with upstream errors mapped in one place."""

from __future__ import annotations

import re
import threading
import time
from copy import copy
from dataclasses import dataclass, field, fields
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import neo4j
from neo4j import exceptions as upstream

from graph_schema.statements import statement
from pipeline.errors import (
    AuthenticationFailed,
    ConfigurationError,
    GraphClosed,
    GroundplanError,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from graph_schema.statements import Statement
    from pipeline.store.private import Connection

T = TypeVar("T")
Layer = Literal["evidence", "knowledge", "enrichment", "decisions", "operations"]
LAYERS: tuple[Layer, ...] = ("evidence", "knowledge", "enrichment", "decisions", "operations")
COMMIT_ATTEMPTS = 4
RETRY_S = 30.0
COMMIT_PAUSE_S = 0.5
MIN_TIMEOUT_S = 0.001  # the server takes 0 for no limit
TIMEOUT_CODES = ("TransactionTimedOut", "ProcedureTimedOut")
INDEXES_TIMED_OUT = "come online within a reasonable time"  # `db.awaitIndexes` has no code of its own for it
URI = re.compile(r"(bolt|neo4j)(\+s|\+ssc)?://")


@dataclass(slots=True)
class Counters:
    """What the server says it changed; the proof that a second run writes nothing."""

    nodes_created: int = 0
    nodes_deleted: int = 0
    relationships_created: int = 0
    relationships_deleted: int = 0
    properties_set: int = 0
    labels_added: int = 0
    labels_removed: int = 0

    @property
    def total(self) -> int:
        """All changes together."""
        return sum(getattr(self, each.name) for each in fields(self))

    def add(self, other: Counters | neo4j.SummaryCounters) -> None:
        """Add another's counts to these."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class Transaction:
    """A running transaction; rows come back as plain dictionaries."""

    _inner: neo4j.ManagedTransaction
    counters: Counters = field(default_factory=Counters)

    def run(self, query: Statement, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Run one packaged statement and return all its rows. Parameters that are not given have their defaults."""
        defaults = {each.name: each.default for each in query.parameters if not each.required}
        result = self._inner.run(query.text, defaults | parameters)
        rows = result.data()
        self.counters.add(result.consume().counters)
        return rows

    def write(self, name: str, /, **parameters: Any) -> None:  # noqa: ANN401
        """Run a packaged write statement; one whose rows are empty is not sent."""
        if any(isinstance(value, list) and not value for value in parameters.values()):
            return
        self.run(statement("write", name), **parameters)


class Store:
    """One database of one server. Use as a context manager.

    Every call names the database and has a time limit. `written` holds what the server says was changed, by layer;
    `fence`, where it is set, runs first and last in every write transaction and may forbid it. Threads may share one
    for reading.
    Raises `StoreUnavailable`, `AuthenticationFailed`, `StoreTimeout` or `StoreError`, and `GraphClosed` once it was
    closed.
    """

    def __init__(self, connection: Connection, *, timeout_s: float) -> None:
        if not URI.match(connection.uri):
            raise _bad_uri(connection.uri, "it does not begin with bolt:// or neo4j://")
        self.connection = connection
        self.timeout_s = timeout_s
        self.written: dict[Layer, Counters] = {layer: Counters() for layer in LAYERS}
        self.fence: Callable[[Transaction], None] | None = None
        self._left: Callable[[], float] | None = None
        self._closed = threading.Event()
        try:
            self.driver = neo4j.GraphDatabase.driver(
                connection.uri,
                auth=(connection.username, connection.password),
                connection_acquisition_timeout=min(RETRY_S, timeout_s),
                max_transaction_retry_time=min(RETRY_S, timeout_s),
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        except (ValueError, upstream.ConfigurationError) as error:
            raise _bad_uri(connection.uri, str(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._closed.set()
        self.driver.close()

    def within(self, left: Callable[[], float]) -> Self:
        """The same store, for reading: no statement takes longer than the seconds that `left` gives when it begins.
        `left` may raise."""
        view = copy(self)
        view._left = left
        return view

    def verify(self) -> None:
        """Fail now, with a clear error, if the server cannot be used."""
        with self._mapped():
            try:
                self.driver.verify_connectivity()
            except ValueError as error:  # a port that is no number is noticed only now
                raise _bad_uri(self.connection.uri, str(error)) from None

    def read(self, name: str, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Run a packaged read statement in a read transaction."""
        return self.run_read(statement("read", name), **parameters)

    def run_read(self, query: Statement, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Run any packaged statement in a read transaction."""
        left = self.timeout_s if self._left is None else self._left()
        timeout_s = max(MIN_TIMEOUT_S, min(self.timeout_s, left))
        with _Mapped(self.connection, timeout_s), self._session(neo4j.READ_ACCESS, timeout_s) as session:
            work = neo4j.unit_of_work(timeout=timeout_s)(lambda tx: Transaction(tx).run(query, **parameters))
            return session.execute_read(work)

    def stream(
        self, text: str, parameters: dict[str, Any], take: Callable[[neo4j.Result], T], *, timeout_s: float
    ) -> T:
        """Run an analyst's statement once in a read transaction; `take` gets its rows as they arrive and may stop
        early."""
        with (
            _Mapped(self.connection, timeout_s),
            self._session(neo4j.READ_ACCESS) as session,
            session.begin_transaction(timeout=timeout_s) as tx,
        ):
            return take(tx.run(text, parameters))

    def write(self, layer: Layer, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a write transaction, all or nothing.

        `work` may run more than once: the driver repeats it after a transient error, and this repeats it when the
        connection broke during the commit and nobody knows whether it happened. Every statement is idempotent.
        """

        def unit(tx: neo4j.ManagedTransaction) -> tuple[T, Counters]:
            fence = self.fence or (lambda _: None)
            fence(Transaction(tx))
            transaction = Transaction(tx)
            result = work(transaction)
            fence(Transaction(tx))
            return result, transaction.counters

        with self._mapped():
            result, counters = self._committed(neo4j.unit_of_work(timeout=self.timeout_s)(unit))
        self.written[layer].add(counters)
        return result

    def schema(self, text: str) -> None:
        """Run one schema statement in a transaction of its own."""
        with self._mapped(), self._session(neo4j.WRITE_ACCESS) as session:
            session.run(text).consume()

    def await_indexes(self) -> None:
        """Wait until every index is online and the full-text indexes hold everything that was committed. Raises
        `StoreTimeout` when that takes longer than a statement may."""
        with self._mapped(), self._session(neo4j.READ_ACCESS) as session:
            session.run("CALL db.awaitIndexes($seconds)", seconds=ceil(self.timeout_s)).consume()
            session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()").consume()

    def replan(self) -> None:
        """Have every statement planned anew: plans that were made while the graph held little go wrong ways in it."""
        self.schema(f"CALL db.prepareForReplanning({ceil(self.timeout_s)})")

    def _committed(self, unit: Callable[[neo4j.ManagedTransaction], T]) -> T:
        for attempt in range(1, COMMIT_ATTEMPTS + 1):
            try:
                with self._session(neo4j.WRITE_ACCESS) as session:
                    return session.execute_write(unit)
            except upstream.IncompleteCommit:
                if attempt == COMMIT_ATTEMPTS:
                    raise
                time.sleep(COMMIT_PAUSE_S * attempt)
        raise AssertionError("unreachable")

    def _session(self, mode: str, retry_s: float = RETRY_S) -> neo4j.Session:
        """A session that repeats nothing for longer than `retry_s`."""
        if self._closed.is_set():
            raise GraphClosed("this graph was closed.", "Open it again: `Groundplan.open()`.")
        return self.driver.session(
            database=self.connection.database,
            default_access_mode=mode,
            max_transaction_retry_time=min(RETRY_S, retry_s, self.timeout_s),
        )

    def _mapped(self) -> _Mapped:
        return _Mapped(self.connection, self.timeout_s)


@dataclass(slots=True)
class _Mapped:
    """Turns the driver's errors into ours, in one place."""

    connection: Connection
    timeout_s: float

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, (upstream.Neo4jError, upstream.DriverError)):
            raise translate(error, self.connection, self.timeout_s) from error


def _is_timeout(error: upstream.Neo4jError) -> bool:
    return any(code in (error.code or "") for code in TIMEOUT_CODES) or INDEXES_TIMED_OUT in (error.message or "")


def _bad_uri(uri: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{uri!r} is no address of a Neo4j server: {reason}.", "Set NEO4J_URI to, for example, bolt://localhost:7687."
    )


def translate(error: Exception, connection: Connection, timeout_s: float) -> GroundplanError:
    """The error of ours that stands for one of the driver's."""
    uri = connection.uri
    match error:
        case upstream.AuthError():
            return AuthenticationFailed(
                f"the server at {uri!r} refused the user {connection.username!r} or its password.",
                "Set NEO4J_USERNAME and NEO4J_PASSWORD to what that server expects.",
            )
        case upstream.Neo4jError() if _is_timeout(error):
            return StoreTimeout(
                f"a statement ran past its limit of {timeout_s:g} s.",
                "Narrow it, or raise GROUNDPLAN_STORE_TIMEOUT_S (GROUNDPLAN_QUERY_TIMEOUT_S for queries).",
            )
        case upstream.Neo4jError() if "DatabaseNotFound" in (error.code or ""):
            return ConfigurationError(
                f"the server at {uri!r} has no database {connection.database!r}.", "Set NEO4J_DATABASE to one it has."
            )
        case upstream.Neo4jError() if "OutOfMemory" in (error.code or ""):
            return StoreError(
                "a statement needs more memory than the server has.",
                "Narrow it, or give the server more (GROUNDPLAN_DB_HEAP_MB for the private one).",
            )
        case upstream.Neo4jError() if "AuthenticationRateLimit" in (error.code or ""):
            return StoreUnavailable(
                f"the server at {uri!r} saw too many wrong passwords.", "Wait a minute, then try again."
            )
        case (
            upstream.ConnectionAcquisitionTimeoutError()
            | upstream.ServiceUnavailable()
            | upstream.SessionExpired()
            | upstream.TransientError()
        ):
            return StoreUnavailable(
                f"no Neo4j answers at {uri!r}: {error}.",
                "Run the same command again, which starts the private Neo4j. With NEO4J_URI set, start that server, "
                "or unset NEO4J_URI to use the private one.",
            )
        case upstream.ConfigurationError():
            return _bad_uri(uri, str(error))
    return StoreError(f"the server refused a statement: {error}.")
