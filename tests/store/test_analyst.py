"""The analysts' door: what reads passes, what does anything else is refused by name, and everything has an end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from graph_schema.statements import names, parse, statement
from pipeline.cli.cypher import cypher
from pipeline.errors import QueryRefused, StoreError, StoreTimeout, UsageError
from pipeline.store.analyst import OPERATORS, PROCEDURES, Table, bind, plain, refuse_plan, run_query

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

HIDDEN = "UNWIND [1, 2] AS y RETURN [x IN [y] | COLLECT {{ {} }}] AS x"
CALL = "CALL dbms.listConfig() YIELD value RETURN value"
LOAD = "LOAD CSV FROM 'http://127.0.0.1:1/x' AS line RETURN line"
REFUSED = [
    ("CREATE (n:Fact) RETURN n", "'Create'"),
    ("MERGE (n:Fact {key: 'x'}) RETURN n", "'(Locking)?Merge'"),
    ("MATCH (n:Fact) SET n.key = 'x'", "'Set(Property|NodeProperties|NodeProperty)'"),
    ("MATCH (n:Fact) SET n:Other", "'SetLabels'"),
    ("MATCH (n:Fact) REMOVE n:Fact", "'RemoveLabels'"),
    ("MATCH (n:Fact) DELETE n", "'Delete'"),
    ("MATCH (n:Fact) DETACH DELETE n", "'DetachDelete'"),
    ("FOREACH (x IN [1] | CREATE (:Fact))", "'Foreach'"),
    ("LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", "LOAD CSV"),
    ("load /* */ csv FROM 'file:///etc/passwd' AS line RETURN line", "LOAD CSV"),
    ("MATCH (n:Fact) CALL (n) { SET n.x = 1 } IN TRANSACTIONS", "'Transaction(Foreach|Apply)'"),
    ("MATCH (n:Fact) CALL (n) { RETURN 1 AS x } IN TRANSACTIONS RETURN x", "'Transaction(Foreach|Apply)'"),
    ("TERMINATE TRANSACTION 'neo4j-transaction-1'", "'TerminateTransactions'"),
    ("SHOW TRANSACTIONS", "'ShowTransactions'"),
    ("SHOW SETTINGS", "'ShowSettings'"),
    ("SHOW USERS", "'AdministrationCommand'"),
    ("CREATE USER eve SET PASSWORD 'long-enough'", "'AdministrationCommand'"),
    ("ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", "'AdministrationCommand'"),
    ("CREATE INDEX x FOR (n:Fact) ON (n.x)", "'CreateIndex'"),
    ("DROP INDEX entity_name", "'DropIndex'"),
    ("CREATE CONSTRAINT x FOR (n:Fact) REQUIRE n.x IS UNIQUE", "'CreateConstraint'"),
    ("DROP CONSTRAINT fact_key", "'DropConstraint'"),
    ("CALL db.clearQueryCaches()", "'db.clearQueryCaches'"),
    ("CALL `db` . /* */ `clearQueryCaches`", "'db.clearQueryCaches'"),
    ("CALL db.prepareForReplanning(1)", "'db.prepareForReplanning'"),
    ("CALL db.createLabel('X')", "'db.createLabel'"),
    ("CALL dbms.listConfig()", "'dbms.listConfig'"),
    ("CALL dbms.killConnections(['x'])", "'dbms.killConnections'"),
    ("CALL tx.setMetaData({a: 1})", "'tx.setMetaData'"),
    (HIDDEN.format(CALL), "'dbms.listConfig'"),
    (HIDDEN.format(CALL.replace(" ", "/**/", 1)), "'dbms.listConfig'"),
    (HIDDEN.format(LOAD), "LOAD CSV"),
    (HIDDEN.format(LOAD.replace(" ", "//\n", 1)), "LOAD CSV"),
    (HIDDEN.format("\\u0043ALL dbms.listConfig() YIELD value RETURN value"), "Unicode escape"),
    (HIDDEN.format("CALL { RETURN 1 AS z } IN TRANSACTIONS RETURN z"), "can only be executed in an implicit"),
    ("RETURN '/*' AS a, COLLECT { " + CALL + " } AS b, '*/' AS c", "'dbms.listConfig'"),
    ("EXPLAIN RETURN 1", "begin with EXPLAIN"),
    ("// first\nprofile RETURN 1", "begin with PROFILE"),
    ("CYPHER 5 EXPLAIN RETURN 1", "begin with EXPLAIN"),
    ("RETURN 1 AS x; RETURN 2 AS x", "exactly one statement"),
    ("RETURN nothing", r"Variable `nothing` not defined \(line 1, column 8\)"),
    ("RETURN 1 +\n  nothing", r"\(line 2, column 3\)"),
    ("RETURN $missing", "missing"),
    ("RETURN 1 / 0", "by zero"),
    ("", "server refused"),
]
READS = [
    "MATCH (n:Fact) RETURN n.key ORDER BY n.key LIMIT 1",
    "MATCH (n) RETURN count(n)",
    "MATCH (a:Claim), (b:Fact) RETURN count(*)",
    "MATCH p = shortestPath((a:Fact)-[*..3]-(b:Fact)) WHERE a <> b RETURN length(p) LIMIT 1",
    "MATCH p = ANY SHORTEST (a:Fact)-[:FACT_SUBJECT|FACT_OBJECT]-{1,4}(b:Fact) RETURN length(p) LIMIT 1",
    "UNWIND [3, 1] AS x WITH DISTINCT x ORDER BY x SKIP 1 RETURN collect(x)",
    "RETURN 1 AS x UNION ALL RETURN 2 AS x",
    "MATCH (f:Fact) WHERE EXISTS { (f)-[:FACT_OBJECT]->() } OR f.support > 1 RETURN count(f)",
    "MATCH (f:Fact) RETURN [(f)-[:FACT_SUBJECT]->(e) | e.name] LIMIT 1",
    "MATCH (f:Fact) OPTIONAL MATCH (f)-[:CONFLICTS_WITH]-(g) RETURN f.key, g.key LIMIT 1",
    "CALL db.labels()",
    "CALL db.schema.visualization()",
    "CALL db.index.fulltext.queryNodes('entity_names', 'x') YIELD node, score RETURN node, score",
    "SHOW INDEXES",
    "SHOW CONSTRAINTS YIELD name RETURN name",
    "CYPHER runtime=slotted RETURN 1;",
    "// a comment\nRETURN 'they call me often' AS x",
]


def ask(graph: Groundplan, query: str, **parameters: object) -> Table:
    return run_query(graph.store, query, parameters, settings=graph.settings)


def limited(graph: Groundplan, **limits: float) -> Settings:
    return graph.settings.model_copy(update=limits)


@pytest.mark.parametrize(("query", "named"), REFUSED)
def test_what_does_not_only_read_is_refused_by_name(query: str, named: str, store: Store, settings: Settings) -> None:
    before = store.read("count_nodes")
    with pytest.raises(QueryRefused, match=named) as caught:
        run_query(store, query, {}, settings=settings)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert store.read("count_nodes") == before


@pytest.mark.parametrize("query", READS)
def test_what_reads_passes(query: str, sample_graph: Groundplan) -> None:
    assert ask(sample_graph, query).columns


def test_an_operator_that_is_not_listed_is_refused_wherever_it_stands() -> None:
    leaf = {"operatorType": "InventEverything@neo4j"}
    plan = {"operatorType": "ProduceResults@neo4j", "children": [{"operatorType": "Apply", "children": [leaf]}]}
    with pytest.raises(QueryRefused, match="'InventEverything'"):
        refuse_plan(plan)


def test_a_procedure_in_the_plan_is_refused_by_its_name() -> None:
    call = {"operatorType": "ProcedureCall@neo4j", "args": {"Details": "db.stop() :: (x :: STRING)"}}
    with pytest.raises(QueryRefused, match=r"'db\.stop'"):
        refuse_plan(call)


def test_a_statement_without_a_plan_is_refused() -> None:
    with pytest.raises(QueryRefused, match="no plan"):
        refuse_plan(None)


def test_no_listed_operator_writes() -> None:
    writing = ("Create", "Merge", "Delete", "Set", "Remove", "Drop", "Foreach", "Load", "Transaction", "Terminate")
    assert not [name for name in OPERATORS if name.startswith((*writing, "Administration"))]


def test_every_listed_procedure_exists_and_reads(store: Store) -> None:
    result = store.driver.execute_query("SHOW PROCEDURES YIELD name, mode RETURN name, mode")
    modes = {record["name"]: record["mode"] for record in result.records}
    assert set(modes) >= PROCEDURES
    assert {name for name in PROCEDURES if modes[name] != "READ"} == {"dbms.components"}


def test_the_server_refuses_a_write_even_if_the_plan_is_not_looked_at(store: Store) -> None:
    with pytest.raises(StoreError, match="read access mode"):
        store.stream("CREATE (n:Fact) RETURN n", {}, lambda result: result.consume(), timeout_s=5)


def test_a_statement_past_its_time_is_stopped(graph: Groundplan) -> None:
    with pytest.raises(StoreTimeout, match=r"0\.2 s"):
        run_query(
            graph.store,
            "UNWIND range(1, 10000000000) AS x RETURN count(x)",
            {},
            settings=limited(graph, query_timeout_s=0.2),
        )


@pytest.mark.parametrize(("rows", "shown", "truncated"), [(2, 2, False), (3, 3, False), (4, 3, True)])
def test_rows_end_at_the_limit_and_the_table_says_so(graph: Groundplan, rows: int, shown: int, truncated: bool) -> None:
    table = run_query(
        graph.store, "UNWIND range(1, $n) AS x RETURN x", {"n": rows}, settings=graph.settings, max_rows=3
    )
    assert table == Table(("x",), tuple((number,) for number in range(1, shown + 1)), truncated)


def test_the_setting_limits_rows_where_the_call_does_not(graph: Groundplan) -> None:
    settings = limited(graph, query_max_rows=5)
    table = run_query(graph.store, "UNWIND range(1, 1000000000) AS x RETURN x", {}, settings=settings)
    assert (len(table.rows), table.truncated) == (5, True)


def test_rows_end_where_their_json_exceeds_the_limit_in_bytes(graph: Groundplan) -> None:
    settings = limited(graph, query_max_bytes=100)
    query = "UNWIND range(1, $n) AS x RETURN 'ééééé' AS x"  # 14 bytes a row: ["ééééé"]
    whole = run_query(graph.store, query, {"n": 7}, settings=settings)
    cut = run_query(graph.store, query, {"n": 8}, settings=settings)
    assert (len(whole.rows), whole.truncated) == (7, False)
    assert (len(cut.rows), cut.truncated) == (7, True)


def test_a_limit_below_one_row_is_refused(graph: Groundplan) -> None:
    with pytest.raises(UsageError, match="limit on rows is 0"):
        graph.cypher("RETURN 1", max_rows=0)


def test_a_name_that_is_no_saved_query_is_refused_with_the_nearest(graph: Groundplan) -> None:
    with pytest.raises(UsageError, match=r"no saved query 'overvew'\. Did you mean 'overview'\? There are: .*timeline"):
        graph.cypher("overvew")


EXAMPLE = parse(
    "analyst",
    "example",
    """
// Purpose: An example.
// Parameter name (string): a name
// Parameter kind (string = null): a kind
// Parameter limit (integer = 7): how many
// Parameter share (float = 0.5): how much
// Parameter strict (boolean = false): whether
// Parameter words (list<string> = ["a"]): which
RETURN 1 AS x
""",
)


def test_what_is_not_given_takes_the_default_of_the_header() -> None:
    assert bind(EXAMPLE, {"name": "x"}) == {
        "name": "x",
        "kind": None,
        "limit": 7,
        "share": 0.5,
        "strict": False,
        "words": ["a"],
    }


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("limit", "12", 12),
        ("limit", 12, 12),
        ("share", "0.25", 0.25),
        ("share", 1, 1),
        ("strict", "TRUE", True),
        ("strict", "false", False),
        ("words", "a, b", ["a", "b"]),
        ("words", '["a, b"]', ["a, b"]),
        ("kind", "12", "12"),
        ("kind", None, None),
    ],
)
def test_text_is_converted_to_the_type_of_the_header(name: str, given: object, value: object) -> None:
    assert bind(EXAMPLE, {"name": "x", name: given})[name] == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("limit", "many"),
        ("limit", "1.5"),
        ("limit", True),
        ("limit", None),
        ("share", "half"),
        ("strict", "perhaps"),
        ("words", "[1]"),
        ("words", "[oops"),
        ("name", 3),
        ("name", None),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_parameter(name: str, given: object) -> None:
    with pytest.raises(UsageError, match=f"parameter '{name}' is .*, which is no "):
        bind(EXAMPLE, {"name": "x", name: given})


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(UsageError, match=r"lacks the parameter 'name'\. Give name \(string\): a name"):
        bind(EXAMPLE, {"limit": 3})


def test_an_unknown_parameter_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no parameter 'nme'\. Allowed: name, kind, limit"):
        bind(EXAMPLE, {"nme": "x"})


def test_a_value_cannot_leave_its_parameter(graph: Groundplan) -> None:
    hostile = "x'\"}) DETACH DELETE n //"
    assert ask(graph, "RETURN $x AS x", x=hostile).rows == ((hostile,),)
    assert ask(graph, "entity_facts", name='x" OR "y\\').rows == ()


def test_nodes_relationships_and_paths_come_out_without_internal_ids(sample_graph: Groundplan) -> None:
    table = ask(
        sample_graph,
        "MATCH p = (s:__Entity__)-[r:FOUNDED]->(o) WHERE s.name = 'Thomas Penhallow' RETURN s, r, p, {deep: [o]} AS m",
    )
    subject, relationship, path, nested = table.rows[0]
    assert subject["labels"] == ["Person", "__Entity__"]
    assert subject["properties"]["name"] == "Thomas Penhallow"
    assert set(relationship) == {"type", "properties"}
    assert relationship["type"] == "FOUNDED"
    assert path["nodes"] == [subject, nested["deep"][0]]
    assert path["relationships"] == [relationship]
    assert "element" not in json.dumps(table.as_json(), allow_nan=False).lower()


def test_every_value_comes_out_as_json_has_it(graph: Groundplan) -> None:
    query = (
        "RETURN date('2020-02-03') AS a, datetime('2020-02-03T04:05:06Z') AS b, duration('P1DT2S') AS c, "
        "time('04:05:06+01:00') AS d, point({x: 1, y: 2}) AS e, 0.0 / 0.0 AS f, -1.0 / 0.0 AS g, null AS h, "
        "localtime('04:05') AS i, localdatetime('2020-02-03T04:05') AS j"
    )
    row = ask(graph, query).rows[0]
    assert row[:4] == ("2020-02-03", "2020-02-03T04:05:06.000000000+00:00", "P1DT2S", "04:05:06.000000000+01:00")
    assert row[4:8] == ({"srid": 7203, "coordinates": [1.0, 2.0]}, "nan", "-inf", None)
    assert row[8:] == ("04:05:00.000000000", "2020-02-03T04:05:00.000000000")
    json.dumps(row, allow_nan=False)


def test_bytes_come_out_in_hexadecimal() -> None:
    assert plain([bytearray(b"\x01\xff"), (b"",)]) == ["01ff", [""]]


def test_csv_has_a_header_and_json_for_what_is_nested() -> None:
    table = Table(("a", "b"), (("x,\ny", None), (["ü"], True), (1, {"k": 1.5})), False)
    assert table.as_csv() == 'a,b\n"x,\ny",\n"[""ü""]",true\n1,"{""k"": 1.5}"\n'


GIVEN = {
    "name": "Margaret Doyle",
    "first": "Margaret Doyle",
    "second": "Kelport Barometer Company",
    "words": "Doyle",
    "predicate": "FOUNDED",
    "source": "archive",
    "path": "news/briefs.jsonl",
    "type": "date",
}
MAY_BE_EMPTY = {"contradictions", "denied_facts", "refused_claims", "unasserted_claims", "corroborated_facts"}


@pytest.mark.parametrize("name", names("analyst"))
def test_a_saved_query_answers_on_the_sample_archive(name: str, sample_graph: Groundplan) -> None:
    facts = ask(sample_graph, "facts_by_predicate", predicate="FOUNDED")
    given = GIVEN | {"fact": facts.rows[0][facts.columns.index("fact")]}
    needed = [parameter.name for parameter in statement("analyst", name).parameters if parameter.required]
    table = ask(sample_graph, name, **{each: given[each] for each in needed})
    assert table.columns == tuple(statement("analyst", name).columns)
    assert table.rows or name in MAY_BE_EMPTY
    assert table == ask(sample_graph, name, **{each: given[each] for each in needed})


def test_a_saved_query_on_an_empty_graph_has_no_rows_but_counts(graph: Groundplan) -> None:
    assert ask(graph, "documents").rows == ()
    assert {row[2] for row in ask(graph, "overview").rows} == {0}


def test_the_evidence_of_a_fact_is_characters_of_its_document(sample_graph: Groundplan) -> None:
    facts = ask(sample_graph, "entity_facts", name="margaret doyle")
    fact = facts.rows[0][facts.columns.index("fact")]
    evidence = ask(sample_graph, "evidence_of_fact", fact=fact)
    for row in evidence.rows:
        claim = dict(zip(evidence.columns, row, strict=True))
        found = ask(
            sample_graph,
            "MATCH (c:Claim {key: $claim})-[:STATED_IN]->(k:Chunk) "
            "RETURN substring(k.text, $start - k.start, $end - $start)",
            **{each: claim[each] for each in ("claim", "start", "end")},
        )
        assert found.rows == ((claim["quote"],),)


# the command


@pytest.fixture
def environment(sample_graph: Groundplan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command opens the graph that the environment names."""
    settings = sample_graph.settings
    assert settings.neo4j_uri is not None
    assert settings.neo4j_password is not None
    monkeypatch.setenv("NEO4J_URI", settings.neo4j_uri)
    monkeypatch.setenv("NEO4J_USERNAME", settings.neo4j_username)
    monkeypatch.setenv("NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())
    monkeypatch.setenv("NEO4J_DATABASE", settings.neo4j_database)
    monkeypatch.setenv("GROUNDPLAN_HOME", str(settings.home))


def command(*arguments: str) -> tuple[str, str]:
    result = CliRunner().invoke(cypher, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout, result.stderr


@pytest.mark.usefixtures("environment")
def test_the_command_prints_a_saved_query_as_csv() -> None:
    out, err = command("predicates", "-p", "limit=1", "--format", "csv")
    assert out.splitlines()[0] == "predicate,status,facts,corroborated"
    assert len(out.splitlines()) == 2
    assert err == ""


@pytest.mark.usefixtures("environment")
def test_a_parameter_of_ones_own_statement_is_json_or_text() -> None:
    out, _ = command("RETURN $n + 1 AS n, $t AS t", "-p", "n=41", "-p", "t=a=b", "--format", "json")
    assert json.loads(out) == {"columns": ["n", "t"], "rows": [[42, "a=b"]], "truncated": False}


@pytest.mark.usefixtures("environment")
def test_the_note_that_rows_are_missing_goes_to_stderr() -> None:
    out, err = command("UNWIND range(1, 9) AS x RETURN x", "--max-rows", "2", "--format", "csv", "--timeout", "9")
    assert out == "x\n1\n2\n"
    assert "Only the first 2 rows" in err


@pytest.mark.usefixtures("environment")
def test_a_statement_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.cypher"
    path.write_text("RETURN 'é' AS x", encoding="utf-8")
    assert command("--file", str(path), "--format", "csv")[0] == "x\né\n"


@pytest.mark.usefixtures("environment")
def test_a_table_shows_no_control_characters_of_a_document() -> None:
    out, _ = command("RETURN $x AS x", "-p", "x=a\x1b[31mred [bold]b[/bold]\nnext")
    assert "\x1b" not in out
    assert "a\N{REPLACEMENT CHARACTER}[31mred [bold]b[/bold] next" in out


def test_the_list_shows_every_saved_query_and_needs_no_server() -> None:
    out, _ = command("--list")
    for name in names("analyst"):
        assert f"\n{name}\n" in f"\n{out}"
    assert "-p kind  (string, default null) only of this kind, e.g. Person" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either a query or --file"),
        (("overvew",), "no saved query 'overvew'"),
        (("overview", "-p", "limit"), "'limit' has no value"),
        (("RETURN $x", "-p", "x=1", "-p", "x=2"), "'x' is given twice"),
    ],
)
def test_a_wrong_call_is_refused_before_a_graph_is_opened(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        CliRunner().invoke(cypher, arguments, catch_exceptions=False, standalone_mode=False)
