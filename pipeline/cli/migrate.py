"""`groundplan migrate`: change a graph's schema, on request only."""

from __future__ import annotations

from contextlib import nullcontext

import click


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 78 when something is pending.")
def migrate(*, check: bool) -> None:
    """Bring the schema of the graph up to this version and its ontology, while no job works on it."""
    from pipeline.api import Groundplan
    from pipeline.errors import MigrationPending
    from pipeline.store.lease import sole_writer
    from pipeline.store.migrate import apply, inspect
    from pipeline.text.encoder import dimensions_of

    with Groundplan.open() as kg:
        dimensions = dimensions_of(kg.settings)
        state = inspect(kg.store, kg.ontology, dimensions)
        if check:
            if not state.current:
                raise MigrationPending(
                    f"pending: {', '.join((*state.missing, *state.foreign))}.",
                    "Back the graph up, then run `groundplan migrate`.",
                )
            click.echo("the schema is current")
            return
        # A graph of a newer version is refused, and gets no lease either.
        with nullcontext() if state.foreign else sole_writer(kg.store, kg.settings):
            state = inspect(kg.store, kg.ontology, dimensions)
            apply(kg.store, state)
    click.echo(f"applied {len(state.missing)}: {', '.join(state.missing)}" if state.missing else "nothing to apply")
