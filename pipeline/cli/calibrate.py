"""`groundplan calibrate`: thresholds of answers from labelled questions, with a bound on their error."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--max-error", type=float, default=0.1, show_default=True, help="Share of answers that may be wrong.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Of that bound.")
def calibrate(file: Path, *, max_error: float, confidence: float) -> int:
    """Ask the labelled questions of FILE and set the two thresholds of the score in the home's settings.toml, so that
    of those that will be answered no more than the stated share is wrong. Sets nothing where FILE cannot show that.

    \b
    {"question": "Who founded Norvik?", "answer": "Anna Berg", "aliases": ["A. Berg"]}
    {"question": "When did Anna Berg die?", "unanswerable": true}
    """
    import json

    from pipeline.api import Groundplan
    from pipeline.cli.table import show_table
    from pipeline.query.calibrate import calibrate as fitted
    from pipeline.query.calibrate import write_settings
    from pipeline.query.evaluate.questions import read_questions
    from pipeline.query.evaluate.run import SHOW_ALL, evaluate_answers
    from pipeline.settings import FILE_NAME, Settings, variable_of

    settings = Settings.load()
    questions = read_questions(file)
    with Groundplan.open(settings.model_copy(update=SHOW_ALL)) as kg:
        scores = evaluate_answers(questions, kg.ask, store=kg.store, settings=settings)
    found = fitted([each.scored for each in scores.outcomes], max_error=max_error, confidence=confidence)
    path = settings.home / FILE_NAME
    write_settings(path, found.settings)
    lower = found.passages
    rows = [(name, each) for name, each in (("answers", found.answer), ("with passages", lower)) if each is not None]
    show_table(
        f"thresholds, each with confidence {confidence:g}",
        ("", "score from", "questions", "shown", "wrong", "error", "error at most"),
        [
            (
                name,
                f"{each.threshold:g}",
                str(each.questions),
                str(each.answered),
                str(each.wrong),
                f"{each.wrong / each.answered:.3f}",
                f"{each.bound:.3f}",
            )
            for name, each in rows
        ],
        stderr=True,
    )
    for name, value in found.settings.items():
        click.echo(f"{name} = {value:g} (was {getattr(settings, name):g}) in {path}", err=True)
    from_environment = [name for name in found.settings if _is_set(variable_of(name))]
    if from_environment:
        click.echo(f"note: the environment sets {', '.join(map(variable_of, from_environment))}, which wins.", err=True)
    click.echo(json.dumps({"file": str(file), **found.as_json()}, ensure_ascii=False))
    return 0


def _is_set(variable: str) -> bool:
    import os

    return bool(os.environ.get(variable))
