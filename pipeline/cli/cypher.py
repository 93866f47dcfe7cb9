"""`groundplan cypher`: ask the graph with a saved query or a Cypher statement, read-only and bounded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.store.analyst import Table

WIDTH_WITHOUT_TERMINAL = 160


@click.command()
@click.argument("query", required=False)
@click.option("-p", "--parameter", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option(
    "-f",
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the statement here.",
)
@click.option("--list", "list_saved", is_flag=True, help="Show the saved queries and their parameters, and stop.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="Of rows.",
)
@click.option("--max-rows", type=click.IntRange(min=1), help="Stop after so many rows [GROUNDPLAN_QUERY_MAX_ROWS].")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Give up after so long [GROUNDPLAN_QUERY_TIMEOUT_S].",
)
def cypher(
    query: str | None,
    pairs: tuple[str, ...],
    path: Path | None,
    list_saved: bool,
    style: str,
    max_rows: int | None,
    timeout_s: float | None,
) -> None:
    """Run the saved query QUERY, or QUERY itself as a Cypher statement.

    Only what reads the graph runs. The value of a parameter of a saved query is of the type that --list shows;
    in a statement of your own it is JSON where it can be read as JSON, and text otherwise.

    \b
    groundplan cypher --list
    groundplan cypher entity_facts -p name="Ada Lovelace"
    groundplan cypher 'MATCH (p:Person)-[f:FOUNDED]->(o:Organization) RETURN p.name, o.name'
    """
    if list_saved:
        click.echo(_saved_queries())
        return
    text = _statement(query, path)
    table = _run(text, pairs, max_rows, timeout_s)
    _show(table, style)
    if table.truncated:
        click.echo(
            f"Only the first {len(table.rows)} rows are shown: a limit on rows or bytes was reached. "
            "Narrow the query, or raise --max-rows or GROUNDPLAN_QUERY_MAX_BYTES.",
            err=True,
        )


def _statement(query: str | None, path: Path | None) -> str:
    from pipeline.errors import UsageError

    if (query is None) == (path is None):
        raise UsageError("give either a query or --file.", "`groundplan cypher --list` shows the saved queries.")
    if path is None:
        return query or ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {str(path)!r}: {error}.", "Give a text file in UTF-8.") from None


def _run(text: str, pairs: tuple[str, ...], max_rows: int | None, timeout_s: float | None) -> Table:
    from pipeline.api import Groundplan
    from pipeline.store.analyst import run_query, saved_query

    parameters = _parameters(pairs, as_json=saved_query(text) is None)
    overrides: dict[str, Any] = {} if timeout_s is None else {"query_timeout_s": timeout_s}
    with Groundplan.open(**overrides) as kg:
        return run_query(kg.store, text, parameters, settings=kg.settings, max_rows=max_rows)


def _parameters(pairs: Iterable[str], *, as_json: bool) -> dict[str, Any]:
    from pipeline.errors import UsageError

    parameters: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise UsageError(f"parameter {pair!r} has no value.", "Write -p NAME=VALUE.")
        if name in parameters:
            raise UsageError(f"parameter {name!r} is given twice.", "Give each once.")
        parameters[name] = _json_or_text(value) if as_json else value
    return parameters


def _json_or_text(value: str) -> Any:  # noqa: ANN401
    import json

    try:
        return json.loads(value)
    except ValueError:
        return value


def _saved_queries() -> str:
    import json

    from graph_schema.statements import names, statement

    lines = []
    for name in names("analyst"):
        saved = statement("analyst", name)
        lines += [name, f"    {saved.purpose}"]
        for parameter in saved.parameters:
            default = "" if parameter.required else f", default {json.dumps(parameter.default)}"
            lines.append(f"    -p {parameter.name}  ({parameter.type}{default}) {parameter.about}")
    return "\n".join(lines)


def _show(table: Table, style: str) -> None:
    import json

    if style == "json":
        click.echo(json.dumps(table.as_json(), ensure_ascii=False))
    elif style == "csv":
        click.echo(table.as_csv(), nl=False)
    else:
        _show_table(table)


def _show_table(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable

    from pipeline.store.analyst import cell

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    shown = RichTable(header_style="bold")
    for name in table.columns:
        shown.add_column(_printable(name), overflow="fold")
    for row in table.rows:
        shown.add_row(*(_printable(cell(value)) for value in row))
    console.print(shown)


def _printable(text: str) -> str:
    """On one line, and without what would steer the terminal: documents can hold escape sequences."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split()))
