"""`groundplan ontology`: check an ontology file, show the one in force, begin one of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.table import show_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.ontology import Kind, Ontology, Predicate
    from graph_schema.ontology_check import Problem

FLAGS = ("functional", "symmetric", "temporal", "same")
FORMAT = click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Of the result."
)


@click.group()
def ontology() -> None:
    """The ontology: the kinds of entity, and the predicates that hold between them."""


@ontology.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@FORMAT
def check(file: Path | None, style: str) -> int:
    """Find everything that is wrong with FILE, by default the ontology in force.

    Errors say that it cannot be used (exit code 78), warnings that a part of it cannot do what it seems to be there
    for.
    """
    from graph_schema.errors import OntologyError

    file = file or _in_force()
    problems = _problems(file)
    errors = sum(each.severity == "error" for each in problems)
    name = "the default ontology" if file is None else str(file)
    if style == "json":
        _echo_json({"file": None if file is None else str(file), "usable": not errors, "problems": _as_rows(problems)})
    else:
        for each in problems:
            click.echo(f"{each.severity}: {each}")
        verdict = "cannot be used" if errors else "can be used"
        click.echo(f"{name} {verdict}: {_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}")
    return OntologyError.exit_code if errors else 0


@ontology.command()
@click.argument("name", required=False)
@FORMAT
def show(name: str | None, style: str) -> None:
    """Show the ontology in force, or all of its entry NAME: a kind, a predicate or an inverse."""
    from graph_schema.ontology import load_ontology

    loaded = load_ontology(_in_force())
    if name is not None:
        table, entry = _entry(loaded, name)
        fields = entry.model_dump()
        if style == "json":
            _echo_json({"name": name, table: fields})
        else:
            title = f"{table} {name}"
            show_table(title, ("field", "value"), [(field, _cell(value)) for field, value in fields.items()])
    elif style == "json":
        _echo_json(
            {
                "name": loaded.name,
                "version": loaded.version,
                "fingerprint": loaded.fingerprint,
                "kinds": {each: kind.model_dump() for each, kind in loaded.kinds.items()},
                "predicates": {each: predicate.model_dump() for each, predicate in loaded.predicates.items()},
            }
        )
    else:
        click.echo(f"ontology {loaded.name!r}, version {loaded.version!r}")
        kinds = [(each, kind.parent or "", _found_by(kind)) for each, kind in loaded.kinds.items()]
        show_table("kinds", ("kind", "parent", "found by"), kinds)
        columns = ("predicate", "domain", "range or value", "", "triggers")
        show_table("predicates", columns, [_predicate_row(*each) for each in loaded.predicates.items()])


@ontology.command()
@click.argument("file", default="ontology.toml", type=click.Path(path_type=Path))
@click.option(
    "--extends/--standalone", default=True, show_default=True, help="Add to the default ontology, or replace it."
)
def init(file: Path, *, extends: bool) -> None:
    """Write a commented ontology to begin with to FILE [ontology.toml]. An existing file is left alone."""
    from pipeline.errors import UsageError

    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(starter(extends=extends))
    except FileExistsError:
        raise UsageError(f"{str(file)!r} exists already.", "Name another file, or remove it first.") from None
    except OSError as error:
        raise UsageError(f"cannot write {str(file)!r}: {error}.", "Name a file in a folder of yours.") from None
    click.echo(f"wrote {file}; when you changed it: groundplan ontology check {file}", err=True)


def starter(*, extends: bool) -> str:
    """The text of an ontology to begin with, which can be used as it stands."""
    from importlib.resources import files

    folder = files("graph_schema") / "ontologies"
    parts = ("starter_extending.toml", "starter.toml") if extends else ("starter_standalone.toml", "starter.toml")
    return "\n".join((folder / part).read_text(encoding="utf-8") for part in parts)


def _in_force() -> Path | None:
    from pipeline.settings import Settings

    return Settings.load().ontology


def _problems(file: Path | None) -> list[Problem]:
    from graph_schema.errors import OntologyError
    from graph_schema.ontology import check_ontology
    from graph_schema.ontology_check import Problem

    try:
        checked = check_ontology(file)
    except OntologyError as error:
        return [Problem("", None, error.message)]
    own = checked.read if file is None else _of_file(checked.read, file)
    wrong = [(each.entry, each.value) for each in checked.problems if each.severity == "error"]
    return [*checked.problems, *(each for each in _form_warnings(own) if (each.entry, each.value) not in wrong)]


def _of_file(whole: Ontology, file: Path) -> Ontology:
    """`whole` with the predicates that `file` itself holds."""
    import tomllib
    from dataclasses import replace

    own = tomllib.loads(file.read_text(encoding="utf-8")).get("predicates", {})
    return replace(whole, predicates={name: each for name, each in whole.predicates.items() if name in own})


def _form_warnings(checked: Ontology) -> Iterator[Problem]:
    """Warnings about the forms of triggers, as the configured model has them."""
    from graph_schema.ontology_check import Problem
    from pipeline.errors import ConfigurationError
    from pipeline.settings import Settings
    from pipeline.text import nlp
    from pipeline.text.triggers import form_warnings

    try:
        model = nlp.load(Settings.load().model)
    except ConfigurationError as error:
        yield Problem("", None, f"the forms of the triggers were not looked at: {error.message}", severity="warning")
    else:
        yield from form_warnings(checked, model)


def _as_rows(problems: list[Problem]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [asdict(each) for each in problems]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _entry(loaded: Ontology, name: str) -> tuple[str, Kind | Predicate]:
    from graph_schema.ontology_check import closest
    from pipeline.errors import UsageError

    if name in loaded.kinds:
        return "kind", loaded.kinds[name]
    if (stored := loaded.stored_as(name)) is not None:
        predicate = loaded.predicates[stored.predicate]
        return "predicate", predicate if stored.direction == "forward" else _turned(predicate, stored.predicate)
    meant = closest(name, [*loaded.kinds, *loaded.predicates, *loaded.inverses])
    hint = f"Did you mean {meant!r}?" if meant else "`groundplan ontology show` lists what there is."
    raise UsageError(f"the ontology {loaded.name!r} has no entry {name!r}.", hint)


def _turned(predicate: Predicate, name: str) -> Predicate:
    """What the inverse of the predicate `name` says, from its own subject to its own object."""
    swapped = {"subject": "{object}", "object": "{subject}"}
    return predicate.model_copy(
        update={
            "domain": predicate.range,
            "range": predicate.domain,
            "triggers": predicate.inverse_triggers,
            "inverse_triggers": predicate.triggers,
            "inverse": name,
            "functional": False,
            "phrase": predicate.phrase and predicate.phrase.format(**swapped),
        }
    )


def _found_by(kind: Kind) -> str:
    """The ways to find one, each with how many there are or, where they are few, which."""
    ways = kind.model_dump(exclude={"parent"})
    return "; ".join(f"{way.replace('_', ' ')}: {_few(given)}" for way, given in ways.items() if given)


def _few(given: tuple[str, ...], most: int = 6) -> str:
    return ", ".join(given[:most]) + (f" and {len(given) - most} more" if len(given) > most else "")


def _predicate_row(name: str, predicate: Predicate) -> tuple[str, ...]:
    target = f"a {predicate.value}" if predicate.value is not None else ", ".join(predicate.range)
    flags = [flag for flag in FLAGS if getattr(predicate, flag)]
    flags += [f"inverse {predicate.inverse}"] if predicate.inverse else []
    flags += [f"dated by {predicate.dated_by}"] if predicate.dated_by else []
    says = ", ".join(predicate.triggers)
    if predicate.inverse_triggers:
        says += f" | inverse: {', '.join(predicate.inverse_triggers)}"
    return name, ", ".join(predicate.domain), target, ", ".join(flags), says


def _cell(value: Any) -> str:  # noqa: ANN401
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def _echo_json(result: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps(result, ensure_ascii=False, default=str))
