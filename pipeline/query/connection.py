"""Path: the shortest chains of facts between two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.query.contracts import LINK, RETRIEVE, step
from pipeline.query.link import Entity
from pipeline.query.results import Chain, Paths
from pipeline.query.stated import named, stated

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology
    from pipeline.query.cancel import CancelToken
    from pipeline.query.contracts import StepRecord
    from pipeline.query.stated import Named
    from pipeline.store.driver import Store

MAX_HOPS = 3
MAX_CHAINS = 5
MAX_ENTITIES = 5
QUOTES = 2


def path(
    one: str,
    other: str,
    *,
    store: Store,
    ontology: Ontology,
    max_hops: int = MAX_HOPS,
    token: CancelToken | None = None,
) -> Paths:
    """The shortest chains of supported facts between two names or ids, at most `MAX_CHAINS`. Of homonyms the
    `MAX_ENTITIES` most mentioned count.

    Raises `UsageError` for `max_hops` that is not from 1 to `MAX_HOPS`, and for what is no name.
    """
    if not 1 <= max_hops <= MAX_HOPS:
        raise UsageError(f"the longest chain is {max_hops!r} facts.", f"Give 1 to {MAX_HOPS}.")
    asked = (one, other)
    steps: list[StepRecord] = []
    found: dict[str, Named] = {}
    for name in asked:
        with step(LINK, steps, token) as record:
            found[name] = named(name, store.within(record.seconds_left), record)
    closest = {name: each.closest for name, each in found.items() if not each.entities}
    if closest:
        return Paths(asked, max_hops, (), closest)
    with step(RETRIEVE, steps, token) as record:
        reader = store.within(record.seconds_left)
        record.call()
        ids, others = (found[name].ids[:MAX_ENTITIES] for name in asked)
        rows = record.take_rows(
            reader.read("chains_between", ids=ids, others=others, max_hops=max_hops, limit=MAX_CHAINS)
        )
        facts = stated((key for row in rows for key in row["facts"]), reader, ontology, record, quotes=QUOTES)
    chains = (
        Chain(
            tuple(Entity(**each) for each in row["entities"]),
            tuple(facts[key] for key in row["facts"] if key in facts),
        )
        for row in rows
    )
    return Paths(asked, max_hops, tuple(each for each in chains if len(each.facts) + 1 == len(each.entities)), {})
