"""`groundplan ask`: a cited answer, or an honest "not found"."""

from __future__ import annotations

import click


@click.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="The answer, its citations, the plan and each step as JSON.")
@click.option(
    "--explain",
    is_flag=True,
    help="Print the plan before anything is retrieved, and the size of each step beside its limit after.",
)
def ask(question: str, *, as_json: bool, explain: bool) -> None:
    """Answer QUESTION from the graph. Every sentence comes with the document, the offsets and the quote it rests on."""
    import json

    from pipeline.api import Groundplan

    with Groundplan.open() as kg:
        answer = kg.ask(question, on_plan=lambda plan: click.echo(str(plan), err=as_json) if explain else None)
    if as_json:
        click.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
        return
    click.echo(str(answer))
    if explain:
        click.echo(answer.sizes())
