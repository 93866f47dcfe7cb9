"""`groundplan db`: the private Neo4j of this home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.store.private import ServerStatus

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def db() -> None:
    """The private Neo4j: started by the commands that need it, stopped when nobody uses it."""


@db.command()
def start() -> None:
    """Start the private Neo4j and keep it up until `db stop`."""
    from pipeline.settings import Settings
    from pipeline.store import private

    status = private.start(Settings.load())
    click.echo(f"The private Neo4j answers at {status.uri} and stays up until `groundplan db stop`.", err=True)


@db.command()
def stop() -> None:
    """Stop the private Neo4j, also under clients that are still connected."""
    from pipeline.settings import Settings
    from pipeline.store import private

    status = private.stop(Settings.load())
    connected = f" {status.clients} client(s) were still connected." if status.clients else ""
    click.echo(f"The private Neo4j is stopped.{connected}", err=True)


@db.command()
@json_option
def status(as_json: bool) -> None:
    """Say whether the private Neo4j is up, where, and for how many clients."""
    from pipeline.settings import Settings
    from pipeline.store import private

    settings = Settings.load()
    found = private.status(settings)
    if as_json:
        _print_json(found.as_json())
        return
    if settings.neo4j_uri is not None:
        click.echo(f"NEO4J_URI is set: commands use {settings.neo4j_uri}, not the private Neo4j.", err=True)
    click.echo(_described(found))


@db.command()
@json_option
def info(as_json: bool) -> None:
    """Print address, user, password and database, for cypher-shell and desktop tools."""
    from dataclasses import asdict

    from pipeline.settings import Settings
    from pipeline.store.private import named_server, private_server

    settings = Settings.load()
    named = named_server(settings)
    if named is not None:
        values = asdict(named)
    else:
        with private_server(settings) as connection:
            values = asdict(connection)
        _say_how_to_keep_it_up(settings)
    if as_json:
        _print_json(values)
        return
    for name, value in values.items():
        click.echo(f"{name + ':':<10} {value}")


def _say_how_to_keep_it_up(settings: Settings) -> None:
    from pipeline.store.private import status

    if not status(settings).keep_up:
        click.echo(
            f"The private Neo4j stops when it was idle for {settings.db_idle_s:g} s; `groundplan db start` keeps it.",
            err=True,
        )


def _described(found: ServerStatus) -> str:
    if not found.running:
        return f"down (home {found.home})"
    lasts = "until `groundplan db stop`" if found.keep_up else f"until idle for {found.idle_s:g} s"
    memory = f"heap {found.heap_mb} MB, page cache {found.pagecache_mb} MB"
    return f"up at {found.uri} {lasts}; {found.clients} client(s); process {found.pid}; {memory} (home {found.home})"


def _print_json(values: dict[str, object]) -> None:
    import json

    click.echo(json.dumps(values, indent=2))
