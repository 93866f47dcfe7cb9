"""The command line: exit codes and messages, results on stdout, everything for people on stderr."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from graph_schema.migrations import migrations
from graph_schema.statements import names
from pipeline.cli import COMMANDS, run
from pipeline.store.lease import sole_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.settings import Settings
    from pipeline.store.driver import Store
    from pipeline.store.private import Connection

COMMAND = Path(sys.executable).with_name("groundplan")
HEAVY = ("spacy", "openai", "neo4j", "pydantic")
HELP_S = 0.5


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in this process."""

    def called(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return called


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The configured home; nothing runs in it."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("GROUNDPLAN_HOME", str(path))
    return path


@pytest.fixture
def server(connection: Connection, home: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """The session's server and a home, configured by the environment."""
    assert not list(home.iterdir())
    monkeypatch.setenv("NEO4J_URI", connection.uri)
    monkeypatch.setenv("NEO4J_USERNAME", connection.username)
    monkeypatch.setenv("NEO4J_PASSWORD", connection.password)
    monkeypatch.setenv("NEO4J_DATABASE", connection.database)
    return connection


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "a.txt").write_text("Maria Halden founded Halden Instruments in 1921.\n", encoding="utf-8")
    (folder / "b.txt").write_text("Maria Halden was born in Oslo.\n", encoding="utf-8")
    return folder


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


# a process is the point


def test_help_answers_at_once() -> None:
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True, timeout=60)
        taken.append(time.perf_counter() - started)
        assert all(name in done.stdout for name in COMMANDS)
    assert min(taken) < HELP_S


@pytest.mark.parametrize("module", ["pipeline", "pipeline.cli"])
def test_importing_it_imports_nothing_heavy(module: str) -> None:
    assert python(f"import sys, {module}; print([n for n in {HEAVY!r} if n in sys.modules])") == "[]"


def test_a_job_imports_the_language_model_in_its_workers_alone() -> None:
    code = "import sys, pipeline.ingest.job, pipeline.ingest.bulk; print('spacy' in sys.modules)"
    assert python(code) == "False"


def test_help_of_a_command_imports_no_model_and_no_driver() -> None:
    code = (
        "import sys, io, contextlib, pipeline.cli\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    codes = [pipeline.cli.run([name, '--help']) for name in pipeline.cli.COMMANDS]\n"
        f"print(codes, [n for n in {HEAVY!r} if n in sys.modules])"
    )
    assert python(code) == f"{[0] * len(COMMANDS)} []"


@pytest.mark.usefixtures("store", "server")
def test_a_run_as_a_process_keeps_its_one_json_line_apart_from_what_people_read(letters: Path) -> None:
    done = subprocess.run([COMMAND, "ingest", letters], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    report = json.loads(line)
    assert report["status"] == "done"
    assert report["documents"] == {"new": 2, "changed": 0, "unchanged": 0, "gone": 0, "pruned": 0, "failed": 0}
    assert "2 new, 0 changed" in done.stderr


# usage


def test_an_unknown_command_is_a_usage_error(call: Callable[..., Outcome]) -> None:
    code, out, err = call("disgest")
    assert (code, out) == (2, "")
    assert "No such command 'disgest'" in err


def test_an_unknown_option_is_a_usage_error(call: Callable[..., Outcome]) -> None:
    code, _, err = call("ask", "--verbose", "Who?")
    assert code == 2
    assert "No such option" in err
    assert "--verbose" in err


def test_ingest_without_a_source_is_a_usage_error(call: Callable[..., Outcome]) -> None:
    code, _, err = call("ingest")
    assert code == 2
    assert "Missing argument 'SOURCE...'" in err


def test_nothing_at_all_shows_the_help(call: Callable[..., Outcome]) -> None:
    code, out, err = call()
    assert (code, out) == (2, "")
    assert "Usage: groundplan" in err


def test_the_version_is_that_of_the_distribution(call: Callable[..., Outcome]) -> None:
    assert call("--version") == (0, f"groundplan, version {version('groundplan')}\n", "")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(call: Callable[..., Outcome], name: str) -> None:
    code, out, _ = call(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: groundplan {name}")


@pytest.mark.usefixtures("graph", "server")
def test_a_path_that_does_not_exist_is_named(call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = call("ingest", tmp_path / "nowhere")
    assert (code, json.loads(out)["status"]) == (2, "not started")
    assert err.startswith("groundplan: ")
    assert str(tmp_path / "nowhere") in err


@pytest.mark.usefixtures("graph", "server")
def test_a_folder_that_holds_nothing_to_read_is_named(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    code, out, err = call("ingest", tmp_path / "bare")
    assert (code, json.loads(out)["status"]) == (2, "not started")
    assert err.startswith("groundplan: ")
    assert "'bare'" in err or str(tmp_path / "bare") in err


@pytest.mark.usefixtures("server")
def test_asking_an_empty_graph_says_what_to_do_first(call: Callable[..., Outcome], store: Store) -> None:
    store.schema("MATCH (n) DETACH DELETE n")
    code, out, err = call("ask", "Who founded Halden Instruments?")
    assert (code, out) == (2, "")
    assert err == "groundplan: nothing was ingested into this graph yet. Run `groundplan ingest SOURCE...` first.\n"


# configuration and server


def test_a_wrong_password_is_configuration(
    call: Callable[..., Outcome], server: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "not-the-password")
    code, out, err = call("ask", "Who founded Halden Instruments?")
    assert (code, out) == (78, "")
    assert f"the server at {server.uri!r} refused the user {server.username!r} or its password." in err
    assert "NEO4J_PASSWORD" in err
    assert "not-the-password" not in err


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("arguments", [("ask", "Who?"), ("ingest", "."), ("migrate",), ("cypher", "RETURN 1")])
def test_a_server_that_is_down_is_worth_another_try(
    call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("NEO4J_URI", uri)
    monkeypatch.setenv("NEO4J_PASSWORD", "secret-of-mine")
    code, _, err = call(*arguments)
    assert code == 75
    assert err.startswith(f"groundplan: no Neo4j answers at {uri!r}: ")
    assert "unset NEO4J_URI to use the private one" in err
    assert "secret-of-mine" not in err


@pytest.fixture
def older(store: Store) -> Store:
    """A graph that holds something and lacks the first migration."""
    store.schema("MATCH (m:Migration) DELETE m")
    store.schema("CREATE (:Document {key: 'left by an older version'})")
    return store


@pytest.mark.usefixtures("server")
def test_a_job_refuses_a_graph_with_a_pending_migration(
    call: Callable[..., Outcome], older: Store, letters: Path
) -> None:
    code, out, err = call("ingest", letters)
    assert (code, json.loads(out)["exit_code"]) == (78, 78)
    names = ", ".join(each.name for each in migrations()[:5])
    assert f"the graph lacks {len(migrations())} schema changes: {names} …" in err
    assert "`groundplan migrate`" in err
    assert older.read("count_nodes") == [{"nodes": 1}]


@pytest.mark.usefixtures("server")
def test_migrate_says_what_is_pending_applies_it_and_is_then_done(call: Callable[..., Outcome], older: Store) -> None:
    names = ", ".join(each.name for each in migrations())
    code, out, err = call("migrate", "--check")
    assert (code, out) == (78, "")
    assert err == f"groundplan: pending: {names}. Back the graph up, then run `groundplan migrate`.\n"
    assert older.read("migrations") == []
    assert call("migrate") == (0, f"applied {len(migrations())}: {names}\n", "")
    assert call("migrate", "--check") == (0, "the schema is current\n", "")
    assert call("migrate") == (0, "nothing to apply\n", "")


@pytest.mark.usefixtures("server")
def test_migrate_waits_for_a_job_that_works_on_the_graph(
    call: Callable[..., Outcome], older: Store, settings: Settings
) -> None:
    elsewhere = settings.model_copy(update={"home": settings.home.parent / "elsewhere"})
    with sole_writer(older, elsewhere):
        code, out, err = call("migrate")
        assert (code, out) == (75, "")
        assert f"process {os.getpid()} on " in err
        assert call("migrate", "--check")[0] == 78
    assert older.read("migrations") == []


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("arguments", [("ask", "Who founded it?"), ("migrate", "--check"), ("migrate",)])
def test_a_graph_of_another_version_is_left_alone(
    call: Callable[..., Outcome], store: Store, arguments: tuple[str, ...]
) -> None:
    store.schema("MATCH (m:Migration) SET m.checksum = 'of another version'")
    code, out, err = call(*arguments)
    assert (code, out) == (78, "")
    assert err.startswith("groundplan: ")
    assert store.read("migrations")[0]["checksum"] == "of another version"


@pytest.mark.parametrize(
    "text",
    [None, "[ontology\n", "[ontology]\nname = 'x'\n", "[ontology]\nname = 'x'\nversion = '1'\ncolour = 'red'\n"],
)
def test_an_ontology_that_cannot_be_used_is_named(
    call: Callable[..., Outcome], home: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    path = home / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("GROUNDPLAN_ONTOLOGY", str(path))
    code, out, err = call("ask", "Who founded it?")
    assert (code, out) == (78, "")
    assert err.startswith("groundplan: ")
    assert str(path) in err


@pytest.mark.usefixtures("home")
def test_an_unknown_setting_of_the_environment_is_named_with_the_nearest(
    call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDPLAN_DB_HEAP_GB", "4")
    code, out, err = call("ask", "Who founded it?")
    assert (code, out) == (78, "")
    assert "unknown setting 'db_heap_gb' (environment variable GROUNDPLAN_DB_HEAP_GB)." in err
    assert "Did you mean 'db_heap_mb'?" in err


def test_an_unknown_setting_of_the_file_is_named_with_the_nearest(call: Callable[..., Outcome], home: Path) -> None:
    (home / "settings.toml").write_text("max_dead_leters = 3\n", encoding="utf-8")
    code, out, err = call("ask", "Who founded it?")
    assert (code, out) == (78, "")
    assert f"unknown setting 'max_dead_leters' ({home / 'settings.toml'})." in err
    assert "Did you mean 'max_dead_letters'?" in err


# ingest, ask


@pytest.mark.usefixtures("store", "server")
@pytest.mark.parametrize("allowed", ["", "0"])
def test_too_many_dead_letters_still_print_the_report(
    call: Callable[..., Outcome], letters: Path, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    bad = letters / "broken.jsonl"
    bad.write_text('{"id": "1", "text": \n', encoding="utf-8")
    if allowed:
        monkeypatch.setenv("GROUNDPLAN_MAX_DEAD_LETTERS", allowed)
    code, out, err = call("ingest", letters if allowed else bad)
    assert code == 65
    report = json.loads(out.splitlines()[-1])
    assert report["documents"]["failed"] == 1
    assert report["documents"]["new"] == (2 if allowed else 0)
    letter = json.loads(Path(report["dead_letters"]).read_text(encoding="utf-8"))
    assert letter["path"] == "broken.jsonl"
    last = err.splitlines()[-1]
    assert last.startswith("groundplan: 1 ")
    assert report["dead_letters"] in last


@pytest.mark.usefixtures("store", "server")
def test_ingest_then_ask_then_ingest_again(call: Callable[..., Outcome], letters: Path) -> None:
    first = call("ingest", letters)
    assert (first.code, len(first.out.splitlines())) == (0, 1)
    assert call("ask", "Who founded Halden Instruments?").out.startswith("Maria Halden founded Halden Instruments")
    second = call("ingest", letters)
    report = json.loads(second.out)
    assert report["documents"]["unchanged"] == 2
    assert sum(report["written"].values()) == 0


@pytest.mark.usefixtures("sample_graph", "server")
def test_ask_prints_the_answer_with_its_sources(call: Callable[..., Outcome]) -> None:
    code, out, err = call("ask", "Where was Grace Okafor born?")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Grace Okafor was born in Lagos."
    assert "    archive/news/1998-06-20-grace-okafor.html[" in out


@pytest.mark.usefixtures("sample_graph", "server")
def test_ask_for_what_is_not_there_is_no_error(call: Callable[..., Outcome]) -> None:
    code, out, _ = call("ask", "When did Agnes Fairlie die?")
    note, coverage = out.splitlines()
    assert (code, note) == (0, "Not found in what was read (27 documents).")
    assert coverage == (
        "coverage: 27 of 27 documents in scope read; nothing was found to answer from; everything in scope was read, "
        "so that a recursive pass would find no more"
    )


@pytest.mark.usefixtures("sample_graph", "server")
def test_ask_is_answered_from_the_documents_of_a_scope(call: Callable[..., Outcome]) -> None:
    question = "Where was Grace Okafor born?"
    assert "Lagos" in call("ask", question, "--source", "archive", "--path", "news/").out
    code, out, _ = call("ask", question, "--source", "archive", "--path", "letters/", "--json")
    shown = json.loads(out)
    assert (code, shown["found"], shown["coverage"]["extent"]["documents"]) == (0, False, 2)
    assert call("ask", question, "--path", "letters/").code == 2


@pytest.mark.usefixtures("sample_graph", "server")
def test_ask_as_json_is_one_valid_object(call: Callable[..., Outcome]) -> None:
    code, out, err = call("ask", "--json", "Where was Grace Okafor born?")
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert (shown["found"], shown["plan"]["name"]) == (True, "lookup")
    (citation, *_) = shown["sentences"][0]["citations"]
    assert citation["path"] == "news/1998-06-20-grace-okafor.html"
    assert citation["end"] - citation["start"] == len(citation["quote"])
    assert [step["step"] for step in shown["steps"]] == ["parse", "link", "plan", "retrieve", "cover", "answer"]
    assert (shown["coverage"]["decision"], shown["coverage"]["support"]["documents"]) == ("answer", 1)


@pytest.mark.usefixtures("sample_graph", "server")
def test_ask_explained_prints_the_plan_before_the_answer_and_the_steps_after_it(call: Callable[..., Outcome]) -> None:
    code, out, _ = call("ask", "--explain", "Where was Grace Okafor born?")
    assert code == 0
    assert out.startswith("plan: lookup\n")
    plan, _, rest = out.partition("Lagos")
    assert "  1. facts of 'Grace Okafor' = Grace Okafor (Person): birthplace, else BORN_IN" in plan
    assert "steps (used / allowed):" in rest
    assert all(f"\n  {step} " in rest for step in ("parse", "link", "plan", "retrieve", "cover", "answer"))


# cypher


def test_cypher_list_names_every_saved_query_without_a_server(call: Callable[..., Outcome]) -> None:
    code, out, err = call("cypher", "--list")
    assert (code, err) == (0, "")
    assert set(names("analyst")) <= set(out.splitlines())


STATEMENT = "UNWIND [1, 2] AS n RETURN n, 'a,b' AS text"
SAVED = ("cypher", "entities_by_name", "-p", "words=Okafor")


def as_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("store", "server")
def test_cypher_as_csv_is_csv(call: Callable[..., Outcome]) -> None:
    code, out, err = call("cypher", "--format", "csv", STATEMENT)
    assert (code, err) == (0, "")
    assert as_csv(out) == [{"n": "1", "text": "a,b"}, {"n": "2", "text": "a,b"}]


@pytest.mark.usefixtures("store", "server")
def test_cypher_as_json_is_one_valid_object(call: Callable[..., Outcome]) -> None:
    code, out, err = call("cypher", "--format", "json", STATEMENT)
    assert (code, err) == (0, "")
    shown: dict[str, Any] = json.loads(out)
    assert shown["columns"] == ["n", "text"]
    assert len(shown["rows"]) == 2


@pytest.mark.usefixtures("sample_graph", "server")
def test_a_saved_query_runs_by_its_name_in_every_format(call: Callable[..., Outcome]) -> None:
    outcomes = {style: call(*SAVED, "--format", style) for style in ("table", "csv", "json")}
    assert {style: (each.code, each.err) for style, each in outcomes.items()} == dict.fromkeys(outcomes, (0, ""))
    assert all("Grace Okafor" in each.out for each in outcomes.values())
    assert len(as_csv(outcomes["csv"].out)) == len(json.loads(outcomes["json"].out)["rows"])


@pytest.mark.usefixtures("server")
def test_a_statement_that_writes_is_refused(call: Callable[..., Outcome], store: Store) -> None:
    before = store.read("count_nodes")
    code, out, err = call("cypher", "CREATE (n:Fact) RETURN n")
    assert (code, out) == (2, "")
    assert "'Create'" in err
    assert store.read("count_nodes") == before


@pytest.mark.usefixtures("store", "server")
def test_what_a_row_limit_cut_off_is_said_on_stderr(call: Callable[..., Outcome]) -> None:
    code, out, err = call("cypher", "--format", "csv", "--max-rows", 2, "UNWIND range(1, 9) AS n RETURN n")
    assert (code, len(as_csv(out))) == (0, 2)
    assert err.startswith("Only the first 2 rows are shown")
