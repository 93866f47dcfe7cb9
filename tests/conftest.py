"""The session's Neo4j and what stands on it.

With `--testcontainers` a container is started; `GROUNDPLAN_TEST_NEO4J_URI` (with `_USERNAME`, `_PASSWORD`, `_DATABASE`)
names a server, of one process of tests; otherwise the private server runs in a home that ends with the session. Started
by the first test that needs it. A server that already holds a node is refused: the tests empty it again and again.
"""

from __future__ import annotations

import os
import pickle
import warnings
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import hypothesis
import pytest
from pydantic import SecretStr

from graph_schema.migrations import migrations
from graph_schema.ontology import load_ontology
from pipeline.api import Groundplan
from pipeline.engines import Engine
from pipeline.engines.contract import Ready
from pipeline.engines.worker import take
from pipeline.settings import Settings
from pipeline.store import migrate, private
from pipeline.store.driver import Store
from pipeline.store.private import Connection, private_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.engines import Stage

TEST_PREFIX = "GROUNDPLAN_TEST_NEO4J_"
KEPT = "GROUNDPLAN_CACHE"
IMAGE = "neo4j:5.26-community"
COMPOSE_TESTS = "test_compose_server.py"
STORE_TIMEOUT_S = 60.0
SLOW_FOLDERS = ("integration", "store", "engines")
ARCHIVE = Path(__file__).parent / "samples" / "archive"

STARTED_WITH = dict(os.environ)  # the tests themselves do not see it
CACHE = Settings.load({name: value for name, value in STARTED_WITH.items() if name == KEPT}).cache

# The tests' servers are small and live for seconds or minutes: code that is compiled quickly suits them better than
# quick code, and so does a collector without threads of its own.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

hypothesis.settings.register_profile("groundplan", deadline=None)
hypothesis.settings.load_profile("groundplan")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--testcontainers", action="store_true", help="run the tests' Neo4j in a container")


def pytest_sessionstart(session: pytest.Session) -> None:
    """With `--testcontainers` no test runs, and none is skipped, where no container engine answers."""
    if session.config.getoption("--testcontainers"):
        _refuse_without_engine()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What tests the compose file is part of `scripts/test-containers` alone."""
    return True if collection_path.name == COMPOSE_TESTS and not config.getoption("--testcontainers") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the server. What reads the sample graph runs last, so that it is ingested once; what takes long
    runs first, so that of two processes none is left with it at the end."""
    for item in items:
        if "connection" in _fixtures(item):
            item.add_marker("store")
    items.sort(key=lambda item: ("sample_graph" in _fixtures(item), item.path.parent.name not in SLOW_FOLDERS))


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches one, and no test the person's own graph."""
    for name in list(os.environ):
        if name.startswith(("NEO4J_", "GROUNDPLAN_")) and name != KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("GROUNDPLAN_ENCODER", "none")  # tests of vectors switch it on


@pytest.fixture(scope="session")
def connection(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The session's server."""
    with ExitStack() as resources:
        if request.config.getoption("--testcontainers"):
            found = resources.enter_context(_container())
        elif TEST_PREFIX + "URI" in STARTED_WITH:
            _refuse_company()
            found = _named_server()
        else:
            found = resources.enter_context(_private(tmp_path_factory.mktemp("server")))
        _refuse_filled(found)
        yield found
        with Store(found, timeout_s=STORE_TIMEOUT_S) as store:
            store.schema("MATCH (n) DETACH DELETE n")


class WithinProcess:
    """A place for work within the test's own process, in which a model is loaded once a session: a run waits for no
    worker. Engines have tests of their own, and so have runs with real workers."""

    suspects = nullcontext()
    stages: ClassVar[dict[bytes, Stage[Any, Any]]] = {}

    def __init__(self, make_stage: Callable[[], Stage[Any, Any]]) -> None:
        self.stage = self.stages.setdefault(pickle.dumps(make_stage), make_stage())

    def start(self) -> tuple[Ready, list[Self]]:
        return Ready(self.stage.name, self.stage.setup()), [self]

    def __call__(self, batch: Sequence[Any]) -> list[Any]:
        return [pickle.loads(result) for result in take(self.stage, batch)]

    def close(self) -> None:
        pass


@pytest.fixture
def within_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs extract within the test's process."""
    monkeypatch.setattr("pipeline.ingest.intake.open_engine", lambda _, make_stage: Engine(WithinProcess(make_stage)))


@pytest.fixture
def emptied(connection: Connection, within_process: None) -> None:  # noqa: ARG001
    """The session's graph holds nothing but its schema."""
    with Store(connection, timeout_s=STORE_TIMEOUT_S) as store:
        empty(store)


@pytest.fixture
def store(connection: Connection, emptied: None) -> Iterator[Store]:  # noqa: ARG001
    """A store, that has written nothing yet, on an empty graph."""
    with Store(connection, timeout_s=STORE_TIMEOUT_S) as store:
        yield store


@pytest.fixture
def settings(connection: Connection, emptied: None, tmp_path: Path) -> Settings:  # noqa: ARG001
    """Settings for the session's server, with an empty graph and a home of the test's own."""
    return _settings(connection, tmp_path / "home")


@pytest.fixture
def graph(settings: Settings) -> Iterator[Groundplan]:
    """An open graph that holds nothing."""
    with Groundplan.open(settings) as kg:
        yield kg


@dataclass
class Sample:
    """Where the sample graph's records are kept, and how many nodes it has once it was ingested."""

    home: Path
    nodes: int | None = None


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Kept for the session: what was extracted once is not extracted again."""
    return Sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def sample_graph(connection: Connection, within_process: None, sample: Sample) -> Iterator[Groundplan]:  # noqa: ARG001
    """An open graph with `tests/samples/archive`; to be read only. Ingested again where another test emptied it."""
    with Groundplan.open(_settings(connection, sample.home)) as kg:
        if sample.nodes is None or _count(kg.store) != sample.nodes:
            empty(kg.store)
            kg.ingest(ARCHIVE)
            kg.store.replan()
            sample.nodes = _count(kg.store)
        yield kg


def empty(store: Store) -> None:
    """Delete every node but this package's migrations, and make sure that the schema is the one they stand for."""
    known = [migration.checksum for migration in migrations()]
    store.driver.execute_query(
        "MATCH (n) WHERE NOT n:Migration OR NOT n.checksum IN $known DETACH DELETE n",
        known=known,
        database_=store.connection.database,
    )
    state = migrate.inspect(store, load_ontology())
    if not state.current:
        migrate.apply(store, state)


def _count(store: Store) -> int:
    return int(store.read("count_nodes")[0]["nodes"])


def _settings(connection: Connection, home: Path) -> Settings:
    return Settings(
        home=home,
        cache=CACHE,
        neo4j_uri=connection.uri,
        neo4j_username=connection.username,
        neo4j_password=SecretStr(connection.password),
        neo4j_database=connection.database,
        store_timeout_s=STORE_TIMEOUT_S,
        encoder="none",
    )


def _named_server() -> Connection:
    def given(name: str, default: str) -> str:
        return STARTED_WITH.get(TEST_PREFIX + name) or default

    return Connection(given("URI", ""), given("USERNAME", "neo4j"), given("PASSWORD", ""), given("DATABASE", "neo4j"))


def _refuse_without_engine() -> None:
    from docker.errors import DockerException
    from testcontainers.core.docker_client import DockerClient

    try:
        DockerClient().client.close()  # it has asked the engine for its version
    except DockerException as error:
        pytest.exit(
            f"No container engine answers, and --testcontainers needs one: {error}. "
            "Start Docker, or name the socket of another engine in DOCKER_HOST.",
            returncode=os.EX_UNAVAILABLE,
        )


@contextmanager
def _container() -> Iterator[Connection]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # testcontainers warns of its own parts
        from testcontainers.community.neo4j import Neo4jContainer

        container: Any = Neo4jContainer(IMAGE, username="neo4j", password="groundplan-tests")
        with container:
            yield Connection(container.get_connection_url(), "neo4j", container.password, "neo4j")


def small_server(home: Path) -> Path:
    """The home, for a private server of the tests. Their graphs are filled and emptied again and again; a server would
    plan every statement anew each time, and spend half its time on it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "neo4j.conf").write_text("dbms.cypher.min_replan_interval=1h\n", encoding="utf-8")
    return home


@contextmanager
def _private(home: Path) -> Iterator[Connection]:
    settings = Settings(home=small_server(home), cache=CACHE, db_heap_mb=512)
    try:
        with private_server(settings) as connection:
            yield connection
    finally:
        private.stop(settings)


def _refuse_company() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.exit(
            f"{TEST_PREFIX}URI names one server, and two processes would empty it for each other. "
            "Run with --numprocesses 0.",
            returncode=4,
        )


def _refuse_filled(connection: Connection) -> None:
    with Store(connection, timeout_s=STORE_TIMEOUT_S) as store:
        store.verify()
        nodes = _count(store)
    if nodes:
        pytest.exit(
            f"The test server at {connection.uri!r} holds {nodes} nodes, and the tests would delete them. "
            f"Empty it, or set {TEST_PREFIX}URI to another.",
            returncode=4,
        )
