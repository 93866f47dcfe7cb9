"""`groundplan ingest`: the one-shot job for cron, systemd, Kubernetes or a person."""

from __future__ import annotations

from typing import Any

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
@click.option("--engine", type=click.Choice(["serial", "processes", "dask"]), help="Who extracts; default: processes.")
@click.option("--workers", type=click.IntRange(min=1), help="How many at a time; default: one for each usable core.")
@click.option("--dask-address", metavar="ADDRESS", help="The scheduler of a Dask cluster, as tcp://HOST:PORT.")
def ingest(
    sources: tuple[str, ...],
    fields: tuple[str, ...],
    engine: str | None,
    workers: int | None,
    dask_address: str | None,
) -> None:
    """Bring the graph up to date with SOURCE...: folders, globs or files, each optionally as NAME=PATH.

    Text, Markdown, HTML, PDF, JSON Lines (.jsonl) and CSV. What is unchanged since the last run is skipped; what cannot
    be read goes to the dead-letter file and stops nothing. The last line on stdout is one JSON object.
    """
    import json

    from pipeline.api import Groundplan
    from pipeline.errors import TooManyDeadLetters
    from pipeline.settings import Settings

    if dask_address is not None and engine not in {None, "dask"}:
        raise click.UsageError(f"--dask-address is for --engine dask, not {engine}.")
    malformed = [named for named in fields if "=" not in named]
    if malformed:
        raise click.UsageError(f"--field {malformed[0]!r}: write it as NAME=FIELD, for example text=abstract.")
    chosen: dict[str, Any] = {"engine": engine, "workers": workers, "dask_address": dask_address}
    settings = Settings.load(**{name: value for name, value in chosen.items() if value is not None})
    with Groundplan.open(settings) as kg:
        try:
            report = kg.ingest(*sources, fields=dict(named.split("=", 1) for named in fields))
        except TooManyDeadLetters as error:
            if error.report is not None:
                click.echo(str(error.report), err=True)
                click.echo(json.dumps(error.report.as_json()))
            raise
    click.echo(str(report), err=True)
    click.echo(json.dumps(report.as_json()))
