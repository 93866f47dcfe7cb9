"""Entity and neighbours: what the graph knows of a name, and what stands beside it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.query.contracts import LINK, RETRIEVE, step
from pipeline.query.link import Entity
from pipeline.query.results import Entities, EntityProfile, Neighbour, Neighbours
from pipeline.query.stated import named, stated

if TYPE_CHECKING:
    from collections.abc import Collection

    from graph_schema.ontology import Ontology
    from pipeline.query.cancel import CancelToken
    from pipeline.query.contracts import StepRecord
    from pipeline.store.driver import Store

MAX_ENTITIES = 40
MAX_FACTS = 80
MAX_FACTS_OF_ONE = 20
MAX_ALIASES = 50
MAX_NEIGHBOURS = 50
FACTS_OF_NEIGHBOUR = 2
QUOTES_OF_ENTITY, QUOTES_OF_NEIGHBOUR = 2, 1


def entity(asked: str, *, store: Store, ontology: Ontology, token: CancelToken | None = None) -> Entities:
    """The entities of a name, or the one of an id, each with the best supported of its facts. Raises `UsageError` for
    what is no name."""
    steps: list[StepRecord] = []
    with step(LINK, steps, token) as record:
        found = named(asked, store.within(record.seconds_left), record)
    shown = found.ids[:MAX_ENTITIES]
    if not shown:
        return Entities(asked, (), 0, found.closest)
    most_facts = min(MAX_FACTS_OF_ONE, MAX_FACTS // len(shown))
    with step(RETRIEVE, steps, token) as record:
        reader = store.within(record.seconds_left)
        record.call()
        rows = record.take_rows(
            reader.read("entity_profiles", ids=shown, most_aliases=MAX_ALIASES, most_facts=most_facts)
        )
        in_turn = [key for keys in zip_longest(*(row["facts"] for row in rows)) for key in keys if key is not None]
        facts = stated(in_turn, reader, ontology, record, quotes=QUOTES_OF_ENTITY)
    profiles = tuple(
        EntityProfile(
            id=row["id"],
            name=row["name"],
            kind=row["kind"],
            named=row["named"],
            aliases=tuple(row["aliases"]),
            total_aliases=row["total_aliases"],
            mentions=row["mentions"],
            documents=row["documents"],
            facts=tuple(facts[key] for key in row["facts"] if key in facts),
            total_facts=row["total_facts"],
        )
        for row in rows
    )
    return Entities(asked, profiles, len(found.ids), ())


def neighbours(
    asked: str,
    *,
    store: Store,
    ontology: Ontology,
    predicates: Collection[str] = (),
    limit: int = 25,
    token: CancelToken | None = None,
) -> Neighbours:
    """The entities that supported facts connect with those of a name, or with the one of an id; `predicates` leaves out
    facts of others. Raises `UsageError` for a limit that is not from 1 to `MAX_NEIGHBOURS`, and for what is no name."""
    if not 1 <= limit <= MAX_NEIGHBOURS:
        raise UsageError(f"the limit on neighbours is {limit!r}.", f"Give 1 to {MAX_NEIGHBOURS}.")
    if isinstance(predicates, str):
        raise UsageError(f"the predicates are one text, {predicates!r}.", "Give a list of them.")
    steps: list[StepRecord] = []
    with step(LINK, steps, token) as record:
        found = named(asked, store.within(record.seconds_left), record)
    if not found.entities:
        return Neighbours(asked, (), (), 0, found.closest)
    centres = found.entities[:MAX_ENTITIES]
    with step(RETRIEVE, steps, token) as record:
        reader = store.within(record.seconds_left)
        record.call()
        rows = record.take_rows(
            reader.read(
                "neighbours_of",
                ids=[each.id for each in centres],
                predicates=list(predicates),
                most_facts=FACTS_OF_NEIGHBOUR,
                limit=limit,
            )
        )
        in_turn = [key for keys in zip_longest(*(row["facts"] for row in rows)) for key in keys if key is not None]
        facts = stated(in_turn, reader, ontology, record, quotes=QUOTES_OF_NEIGHBOUR)
    beside = tuple(
        Neighbour(
            Entity(**row["neighbour"]),
            tuple(facts[key] for key in row["facts"] if key in facts),
            row["total_facts"],
            row["support"],
        )
        for row in rows
    )
    shown = tuple(each for each in beside if each.facts)
    return Neighbours(asked, centres, shown, rows[0]["total"] if rows else 0, ())
