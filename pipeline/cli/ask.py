"""`groundplan ask`: a cited answer, or an honest "not found"."""

from __future__ import annotations

import click


@click.command()
@click.argument("question")
@click.option("--source", metavar="NAME", help="Only from the documents of this source.")
@click.option("--path", metavar="PREFIX", help="Only from those of the source whose path begins so.")
@click.option("--since", metavar="DATE", help="Only from documents dated then or later: 2024, 2024-05 or 2024-05-31.")
@click.option("--until", metavar="DATE", help="Only from documents dated then or before.")
@click.option("--json", "as_json", is_flag=True, help="The answer, its citations, the plan and each step as JSON.")
@click.option(
    "--explain",
    is_flag=True,
    help="Print the plan before anything is retrieved, and the size of each step beside its limit after.",
)
def ask(
    question: str,
    *,
    source: str | None,
    path: str | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    explain: bool,
) -> None:
    """Answer QUESTION from the graph. Every sentence comes with the document, the offsets and the quote it rests on;
    the last line says how far to rely on it."""
    import json

    from pipeline.api import Groundplan
    from pipeline.query.scope import Scope

    scope = Scope(source=source, path=path, since=since, until=until)
    with Groundplan.open() as kg:
        answer = kg.ask(
            question,
            scope=scope,
            on_plan=lambda plan: click.echo(str(plan), err=as_json) if explain else None,
        )
    if as_json:
        click.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
        return
    click.echo(str(answer))
    click.echo(str(answer.coverage))
    if explain:
        click.echo(answer.sizes())
