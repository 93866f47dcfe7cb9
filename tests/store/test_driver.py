"""The store's door: every error of the driver's becomes one of ours, and a commit nobody can vouch for is repeated."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from neo4j import exceptions as upstream
from support import rows

from graph_schema.statements import statement
from pipeline.api import Groundplan
from pipeline.errors import (
    AuthenticationFailed,
    ConfigurationError,
    GroundplanError,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)
from pipeline.store import driver
from pipeline.store.driver import COMMIT_ATTEMPTS, Store, Transaction, translate
from pipeline.store.private import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.settings import Settings

NOWHERE = Connection("bolt://127.0.0.1:1", "neo4j", "secret", "neo4j")
EXPECTED: dict[str, type[GroundplanError]] = {
    "AuthConfigurationError": ConfigurationError,
    "AuthError": AuthenticationFailed,
    "BrokenRecordError": StoreError,
    "CertificateConfigurationError": ConfigurationError,
    "ClientError": StoreError,
    "ConfigurationError": ConfigurationError,
    "ConnectionAcquisitionTimeoutError": StoreUnavailable,
    "ConnectionPoolError": StoreError,
    "ConstraintError": StoreError,
    "CypherSyntaxError": StoreError,
    "CypherTypeError": StoreError,
    "DatabaseError": StoreError,
    "DatabaseUnavailable": StoreUnavailable,
    "DriverError": StoreError,
    "Forbidden": StoreError,
    "ForbiddenOnReadOnlyDatabase": StoreUnavailable,
    "IncompleteCommit": StoreUnavailable,
    "Neo4jError": StoreError,
    "NotALeader": StoreUnavailable,
    "ReadServiceUnavailable": StoreUnavailable,
    "ResultConsumedError": StoreError,
    "ResultError": StoreError,
    "ResultFailedError": StoreError,
    "ResultNotSingleError": StoreError,
    "RoutingServiceUnavailable": StoreUnavailable,
    "ServiceUnavailable": StoreUnavailable,
    "SessionError": StoreError,
    "SessionExpired": StoreUnavailable,
    "TokenExpired": AuthenticationFailed,
    "TransactionError": StoreError,
    "TransactionNestingError": StoreError,
    "TransientError": StoreUnavailable,
    "UnsupportedServerProduct": ConfigurationError,
    "WriteServiceUnavailable": StoreUnavailable,
}


def upstream_errors() -> dict[str, type[Exception]]:
    return {
        name: each
        for name, each in vars(upstream).items()
        if inspect.isclass(each) and issubclass(each, (upstream.Neo4jError, upstream.DriverError))
    }


@pytest.fixture
def offline() -> Iterator[Store]:
    """A store whose server does not exist."""
    with Store(NOWHERE, timeout_s=1.0) as store:
        yield store


class FlakyDriver:
    """Loses the connection during the first `failures` commits."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.attempts = 0

    def session(self, **_: str) -> FlakyDriver:
        return self

    def __enter__(self) -> FlakyDriver:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass

    def execute_write(self, unit: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        self.attempts += 1
        result = unit(None)
        if self.attempts <= self.failures:
            raise upstream.IncompleteCommit("the connection broke during the commit")
        return result


def test_every_error_of_the_driver_has_its_place() -> None:
    assert set(upstream_errors()) == set(EXPECTED)


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_an_error_of_the_driver_becomes_one_of_ours(name: str, expected: type[GroundplanError]) -> None:
    ours = translate(upstream_errors()[name]("boom"), NOWHERE, 1.0)
    assert type(ours) is expected
    assert "secret" not in str(ours)
    assert str(pickle.loads(pickle.dumps(ours))) == str(ours)


def test_a_wrong_password_is_a_matter_of_configuration(connection: Connection) -> None:
    with (
        Store(replace(connection, password="wrong"), timeout_s=5.0) as store,
        pytest.raises(AuthenticationFailed, match="refused the user 'neo4j' or its password") as caught,
    ):
        store.verify()
    assert caught.value.exit_code == 78
    assert "wrong" not in str(caught.value)


def test_a_server_that_is_down_may_be_up_later(offline: Store) -> None:
    with pytest.raises(StoreUnavailable, match=r"no Neo4j answers at 'bolt://127\.0\.0\.1:1'") as caught:
        offline.verify()
    assert caught.value.exit_code == 75
    assert caught.value.transient


@pytest.mark.parametrize("uri", ["", "localhost:7687", "neo4j", "ftp://127.0.0.1"])
def test_what_is_no_address_is_refused_before_anything_is_sent(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="is no address of a Neo4j server") as caught:
        Store(replace(NOWHERE, uri=uri), timeout_s=1.0)
    assert caught.value.exit_code == 78
    assert repr(uri) in caught.value.message


def test_a_database_that_does_not_exist_is_named(connection: Connection) -> None:
    with (
        Store(replace(connection, database="elsewhere"), timeout_s=5.0) as store,
        pytest.raises(ConfigurationError, match="has no database 'elsewhere'"),
    ):
        store.read("count_nodes")


def test_a_statement_past_its_limit_is_stopped_by_the_server(store: Store) -> None:
    slow = replace(statement("read", "count_nodes"), text="UNWIND range(1, 10000000000) AS x RETURN count(x)")
    store.timeout_s = 0.2
    with pytest.raises(StoreTimeout, match=r"past its limit of 0\.2 s") as caught:
        store.run_read(slow)
    assert caught.value.exit_code == 75


def test_indexes_that_are_not_online_in_time_may_be_later(store: Store) -> None:
    rows(store, "UNWIND range(1, 100000) AS number CREATE (:Slow {text: toString(number)})")
    store.schema("CREATE INDEX slow IF NOT EXISTS FOR (n:Slow) ON (n.text)")
    usual, store.timeout_s = store.timeout_s, 0
    try:
        with pytest.raises(StoreTimeout):
            store.await_indexes()
    finally:
        store.timeout_s = usual
        store.await_indexes()
        store.schema("DROP INDEX slow")
        rows(store, "MATCH (n:Slow) DELETE n")


def test_a_statement_that_the_server_refuses_is_a_defect_of_ours(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        store.schema("RETURN nothing")
    assert caught.value.exit_code == 1


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="read access mode"):
        store.run_read(replace(statement("read", "count_nodes"), text="CREATE (:Document {key: 'x'})"))


@pytest.mark.parametrize("failures", [1, COMMIT_ATTEMPTS - 1])
def test_a_commit_that_broke_is_repeated(offline: Store, monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    flaky = FlakyDriver(failures)
    monkeypatch.setattr(driver, "COMMIT_PAUSE_S", 0.0)
    offline.driver.close()
    monkeypatch.setattr(offline, "driver", flaky)
    assert offline.write("evidence", lambda _: "done") == "done"
    assert flaky.attempts == failures + 1


def test_a_commit_that_breaks_every_time_may_succeed_later(offline: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    flaky = FlakyDriver(COMMIT_ATTEMPTS)
    monkeypatch.setattr(driver, "COMMIT_PAUSE_S", 0.0)
    offline.driver.close()
    monkeypatch.setattr(offline, "driver", flaky)
    with pytest.raises(StoreUnavailable):
        offline.write("evidence", lambda _: None)
    assert flaky.attempts == COMMIT_ATTEMPTS
    assert offline.written["evidence"].total == 0


def test_what_the_server_changed_is_counted_by_layer(store: Store) -> None:
    rows = [{"key": "d1", "properties": {"title": "One"}}]

    def write(tx: Transaction) -> None:
        tx.write("merge_documents", rows=rows)

    store.write("evidence", write)
    first = store.written["evidence"].total
    store.write("evidence", lambda tx: tx.write("delete_documents", documents=[]))
    assert store.written["evidence"].nodes_created == 1
    assert store.written["evidence"].total == first
    assert store.written["knowledge"].total == 0


def test_work_that_fails_leaves_nothing_behind(store: Store) -> None:
    def failing(tx: Transaction) -> None:
        tx.write("merge_documents", rows=[{"key": "d1", "properties": {}}])
        raise StoreError("half way.")

    before = store.read("count_nodes")
    with pytest.raises(StoreError, match="half way"):
        store.write("evidence", failing)
    assert store.read("count_nodes") == before
    assert store.written["evidence"].total == 0


def test_opening_a_graph_fails_at_once_where_no_server_answers(settings: Settings) -> None:
    with pytest.raises(StoreUnavailable):
        Groundplan.open(settings.model_copy(update={"neo4j_uri": NOWHERE.uri}))


@pytest.mark.parametrize("uri", ["http://localhost:7474", "localhost:7687", "bolt://localhost:port"])
def test_an_address_that_is_none_is_a_configuration_error(uri: str) -> None:
    connection = Connection(uri, "neo4j", "secret", "neo4j")
    message = "no address of a Neo4j server"
    with pytest.raises(ConfigurationError, match=message), Store(connection, timeout_s=5) as store:
        store.verify()
