"""Names looked up whole, and facts in words with the characters that say them: what the lookups of the API share."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from pipeline.errors import UsageError
from pipeline.query.answer import Composer
from pipeline.query.citation import Citation, citation_of
from pipeline.query.link import Entity, full_text_query
from pipeline.query.results import StatedFact
from pipeline.query.retrieve import fact_of
from pipeline.text.names import fold, is_called

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.store.driver import Store

MAX_LOOKED_AT = 80
MAX_CLOSEST = 5
MIN_RATIO = 50.0
ENTITY_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Named:
    """The entities that bear a name, the most mentioned first; without any, the names that come closest."""

    entities: tuple[Entity, ...]
    closest: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [entity.id for entity in self.entities]


def named(asked: str, store: Store, record: StepRecord) -> Named:
    """The entities of that whole name or alias, but for case, accents, titles and legal forms; or the one of that id.

    Raises `UsageError` for what is no name, `ContractExceeded` for one that is too long.
    """
    record.take_text(whole_text(asked, "name"))
    rows: list[dict[str, Any]] = []
    if ENTITY_ID.fullmatch(asked):
        record.call()
        rows = record.take_rows(store.read("entity_of_id", id=asked))
    near: list[dict[str, Any]] = []
    if not rows and (query := full_text_query(fold(asked))):
        record.call()
        near = record.take_rows(store.read("find_entities", query=query, limit=MAX_LOOKED_AT))
        rows = [row for row in near if is_called(asked, row["kind"], (row["name"], *row["aliases"]))]
        rows.sort(key=lambda row: (-row["mentions"], row["id"]))
    if rows:
        return Named(tuple(Entity(row["id"], row["name"], row["kind"]) for row in rows))
    return Named((), _closest(asked, near, store, record))


def whole_text(text: str, what: str) -> str:
    """A text that has a word in it and that can be sent to the server. Raises `UsageError` for any other."""
    if not re.search(r"\w", text):
        raise UsageError(f"there is no word in the {what} {text[:80]!r}.", "Give one.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the {what} has half a character at {error.start}: {text[error.start : error.start + 1]!r}.",
            "Give text in whole characters.",
        ) from None
    return text


def _closest(asked: str, near: list[dict[str, Any]], store: Store, record: StepRecord) -> tuple[str, ...]:
    """The names that are spelt most like it, of those that share a word with it, or one with a slip of the pen."""
    if words := re.findall(r"\w+", fold(asked)):
        record.call()
        query = " ".join(f"{word}~" for word in words)
        near = near + record.take_rows(store.read("find_entities", query=query, limit=MAX_LOOKED_AT))
    names = dict.fromkeys(name for row in near for name in (row["name"], *row["aliases"]))
    scored = {name: fuzz.ratio(fold(asked), fold(name)) for name in names}
    ranked = sorted((name for name in names if scored[name] >= MIN_RATIO), key=lambda name: (-scored[name], name))
    return tuple(ranked[:MAX_CLOSEST])


def stated(
    keys: Iterable[str], store: Store, ontology: Ontology, record: StepRecord, *, quotes: int
) -> dict[str, StatedFact]:
    """The facts of `keys`, in words and each with the characters of up to `quotes` claims. Those come first that stand
    first in `keys`: a fact whose characters find no room under the contract is not among them."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    record.call()
    rows = record.take_rows(store.read("facts_by_key", keys=wanted, limit=len(wanted)))
    facts = {row["key"]: fact_of(row) for row in rows}
    record.call()
    cited: dict[str, list[Citation]] = defaultdict(list)
    for row in record.take_rows(store.read("evidence_of_facts", keys=wanted, per_fact=quotes, scope=None)):
        cited[row["fact"]].append(citation_of(row))
    composer = Composer(ontology, record)
    found = {}
    for key in wanted:
        kept = tuple(_fitting(cited[key], record))
        if kept:
            fact = replace(facts[key], citations=kept)
            found[key] = StatedFact(composer.statement(fact), fact)
    return found


def _fitting(citations: list[Citation], record: StepRecord) -> Iterable[Citation]:
    for citation in citations:
        if record.room(citation.quote):
            record.take_text(citation.quote)
            yield citation
