"""The analysts' door: saved queries and Cypher of their own, read-only and bounded.

A statement runs in READ access mode, and only when the plan that EXPLAIN shows has nothing but operators and
procedures that are listed here: the server takes `LOAD CSV`, `TERMINATE TRANSACTION` and `CALL db.clearQueryCaches()`
for reads (measured on Community 5.26). Time, rows and bytes have limits. None of this holds back a person who has the
server's password: Community knows no roles.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neo4j import exceptions as upstream
from neo4j import graph, spatial, time

from graph_schema.statements import names, statement
from pipeline.errors import QueryRefused, StoreError, UsageError
from pipeline.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import neo4j

    from graph_schema.statements import Parameter, Statement
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

# What Community 5.26 plans for statements that read; a name it plans and that is not here is refused.
_OPERATORS = """
    AllNodesScan NodeByLabelScan UnionNodeByLabelsScan IntersectionNodeByLabelsScan SubtractionNodeByLabelsScan
    NodeByIdSeek NodeByElementIdSeek NodeIndexScan NodeIndexSeek NodeIndexSeekByRange NodeIndexContainsScan
    NodeIndexEndsWithScan NodeUniqueIndexSeek NodeUniqueIndexSeekByRange MultiNodeIndexSeek
    DirectedAllRelationshipsScan UndirectedAllRelationshipsScan DirectedRelationshipTypeScan
    UndirectedRelationshipTypeScan DirectedUnionRelationshipTypesScan UndirectedUnionRelationshipTypesScan
    DirectedRelationshipByIdSeek UndirectedRelationshipByIdSeek DirectedRelationshipByElementIdSeek
    UndirectedRelationshipByElementIdSeek DirectedRelationshipIndexScan UndirectedRelationshipIndexScan
    DirectedRelationshipIndexContainsScan UndirectedRelationshipIndexContainsScan
    DirectedRelationshipIndexEndsWithScan UndirectedRelationshipIndexEndsWithScan DirectedRelationshipIndexSeek
    UndirectedRelationshipIndexSeek DirectedRelationshipIndexSeekByRange UndirectedRelationshipIndexSeekByRange
    DirectedRelationshipUniqueIndexSeek UndirectedRelationshipUniqueIndexSeek NodeCountFromCountStore
    RelationshipCountFromCountStore

    Expand OptionalExpand VarLengthExpand ShortestPath StatefulShortestPath Repeat BidirectionalRepeat
    PathPropagatingBFS ProjectEndpoints

    Argument EmptyRow EmptyResult Filter Projection CacheProperties Unwind Optional Distinct OrderedDistinct
    EagerAggregation OrderedAggregation Sort PartialSort Top PartialTop Limit ExhaustiveLimit Skip Eager Union
    OrderedUnion PreserveOrder ProduceResults AssertSameNode AssertSameRelationship

    Apply SemiApply AntiSemiApply LetSemiApply LetAntiSemiApply SelectOrSemiApply SelectOrAntiSemiApply
    LetSelectOrSemiApply LetSelectOrAntiSemiApply RollUpApply ConditionalApply AntiConditionalApply
    CartesianProduct NodeHashJoin NodeLeftOuterHashJoin NodeRightOuterHashJoin ValueHashJoin TriadicSelection
    TriadicBuild TriadicFilter

    ShowIndexes ShowConstraints ProcedureCall
"""
_PROCEDURES = """
    db.index.fulltext.listAvailableAnalyzers db.index.fulltext.queryNodes db.index.fulltext.queryRelationships
    db.index.vector.queryNodes db.index.vector.queryRelationships db.info db.labels db.ping db.propertyKeys
    db.relationshipTypes db.schema.nodeTypeProperties db.schema.relTypeProperties db.schema.visualization
    dbms.components
"""
OPERATORS = frozenset(_OPERATORS.split())
PROCEDURES = frozenset(_PROCEDURES.split())

# A subquery inside an expression may be missing from the plan (measured: within a list comprehension, CASE, reduce or
# a procedure's argument it is text in another operator's details), so procedures and LOAD CSV are looked for in the
# statement as well. Quotes and comments are not taken out first: what hides in them is refused rather than missed.
_GAP = r"(?:[^\w\x21-\x7e]|/\*.*?\*/|//[^\r\n]*+)"
_NAME = r"(?:\w+|`[^`]+`)"
_CALL = re.compile(
    rf"(?<![^\W\d])CALL(?!\w){_GAP}*+(?P<name>{_NAME}(?:{_GAP}*+\.{_GAP}*+{_NAME})*+)(?P<open>{_GAP}*+\()?",
    re.IGNORECASE | re.DOTALL,
)
_LOAD_CSV = re.compile(rf"(?<![^\W\d])LOAD{_GAP}++CSV(?!\w)", re.IGNORECASE | re.DOTALL)
_NOT_IN_NAMES = re.compile(rf"{_GAP}|`", re.DOTALL)
_PREFIX = re.compile(
    rf"{_GAP}*+(?:CYPHER(?:{_GAP}|[\w.=])*?)?(?P<word>EXPLAIN|PROFILE)(?!\w)", re.IGNORECASE | re.DOTALL
)
_POSITION = re.compile(r"\(line (\d+), column (\d+) \(offset: \d+\)\)")
_SAVED_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Table(Tabular):
    """Rows of plain JSON values under their columns. `truncated` says that a limit cut rows off at the end."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool

    def as_json(self) -> dict[str, Any]:
        """Columns once, each row a list in their order."""
        return {"columns": list(self.columns), "rows": [list(row) for row in self.rows], "truncated": self.truncated}

    def to_rows(self) -> list[dict[str, Any]]:
        """One dictionary a row, by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def as_csv(self) -> str:
        """A header line and one line a row; null is empty, a list or map is JSON."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([cell(value) for value in row] for row in self.rows)
        return out.getvalue()


def cell(value: Any) -> str:  # noqa: ANN401
    """One value as people read it: text as it is, null empty, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def run_query(
    store: Store, query: str, parameters: Mapping[str, Any], *, settings: Settings, max_rows: int | None = None
) -> Table:
    """Run the saved query of that name, or `query` itself as one Cypher statement.

    Rows end at `max_rows` (default `query_max_rows`) or once their JSON exceeds `query_max_bytes`, and the table says
    so. Nodes become `{labels, properties}`, relationships `{type, properties}`. Raises `UsageError` for a name or a
    parameter that does not exist, `QueryRefused` for a statement that may not run, `StoreTimeout` after
    `query_timeout_s`.
    """
    limit = settings.query_max_rows if max_rows is None else max_rows
    if limit < 1:
        raise UsageError(f"the limit on rows is {limit!r}.", "Give 1 or more.")
    text, values = query, dict(parameters)
    if (saved := saved_query(query)) is not None:
        text, values = saved.text, bind(saved, parameters)
    refuse_text(text)
    timeout_s = settings.query_timeout_s
    try:
        refuse_plan(store.stream(f"EXPLAIN\n{text}", values, _plan, timeout_s=timeout_s))
        return store.stream(text, values, _taker(limit, settings.query_max_bytes), timeout_s=timeout_s)
    except StoreError as error:
        if isinstance(error.__cause__, upstream.Neo4jError):
            raise QueryRefused(_short(error.__cause__), "Mend the statement.") from None
        raise


def saved_query(query: str) -> Statement | None:
    """The saved query named `query`; `None` when it is a statement. Raises `UsageError` for an unknown name."""
    known = names("analyst")
    if query in known:
        return statement("analyst", query)
    if not _SAVED_NAME.fullmatch(query):
        return None
    close = difflib.get_close_matches(query, known, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    raise UsageError(f"there is no saved query {query!r}.", f"{hint}There are: {', '.join(known)}.")


def bind(saved: Statement, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of `saved`, from `given` or its default; text is converted to the type that the header names."""
    allowed = {parameter.name: parameter for parameter in saved.parameters}
    for name in given:
        if name not in allowed:
            raise UsageError(f"{saved.name!r} has no parameter {name!r}.", f"Allowed: {', '.join(allowed) or 'none'}.")
    missing = [name for name, parameter in allowed.items() if parameter.required and name not in given]
    if missing:
        about = "; ".join(f"{name} ({allowed[name].type}): {allowed[name].about}" for name in missing)
        raise UsageError(f"{saved.name!r} lacks the parameter {missing[0]!r}.", f"Give {about}.")
    return {
        name: _converted(parameter, given[name]) if name in given else parameter.default
        for name, parameter in allowed.items()
    }


def _converted(parameter: Parameter, value: Any) -> Any:  # noqa: ANN401
    if value is None and not parameter.required and parameter.default is None:
        return None
    try:
        converted = _from_text(parameter.type, value) if isinstance(value, str) else value
    except ValueError:
        converted = value
    if not _is_of(parameter.type, converted):
        raise UsageError(
            f"parameter {parameter.name!r} is {value!r}, which is no {parameter.type}.", f"It is: {parameter.about}."
        )
    return converted


def _from_text(kind: str, text: str) -> Any:  # noqa: ANN401
    match kind:
        case "integer":
            return int(text)
        case "float":
            return float(text)
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), text)
        case "list<string>":
            return json.loads(text) if text.lstrip().startswith("[") else [part.strip() for part in text.split(",")]
    return text


def _is_of(kind: str, value: Any) -> bool:  # noqa: ANN401
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "list<string>":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return False


def refuse_text(text: str) -> None:
    """Refuse what EXPLAIN would not show. Text that only speaks of it, in quotes, can be passed as a parameter."""
    if (prefix := _PREFIX.match(text)) is not None:
        raise QueryRefused(f"a statement cannot begin with {prefix['word'].upper()} here.", "Give the statement alone.")
    if "\\u" in text:
        raise QueryRefused(
            "the statement has the Unicode escape '\\u'.", "Write the character, or pass the text as a parameter."
        )
    if _LOAD_CSV.search(text):
        raise QueryRefused(
            "the statement uses LOAD CSV, which is not allowed.", "Load the file with `groundplan ingest`."
        )
    for call in _CALL.finditer(text):
        name = _NOT_IN_NAMES.sub("", call["name"])
        if ("." in name or call["open"]) and name not in PROCEDURES:
            raise _procedure_refused(name)


def refuse_plan(plan: Mapping[str, Any] | None) -> None:
    """Refuse a plan with an operator or a procedure that is not on the lists, by its name."""
    if plan is None:
        raise QueryRefused("the server shows no plan for the statement.", "Give one plain reading statement.")
    for step in _steps(plan):
        operator = step["operatorType"].split("@")[0].split("(")[0]
        if operator not in OPERATORS:
            raise QueryRefused(
                f"the statement uses the operator {operator!r}, which is not on the list of reading operators.",
                "Only statements that read the graph run here.",
            )
        if operator == "ProcedureCall":
            name = str(step.get("args", {}).get("Details", "")).split("(")[0]
            if name not in PROCEDURES:
                raise _procedure_refused(name)


def _steps(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("children", ()):
        yield from _steps(child)


def _procedure_refused(name: str) -> QueryRefused:
    return QueryRefused(
        f"the statement calls {name!r}, which is not on the list of reading procedures.",
        f"Allowed: {', '.join(sorted(PROCEDURES))}. Text in quotes can be passed as a parameter.",
    )


def _plan(result: neo4j.Result) -> Mapping[str, Any] | None:
    return result.consume().plan


def _taker(max_rows: int, max_bytes: int) -> Callable[[neo4j.Result], Table]:
    def take(result: neo4j.Result) -> Table:
        rows: list[tuple[Any, ...]] = []
        size, truncated = 0, False
        for record in result:
            row = tuple(plain(value) for value in record.values())
            size += len(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            if truncated := len(rows) == max_rows or size > max_bytes:
                break
            rows.append(row)
        return Table(tuple(result.keys()), tuple(rows), truncated)

    return take


def plain(value: Any) -> Any:  # noqa: ANN401
    """One value of the driver's as JSON has it; no internal id of the server comes out."""
    match value:
        case graph.Node():
            return {"labels": sorted(value.labels), "properties": plain(dict(value))}
        case graph.Relationship():
            return {"type": value.type, "properties": plain(dict(value))}
        case graph.Path():
            return {"nodes": plain(list(value.nodes)), "relationships": plain(list(value.relationships))}
        case spatial.Point():
            return {"srid": value.srid, "coordinates": [float(each) for each in value]}
        case time.Date() | time.Time() | time.DateTime() | time.Duration():
            return value.iso_format()
        case float() if not math.isfinite(value):
            return str(value)  # JSON has no word for these
        case bytes() | bytearray():
            return value.hex()
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    return value


def _short(error: upstream.Neo4jError) -> str:
    """The first line of the server's message; it counts lines from the EXPLAIN that was put before the statement."""
    message = (error.message or str(error)).strip().splitlines()[0]
    message = _POSITION.sub(lambda found: f"(line {max(1, int(found[1]) - 1)}, column {found[2]})", message)
    return f"the server refused the statement: {message.rstrip('.')}."
