"""`groundplan ingest`: the one-shot job for cron, systemd, Kubernetes or a person."""

from __future__ import annotations

import click


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=FIELD",
    help="Which field of JSON Lines and CSV holds id, title, text or date; repeat it.",
)
def ingest(sources: tuple[str, ...], fields: tuple[str, ...]) -> None:
    """Bring the graph up to date with SOURCE...: folders, globs or files, each optionally as NAME=PATH.

    Text, Markdown, HTML, PDF, DOCX, e-mail (.eml, .mbox), JSON Lines (.jsonl) and CSV. What is unchanged since the last
    run is skipped; what cannot be read goes to the dead-letter file and stops nothing. The last line on stdout is one
    JSON object.
    """
    import json

    from pipeline.api import Groundplan
    from pipeline.errors import TooManyDeadLetters

    malformed = [named for named in fields if "=" not in named]
    if malformed:
        raise click.UsageError(f"--field {malformed[0]!r}: write it as NAME=FIELD, for example text=abstract.")
    with Groundplan.open() as kg:
        try:
            report = kg.ingest(*sources, fields=dict(named.split("=", 1) for named in fields))
        except TooManyDeadLetters as error:
            if error.report is not None:
                click.echo(str(error.report), err=True)
                click.echo(json.dumps(error.report.as_json()))
            raise
    click.echo(str(report), err=True)
    click.echo(json.dumps(report.as_json()))
