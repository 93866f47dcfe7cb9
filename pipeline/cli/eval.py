"""`groundplan eval`: what the shipped pipeline finds beside labels of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.table import show_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.ingest.evaluate.extraction import ExtractionScores
    from pipeline.ingest.evaluate.resolution import ResolutionScores
    from pipeline.ingest.evaluate.scores import Score

FIGURES = ("", "precision", "recall", "F1", "right", "said", "labelled")
FILE = click.argument("file", type=click.Path(path_type=Path))
FORMAT = click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Of the result."
)
ERRORS = click.option(
    "--errors", type=click.IntRange(min=0), default=0, metavar="N", help="Also show so many errors of each sort."
)


@click.group(name="eval")
def evaluate() -> None:
    """Score what Groundplan finds on labelled data of yours: FILE holds one JSON object a line (docs/evaluation.md)."""


@evaluate.command()
@FILE
@ERRORS
@FORMAT
def extraction(file: Path, errors: int, style: str) -> None:
    """Score mentions, clusters and typed claims on labelled passages.

    \b
    {"id": "a", "text": "Anna Berg founded Norvik.", "entities": [{"start": 0, "end": 9, "kind": "Person"}],
     "claims": [{"subject": [0, 9], "predicate": "FOUNDED", "object": [18, 24]}]}

    What a line does not label is not scored. Extraction is by the model and the ontology in force.
    """
    from graph_schema.ontology import load_ontology
    from pipeline.ingest.evaluate.extraction import evaluate_extraction
    from pipeline.ingest.evaluate.labels import read_passages
    from pipeline.settings import Settings

    settings = Settings.load()
    ontology = load_ontology(settings.ontology)
    scores = evaluate_extraction(read_passages(file, ontology), settings, ontology)
    if style == "table":
        _show_extraction(scores)
    for what in ("mention", "claim"):
        for sort in ("missed", "false"):
            chosen = [each for each in scores.slips if (each.what, each.type) == (what, sort)][:errors]
            rows = [(each.passage, each.said, each.context) for each in chosen]
            title = f"{what}s missed" if sort == "missed" else f"{what}s said and not labelled"
            _show_errors(title, ("passage", what, "where"), rows, style)
    if style == "json":
        _echo_json({"file": str(file), "ontology": ontology.name, **scores.as_json()})


@evaluate.command()
@FILE
@ERRORS
@FORMAT
def resolution(file: Path, errors: int, style: str) -> None:
    """Score which names are put together on labelled names.

    \b
    {"name": "A. Berg", "kind": "Person", "gold": "anna-berg"}
    """
    from graph_schema.ontology import load_ontology
    from pipeline.ingest.evaluate.labels import read_names
    from pipeline.ingest.evaluate.resolution import evaluate_resolution
    from pipeline.settings import Settings

    known = load_ontology(Settings.load().ontology)
    scores = evaluate_resolution(read_names(file, known), known)
    if style == "table":
        _show_resolution(scores)
    for sort, title in (("joined", "put together and two things"), ("apart", "one thing and not put together")):
        chosen = [each for each in scores.confusions if each.type == sort][:errors]
        rows = [(str(each.pairs), each.one, each.other) for each in chosen]
        _show_errors(title, ("wrong pairs", "name", "other name"), rows, style)
    if style == "json":
        _echo_json({"file": str(file), **scores.as_json()})


def _show_extraction(scores: ExtractionScores) -> None:
    titles = {"names": "names", "other": "pronouns and descriptions"}
    for form, measured in scores.mentions.items():
        rows = [_figures(measure.replace("_", " "), score) for measure, score in measured.items()]
        show_table(titles[form], FIGURES, rows)
    if scores.clusters.gold:
        show_table("who is who within a passage", FIGURES, [_figures("B-cubed", scores.clusters)])
    if scores.claims:
        show_table("claims", FIGURES, _claim_rows(scores))
    if scores.answers:
        rows = [(f"from {each.low:.1f}", str(each.count), f"{each.confidence:.2f}", f"{each.right:.2f}")
                for each in scores.reliability]  # fmt: skip
        show_table("confidence of claims", ("", "claims", "mean confidence", "share right"), rows)
    click.echo(f"{scores.passages} passages")


def _claim_rows(scores: ExtractionScores) -> Iterator[tuple[str, ...]]:
    for name, score in sorted(scores.claims.items()):
        yield _figures(name, score)
    yield _figures("all", scores.all_claims)


def _show_resolution(scores: ResolutionScores) -> None:
    rows = [_figures("pairs", scores.pairs), _figures("B-cubed", scores.clusters)]
    show_table("names put together", FIGURES, rows)
    click.echo(f"{scores.names} names of {scores.gold_entities} entities, resolved to {scores.entities}")


def _figures(name: str, score: Score) -> tuple[str, ...]:
    shares = ("-" if each is None else f"{each:.3f}" for each in (score.precision, score.recall, score.f1))
    return (name, *shares, f"{score.right:g}", f"{score.said:g}", f"{score.gold:g}")


def _show_errors(title: str, columns: tuple[str, str, str], rows: list[tuple[str, str, str]], style: str) -> None:
    """On stdout with the tables, on stderr beside JSON."""
    if rows and style == "table":
        show_table(title, columns, rows)
    for row in rows if style == "json" else ():
        click.echo(f"{title}: {' | '.join(row)}", err=True)


def _echo_json(result: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps(result, ensure_ascii=False))
