"""The command line. Results go to stdout, everything for people to stderr; exit codes are those of `pipeline.errors`.

Importing this imports click and nothing heavy: every command is loaded when it is called.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

COMMANDS = {
    "ask": ("pipeline.cli.ask:ask", "Answer a question from the graph, with citations."),
    "calibrate": ("pipeline.cli.calibrate:calibrate", "Set the thresholds of answers from labelled questions."),
    "cypher": ("pipeline.cli.cypher:cypher", "Run a saved query or a statement, read-only."),
    "db": ("pipeline.cli.db:db", "The private Neo4j: start, stop, status, info."),
    "doctor": ("pipeline.cli.doctor:doctor", "Check settings, server and graph, and say what to do."),
    "digest": ("pipeline.cli.digest:digest", "Hash the graph, to compare it with another."),
    "entity": ("pipeline.cli.entity:entity", "Who is who: show an entity, merge two, split one."),
    "ingest": ("pipeline.cli.ingest:ingest", "Bring the graph up to date with documents."),
    "eval": ("pipeline.cli.eval:evaluate", "Score answers, extraction or resolution on labelled data of yours."),
    "migrate": ("pipeline.cli.migrate:migrate", "Bring the graph's schema up to this version."),
    "retry": ("pipeline.cli.ingest:retry", "Take the outstanding dead letters again."),
    "status": ("pipeline.cli.status:status", "The latest runs, who works on the graph, what waits."),
    "ontology": ("pipeline.cli.ontology:ontology", "Check, show or begin an ontology of your own."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="groundplan", prog_name="groundplan")
def cli() -> None:
    """Documents into a knowledge graph that can prove what it says.

    Exit codes: 0 done, 2 usage, 65 too many dead letters, or thresholds that cannot be certified, 75 try later, 78
    configuration or pending migration, 1 a defect of ours.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit. Errors that can be explained are one line on stderr and their exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line. Returns the exit code."""
    try:
        result: Any = cli.main(arguments, prog_name="groundplan", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message(), err=True)
        return shown.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("groundplan: interrupted; run the same command again to go on.", err=True)
        return 130
    except Exception as error:
        from graph_schema.errors import GroundplanError

        if not isinstance(error, GroundplanError):
            raise
        click.echo(f"groundplan: {error}", err=True)
        return error.exit_code
    return result if isinstance(result, int) else 0
