"""`groundplan ingest` and `retry`: the one-shot job for cron, systemd, Kubernetes or a person."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pipeline.api import Groundplan
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.stop import StopRequest
    from pipeline.settings import Settings

DATES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")


def job_options(command: Any) -> Any:  # noqa: ANN401 - a decorator of click's commands
    """The options of every command that runs the job."""
    options = (
        click.option(
            "--field", "fields", multiple=True, metavar="NAME=FIELD", callback=_fields,
            help="Which field of JSON Lines and CSV holds id, title, text or date; repeat it.",
        ),
        click.option("--max-seconds", type=click.FloatRange(min=0, min_open=True), help="Stop cleanly after so long."),
        click.option("--max-dead-letters", type=click.IntRange(min=0), help="More failed documents exit with 65."),
        click.option("--summary-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the summary here."),
        click.option(
            "--metrics-file", type=click.Path(dir_okay=False, path_type=Path), help="Write Prometheus metrics here."
        ),
        click.option("--engine", type=click.Choice(["serial", "processes", "dask"]), help="Where extraction runs."),
        click.option("--workers", type=click.IntRange(min=1), help="How many worker processes extract."),
        click.option("--dask-address", metavar="HOST:PORT", help="The Dask scheduler; by default a local one."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _fields(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    malformed = [named for named in given if "=" not in named]
    if malformed:
        raise click.BadParameter(f"{malformed[0]!r}: write it as NAME=FIELD, for example text=abstract.")
    return dict(named.split("=", 1) for named in given)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--prune", is_flag=True, help="Delete the documents that are gone from these sources.")
@click.option(
    "--max-prune-share",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="With --prune: delete none of a source of which more than this share is gone (0.25).",
)
@click.option("--catalogue", is_flag=True, help="Read, segment and index only; a later run without it structures.")
@click.option("--source", "only", multiple=True, metavar="NAME", help="Only the sources of that name; repeat it.")
@click.option("--since", type=click.DateTime(DATES), help="Only files that were modified since.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop reading after so many new or changed documents.")
@click.option("--bulk", is_flag=True, help="Fill an empty graph by neo4j-admin's import: faster for a large archive.")
@click.option("--dry-run", is_flag=True, help="Change nothing; say what there is to do, and how long it would take.")
@job_options
def ingest(
    sources: tuple[str, ...], *, prune: bool, catalogue: bool, only: tuple[str, ...], since: datetime | None,
    limit: int | None, bulk: bool, dry_run: bool, fields: dict[str, str], **tuned: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Bring the graph up to date with SOURCE...: folders, globs or files, each optionally as NAME=PATH.

    Text, Markdown, HTML, PDF, DOCX, e-mail (.eml, .mbox), JSON Lines (.jsonl) and CSV. What is unchanged since the last
    run is skipped; what cannot be read goes to the dead letters and stops nothing. What is gone from its source is
    reported and kept, unless --prune is given. The last line on stdout is one JSON object. SIGTERM ends the run after
    the documents in hand; the same command goes on.

    Exit codes: 0 done, 2 usage, 65 too many dead letters or gone documents, 75 try later (stopped, busy, no server),
    78 configuration or pending migration, 1 a defect of ours.
    """
    chosen: dict[str, Any] = {"only": only, "since": since, "limit": limit, "catalogue": catalogue, "fields": fields}
    if dry_run and bulk:
        from pipeline.errors import UsageError

        remedy = "Leave out --bulk: what is read and extracted is the same, and only the loading is faster."
        raise UsageError("a dry run prices the ordinary way into the graph, which --bulk is not.", remedy)
    if dry_run:
        _estimate(sources, chosen, tuned)
        return
    with _job(tuned) as (kg, stop, report):
        kg.ingest(*sources, prune=prune, bulk=bulk, stop=stop, report=report, **chosen)


@click.command()
@job_options
def retry(*, fields: dict[str, str], **tuned: Any) -> None:  # noqa: ANN401
    """Take the files of all outstanding dead letters again.

    Those that can be read and extracted now are no dead letters any more. Output and exit codes are those of `ingest`.
    """
    with _job(tuned) as (kg, stop, report):
        kg.retry(fields=fields, stop=stop, report=report)


@contextmanager
def _job(tuned: dict[str, Any]) -> Iterator[tuple[Groundplan, StopRequest, RunReport]]:
    """An open graph for one run; however it ends, the summary is written and printed, and the error goes on: the run's
    own, or else that of a file which cannot be written."""
    from pipeline.api import Groundplan
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.stop import StopRequest

    report = RunReport.begin()
    stop = StopRequest(tuned.pop("max_seconds"))
    files = {name: tuned.pop(name) for name in ("summary_file", "metrics_file")}
    settings: Settings | None = None
    error: BaseException | None = None
    try:
        with stop.on_sigterm():
            settings = _settings(tuned)
            with Groundplan.open(settings) as kg:
                yield kg, stop, report
    except BaseException as raised:
        error = raised
    told = _tell(report, error, settings, **files)
    if told is not None:
        raise told


def _settings(tuned: dict[str, Any]) -> Settings:
    from pipeline.errors import UsageError
    from pipeline.settings import Settings

    given = {name: value for name, value in tuned.items() if value is not None}
    settings = Settings.load(**given)
    if "dask_address" in given and settings.engine != "dask":
        raise UsageError(
            f"--dask-address {settings.dask_address!r} is for --engine dask, and the engine is {settings.engine!r}.",
            "Add --engine dask, or leave the address out.",
        )
    return settings


def _tell(
    report: RunReport, error: BaseException | None, settings: Settings | None, *, summary_file: Path | None,
    metrics_file: Path | None,
) -> BaseException | None:  # fmt: skip
    """Write both files, then print. Returns how the command ends: by `error`, or by the first file that cannot be
    written, which is what the others then say."""
    if report.status != "not started":
        click.echo(str(report), err=True)
    told = error
    if summary_file is not None:
        told = _written(told, lambda: _write_summary(summary_file, report, told))
    if metrics_file is not None:
        before, told = told, _written(told, lambda: _write_metrics(metrics_file, report, told, settings))
        if told is not before and summary_file is not None:
            _write_summary(summary_file, report, told)
    click.echo(_summary(report, told))
    return told


def _written(error: BaseException | None, write: Callable[[], None]) -> BaseException | None:
    """`error`, or what kept `write` from writing where there was none; both where there was one are on stderr."""
    from graph_schema.errors import GroundplanError

    try:
        write()
    except GroundplanError as failed:
        if error is None:
            return failed
        click.echo(f"groundplan: {failed}", err=True)
    return error


def _summary(report: RunReport, error: BaseException | None) -> str:
    return json.dumps(
        report.as_json() | {"exit_code": _exit_code(error), "error": None if error is None else str(error)}
    )


def _write_summary(path: Path, report: RunReport, error: BaseException | None) -> None:
    from pipeline.files import write_atomically, writing_asked

    with writing_asked("summary", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, _summary(report, error) + "\n")


def _write_metrics(path: Path, report: RunReport, error: BaseException | None, settings: Settings | None) -> None:
    from pipeline.ingest.dead_letters import outstanding
    from pipeline.ingest.metrics import write_metrics

    left = len(outstanding(settings.home)) if settings is not None else 0
    write_metrics(path, report, exit_code=_exit_code(error), outstanding=left)


def _exit_code(error: BaseException | None) -> int:
    """The code that `pipeline.cli.run` will return for `error`."""
    from graph_schema.errors import GroundplanError

    match error:
        case None:
            return 0
        case GroundplanError():
            return error.exit_code
        case KeyboardInterrupt():
            return 130
    return 1


def _estimate(sources: tuple[str, ...], chosen: dict[str, Any], tuned: dict[str, Any]) -> None:
    from pipeline.api import Groundplan

    for name in ("max_seconds", "summary_file", "metrics_file"):
        tuned.pop(name)
    with Groundplan.open(_settings(tuned)) as kg:
        estimate = kg.estimate(*sources, **chosen)
    click.echo(str(estimate), err=True)
    click.echo(json.dumps(estimate.as_json()))
