"""`groundplan eval`: what the shipped pipeline answers, and finds, beside labels of your own."""

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
    from pipeline.query.evaluate.run import AnswerScores

CURVE_CONFIDENCE = 0.95
FIGURES = ("", "precision", "recall", "F1", "right", "said", "labelled")
FILE = click.argument("file", type=click.Path(path_type=Path))
FORMAT = click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Of the result."
)
ERRORS = click.option(
    "--errors", type=click.IntRange(min=0), default=0, metavar="N", help="Also show so many errors of each sort."
)


class _AnswersByDefault(click.Group):
    """A group for which a file that stands where a command would is one of labelled questions."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["answers", *args]
        return super().parse_args(ctx, args)


@click.group(name="eval", cls=_AnswersByDefault)
def evaluate() -> None:
    """Score what Groundplan answers and finds on labelled data of yours: FILE holds one JSON object a line
    (docs/evaluation.md). `groundplan eval FILE` scores answers."""


@evaluate.command()
@FILE
@click.option("--errors", type=click.IntRange(min=0), default=0, metavar="N", help="Also show so many wrong answers.")
def answers(file: Path, errors: int) -> None:
    """Ask labelled questions and score retrieval, answers, abstention and citations. Tables go to stderr, the last line
    of stdout is one JSON object.

    \b
    {"question": "Who founded Norvik?", "answer": "Anna Berg", "documents": ["letters/a.txt"]}
    {"question": "When did Anna Berg die?", "unanswerable": true}
    """
    from pipeline.api import Groundplan
    from pipeline.progress import progress
    from pipeline.query.evaluate.questions import read_questions
    from pipeline.query.evaluate.run import SHOW_ALL, evaluate_answers
    from pipeline.settings import Settings

    settings = Settings.load()
    questions = read_questions(file)
    with (
        Groundplan.open(settings.model_copy(update=SHOW_ALL)) as kg,
        progress("questions", "asked", len(questions)) as shown,
    ):
        scores = evaluate_answers(questions, kg.ask, store=kg.store, settings=settings, shown=shown)
    _show_answers(scores, errors)
    _echo_json({"file": str(file), **scores.as_json()})


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


def _show_answers(scores: AnswerScores, errors: int) -> None:
    from pipeline.query.evaluate.curve import at_steps
    from pipeline.query.evaluate.run import RECALL_AT

    found = scores.as_json()
    answerable, unanswerable, citations = found["answerable"], found["unanswerable"], found["citations"]
    rows = [
        ("questions", str(found["questions"])),
        *((f"decided: {name}", str(count)) for name, count in found["decisions"].items()),
        ("share answered", _share(found["share_answered"])),
        ("error among answered", _share(found["error_among_answered"])),
        ("answerable: right", f"{answerable['right']} of {answerable['questions']}"),
        ("answerable: exact match", _share(answerable["exact_match"])),
        ("answerable: F1", _share(answerable["f1"])),
        ("unanswerable: withheld", f"{unanswerable['withheld']} of {unanswerable['questions']}"),
        *((f"documents: recall@{at}", _share(scores.recall(at))) for at in RECALL_AT),
        ("citations: quote is not there", f"{citations['broken']} of {citations['checked']}"),
        ("area under the curve", _share(found["area_under_curve"])),
    ]
    show_table("answers", ("", ""), rows, stderr=True)
    steps = at_steps(scores.curve)
    curve = [(f"{each.share:.2f}", f"{each.threshold:.3f}", str(each.answered), str(each.wrong),
              f"{each.error:.3f}", f"{each.bound(CURVE_CONFIDENCE):.3f}") for each in steps]  # fmt: skip
    columns = ("share answered", "score from", "answered", "wrong", "error", f"error at most ({CURVE_CONFIDENCE:.0%})")
    show_table("risk and coverage", columns, curve, stderr=True)
    wrong = [(each.question.id, each.question.text, each.said, " | ".join(each.question.any_of or each.question.all_of))
             for each in scores.wrong[:errors]]  # fmt: skip
    if wrong:
        show_table("wrong answers", ("id", "question", "answered", "labelled"), wrong, stderr=True)
    for outcome, citation in scores.broken:
        click.echo(f"question {outcome.question.id}: {citation.place} is not {citation.quote!r}", err=True)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


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
