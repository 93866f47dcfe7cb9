"""`groundplan entity`: who is who, why, and a person's word on it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.api import Groundplan
    from pipeline.ingest.decisions import Member
    from pipeline.ingest.explain import KeptApart
    from pipeline.query.results import EntityProfile

MAX_SHOWN_MEMBERS = 50


@click.group()
def entity() -> None:
    """Who is who: what joined names to an entity, and a person's decisions on it.

    Decisions are bound to names in documents. They survive when documents are ingested again, and can be taken back,
    exported and replayed.
    """


@entity.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object a line.")
def show(name: str, *, as_json: bool) -> None:
    """Show every entity called NAME (or with that id): names, what is said of it, why they were joined, what was kept
    apart."""
    from pipeline.api import Groundplan
    from pipeline.errors import UsageError
    from pipeline.ingest.decisions import members_of
    from pipeline.ingest.explain import explain

    with Groundplan.open() as kg:
        found = kg.entity(name)
        if not found:
            raise UsageError(
                f"no entity is called {name!r}.",
                f"{_near(found.closest)}`groundplan cypher entities_by_name` searches by words.",
            )
        explained = {
            each.entity: each.apart
            for asked in dict.fromkeys(each.name for each in found)
            for each in explain(kg.store, kg.ontology, asked)
        }
        for each in found:
            members, apart = members_of(kg.store, each.id), explained.get(each.id, ())
            shown = _as_json(each, members, apart)
            click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _as_text(each, members, apart))
        if not as_json and found.total > len(found):
            click.echo(f"and {found.total - len(found)} more of that name")


@entity.command()
@click.argument("first")
@click.argument("second")
def merge(first: str, second: str) -> None:
    """Decide that FIRST and SECOND (names, or ids where a name is not enough) are one."""
    from pipeline.ingest import decisions

    with _deciding() as kg:
        one, other = (decisions.find_one(kg.store, name) for name in (first, second))
        decided = decisions.merge(kg.store, one, other, kg.ontology)
    click.echo(f"decided: {decided}")


@entity.command()
@click.argument("name")
@click.option(
    "-d", "--document", "documents", multiple=True, required=True, metavar="PATH[#RECORD]",
    help="One in which NAME is somebody else; may be repeated, then those are one.",
)  # fmt: skip
def split(name: str, documents: tuple[str, ...]) -> None:
    """Decide that NAME (or the entity with that id) is another in some documents than in the others."""
    from pipeline.ingest import decisions

    with _deciding() as kg:
        decided = decisions.split(kg.store, decisions.find_one(kg.store, name), documents)
    for each in decided:
        click.echo(f"decided: {each}")


@entity.command("decisions")
@click.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write them to a file.")
@click.option(
    "--replay", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Add those of a file."
)
def decisions_(target: Path | None, source: Path | None) -> None:
    """List people's decisions, with their keys; export them as JSON Lines, or replay exported ones.

    The list marks those that are bound to nothing now, and those that contradict what others say together.
    """
    from pipeline.api import Groundplan
    from pipeline.errors import UsageError
    from pipeline.ingest import decisions
    from pipeline.ingest.resolve import bound_decisions

    if target is not None and source is not None:
        raise UsageError("give either --export or --replay.", "")
    if source is not None:
        read = decisions.load(source)
        with _deciding() as kg:
            decisions.record(kg.store, read)
        click.echo(f"replayed {_counted(len(read), 'decision')}")
        return
    with Groundplan.open() as kg:
        known = decisions.journal(kg.store)
        bound = bound_decisions(kg.store, kg.ontology)
    if target is not None:
        decisions.export(target, known)
        click.echo(f"wrote {_counted(len(known), 'decision')} to {target}")
        return
    marks = dict.fromkeys(bound.unbound, "  [bound to nothing now]")
    marks |= dict.fromkeys(bound.contradicting, "  [contradicts others, and wins]")
    for each in known:
        click.echo(f"{each.key}  {each}{marks.get(each.key, '')}")


@entity.command()
@click.argument("key")
def forget(key: str) -> None:
    """Take the decision with KEY back (`groundplan entity decisions` shows the keys)."""
    from pipeline.errors import UsageError
    from pipeline.ingest import decisions

    with _deciding() as kg:
        gone = [each for each in decisions.journal(kg.store) if each.key == key]
        if not gone:
            raise UsageError(f"there is no decision {key!r}.", "`groundplan entity decisions` shows the keys.")
        decisions.record(kg.store, [], forgotten=gone)
    click.echo(f"forgotten: {gone[0]}")


@contextmanager
def _deciding() -> Iterator[Groundplan]:
    """An open graph that no run is working on; what was decided inside takes effect at the end."""
    from pipeline.api import Groundplan
    from pipeline.ingest.derive import derive
    from pipeline.ingest.generations import finish
    from pipeline.ingest.resolve import resolve
    from pipeline.store.lease import sole_writer
    from pipeline.store.migrate import ensure

    with Groundplan.open() as kg:
        ensure(kg.store, kg.ontology)
        with sole_writer(kg.store, kg.settings):
            finish(kg.store, kg.settings.max_transaction_rows)
            yield kg
            resolve(kg.store, kg.ontology, lambda _: None)
            derive(kg.store, kg.ontology, lambda _: None)
            kg.store.await_indexes()


def _as_json(entity: EntityProfile, members: Sequence[Member], apart: Sequence[KeptApart]) -> dict[str, Any]:
    """All that the graph knows: with every alias and every member."""
    names = {name for member in members for name in (member.surface, *member.aliases)}
    return {
        **entity.as_json(),
        "aliases": sorted(names - {entity.name}),
        "members": [
            {
                "document": member.where,
                "source": member.named_in.source,
                "name": member.surface,
                "aliases": list(member.aliases),
                "kind": member.kind,
                "mentions": member.mentions,
                "rule": member.rule,
                "score": member.score,
            }
            for member in members
        ],
        "apart": [{"id": each.entity, "name": each.name, "reason": each.reason, "score": each.score} for each in apart],
    }


def _as_text(entity: EntityProfile, members: Sequence[Member], apart: Sequence[KeptApart]) -> str:
    lines = [str(entity)]
    for each in members[:MAX_SHOWN_MEMBERS]:
        count = _counted(each.mentions, "mention")
        lines.append(f"  {each.where}: {each.surface!r} ({count}), joined by {each.rule}, {each.score:.2f}")
    if len(members) > MAX_SHOWN_MEMBERS:
        lines.append(f"  and {len(members) - MAX_SHOWN_MEMBERS} more (--json shows all)")
    lines += [f"  kept apart: {each.name!r} ({each.entity}): {each.reason}" for each in apart]
    return "\n".join(lines)


def _near(closest: Sequence[str]) -> str:
    return f"The closest names: {'; '.join(closest)}. " if closest else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
