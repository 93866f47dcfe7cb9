"""`groundplan digest`: is this graph the same as that one?"""

from __future__ import annotations

import click


@click.command()
def digest() -> None:
    """Hash the graph: one SHA-256 for evidence, knowledge, findings and decisions each.

    Two graphs that hold the same have the same digests, whatever the order, size and number of the runs that made
    them. The last line on stdout is one JSON object.
    """
    import json

    from pipeline.api import Groundplan

    with Groundplan.open() as kg:
        found = kg.digest()
    click.echo(str(found), err=True)
    click.echo(json.dumps(found.as_json()))
