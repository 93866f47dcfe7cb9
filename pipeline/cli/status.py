"""`groundplan status`: what the job did last, who works on the graph, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.ingest.status import LatestRun, Status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(*, as_json: bool) -> None:
    """Show the latest runs, who holds the graph, what waits for the next run, dead letters and pending migrations."""
    import json

    from pipeline.api import Groundplan
    from pipeline.cli.table import show_table

    with Groundplan.open() as kg:
        found = kg.status()
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    show_table(
        "latest runs", ("started", "finished", "status", "new", "changed", "gone", "failed"), map(_run, found.runs)
    )
    for line in _lines(found):
        click.echo(line)


def _run(run: LatestRun) -> tuple[str, ...]:
    counts = run.summary.get("documents", {})
    shown = (str(counts.get(name, "")) for name in ("new", "changed", "gone", "failed"))
    return run.started, run.finished or "", run.status, *shown


def _lines(found: Status) -> list[str]:
    holder = found.holder
    held = "nobody"
    if holder is not None:
        left = "" if found.running else ", and is gone: the next run takes over"
        held = f"process {holder.pid} on {holder.host} since {holder.since}{left}"
    return [
        f"working on the graph: {held}",
        f"waiting for the next run: {_counted(found.waiting)}",
        f"dead letters: {_counted(found.dead_letters)}",
        f"pending migrations: {', '.join(found.pending_migrations) or 'none'}",
        f"communities: {found.communities or 'none yet'}",
    ]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items()) or "none"
