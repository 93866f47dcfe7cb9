"""`groundplan doctor`: what is not as it must be, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.ingest.doctor import Finding

EXIT_FAILED = 78


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(*, as_json: bool) -> int:
    """Check settings, server, schema, indexes, the lease, unfinished work, orphans and a sample of offsets.

    Exit code 78 when a check failed, 0 when all are well or only warn.
    """
    import json

    from pipeline.cli.table import show_table

    findings = list(_findings())
    failed = any(each.state == "failed" for each in findings)
    if as_json:
        click.echo(
            json.dumps({"failed": failed, "findings": [each.as_json() for each in findings]}, ensure_ascii=False)
        )
    else:
        rows = ((each.state, each.check, each.detail, each.remedy) for each in findings)
        show_table("check-up", ("state", "check", "found", "what to do"), rows)
    return EXIT_FAILED if failed else 0


def _findings() -> Iterator[Finding]:
    """All that can be checked: what cannot be opened is a finding itself."""
    from pipeline.api import Groundplan
    from pipeline.errors import GroundplanError
    from pipeline.ingest.doctor import Finding, examine_graph, examine_host
    from pipeline.settings import Settings

    step = "settings"
    try:
        settings = Settings.load()
        yield Finding(step, "ok", f"home {str(settings.home)!r}")
        yield from examine_host(settings)
        step = "server"
        with Groundplan.open(settings) as kg:
            step = "graph"
            yield from examine_graph(kg.store, kg.settings, kg.ontology)
    except GroundplanError as error:
        yield Finding(step, "failed", error.message, error.remedy)
