"""Facts: what the graph holds of entities, with the characters that say it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.query.citation import Citation, citation_of
from pipeline.query.link import Entity
from pipeline.query.scope import EVERYTHING, Scope
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.query.question import Question, Side, Wanted
    from pipeline.store.driver import Store

MAX_FACTS = 25
MAX_QUOTES_A_FACT = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the graph with citations, the surest first. `confidence` is `None` when nothing supports it."""

    key: str
    predicate: str
    status: str
    subject: Entity
    object: Entity | None
    value: str | None
    value_type: str | None
    support: int
    denials: int
    documents: int
    confidence: float | None
    citations: tuple[Citation, ...] = ()


class Facts:
    """Reads facts from one store under one step's contract, as the documents of `scope` say them; with `as_of`, only
    those that these say held then, or say nothing of when."""

    def __init__(
        self,
        store: Store,
        ontology: Ontology,
        record: StepRecord,
        as_of: date | None = None,
        scope: Scope = EVERYTHING,
    ) -> None:
        self.store = store
        self.ontology = ontology
        self.record = record
        self.scope = scope
        self.as_of = as_of.isoformat() if as_of is not None else None

    def of(self, ids: list[str], wanted: tuple[Wanted, ...]) -> list[Fact]:
        """Facts of `ids` under the wanted predicates, each asked for from the side the entity stands at."""
        asked: dict[Side, list[str]] = {"subject": [], "object": []}
        for each in wanted:
            symmetric = self.ontology.predicates[each.predicate].symmetric
            for side in asked:
                if symmetric or each.side in {side, None}:
                    asked[side].append(each.predicate)
        found: dict[str, Fact] = {}
        for side, predicates in asked.items():
            if predicates or not wanted:
                self.record.call()
                rows = self.store.read(f"facts_with_{side}", ids=ids, predicates=predicates, limit=MAX_FACTS)
                found.update((row["key"], fact_of(row)) for row in self.record.take_rows(rows))
        order = [each.predicate for each in wanted]
        return sorted(
            found.values(),
            key=lambda fact: (
                order.index(fact.predicate) if fact.predicate in order else 0,
                fact.status != "accepted",
                -fact.support,
                -(fact.confidence or 0.0),
                fact.key,
            ),
        )[:MAX_FACTS]

    def between(self, one: list[str], other: list[str]) -> list[Fact]:
        """Facts that connect two sets of entities, directly or over one entity in the middle."""
        self.record.call()
        direct = self.record.take_rows(self.store.read("facts_between", ids=one, others=other, limit=MAX_FACTS))
        self.record.call()
        over = self.record.take_rows(self.store.read("facts_over_middle", ids=one, others=other, limit=3))
        keys = [row[side] for row in over for side in ("first", "second")]
        if direct or not keys:
            return [fact_of(row) for row in direct]
        self.record.call()
        rows = self.record.take_rows(self.store.read("facts_by_key", keys=keys, limit=len(keys)))
        by_key = {row["key"]: fact_of(row) for row in rows}
        return [by_key[key] for key in dict.fromkeys(keys)]

    def at(self, question: Question, facts: list[Fact]) -> list[Fact]:
        """The facts whose words name the time that the question names; with one that agrees, those that exclude it
        stay, so that nobody reads "yes" where documents disagree."""
        years = {time.normalised[:4] for time in question.times}
        if not years or not facts:
            return list(self.cited(facts)) if self.as_of else facts
        cited = self.cited(facts)
        agreeing = [fact for fact in cited if any(_holds(citation, years) for citation in fact.citations)]
        contested = {fact.predicate for fact in agreeing if self._is_functional(fact.predicate)}
        return [fact for fact in cited if fact in agreeing or (fact.predicate in contested and fact.support)]

    def _is_functional(self, predicate: str) -> bool:
        known = self.ontology.predicates.get(predicate)
        return known is not None and known.functional

    def roles_beside(self, ids: list[str], role: str) -> list[Fact]:
        """Who has a role, as documents about the entities say, or words that name one of them."""
        self.record.call()
        rows = self.record.take_rows(self.store.read("roles_beside", ids=ids, role=role, limit=MAX_FACTS))
        return [fact_of(row) for row in rows]

    def cited(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        """The facts with the characters that say them; those left out that did not hold at `as_of`."""
        missing = [fact.key for fact in facts if not fact.citations]
        if not missing:
            return tuple(facts)
        self.record.call()
        rows = self.store.read(
            "evidence_of_facts", keys=missing, per_fact=MAX_QUOTES_A_FACT, scope=self.scope.parameter
        )
        citations: dict[str, list[Citation]] = defaultdict(list)
        for row in self.record.take_rows(rows):
            if self.record.room(row["quote"]):
                self.record.take_text(row["quote"])
                citations[row["fact"]].append(citation_of(row))
        with_quotes = tuple(
            fact if fact.citations else replace(fact, citations=tuple(citations[fact.key])) for fact in facts
        )
        return tuple(fact for fact in with_quotes if self._held(fact) and (fact.citations or self.scope.is_all))

    def _held(self, fact: Fact) -> bool:
        """Whether the fact may have held at `as_of`: some supporting claim says so, or none says when."""
        if self.as_of is None:
            return True
        dated = [each for each in fact.citations if each.supports and (each.valid_from or each.valid_to)]
        return not dated or any(_covers(each, self.as_of) for each in dated)


def fact_of(row: dict[str, Any]) -> Fact:
    """The fact of a row of the graph."""
    target = row["object"]
    return Fact(
        key=row["key"],
        predicate=row["predicate"],
        status=row["status"],
        subject=_entity(row["subject"]),
        object=None if target is None else _entity(target),
        value=row["value"],
        value_type=row["value_type"],
        support=row["support"],
        denials=row["denials"],
        documents=row["documents"],
        confidence=row["confidence"],
    )


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(row["id"], row["name"], row["kind"], tuple(row.get("aliases") or ()))


def called(entity: Entity, citations: Iterable[Citation]) -> str:
    """An entity's name; where the cited words call it otherwise, that name too: "Halden Works (Tarn Systems)"."""
    said = f" {fold(' '.join(citation.quote for citation in citations))} "
    if f" {fold(entity.name)} " in said:
        return entity.name
    other = max((alias for alias in entity.aliases if f" {fold(alias)} " in said), key=len, default=None)
    distinct = other is not None and not set(fold(other).split()) <= set(fold(entity.name).split())
    return f"{other} ({entity.name})" if distinct else entity.name


def ends_of(fact: Fact) -> tuple[Entity, ...]:
    """The entities at both ends of a fact."""
    return (fact.subject,) if fact.object is None else (fact.subject, fact.object)


def other_end(fact: Fact, known: set[str]) -> Entity:
    """The end that is not known."""
    return fact.object if fact.object is not None and fact.subject.id in known else fact.subject


def _holds(citation: Citation, years: set[str]) -> bool:
    if any(year in citation.quote for year in years):
        return True
    start, end = citation.valid_from, citation.valid_to
    return any((start is None or start[:4] <= year) and (end is None or year <= end[:4]) for year in years) and bool(
        start or end
    )


def _covers(citation: Citation, day: str) -> bool:
    """Whether a claim's stretch of time holds a day; a date cut to its year or month is all of it."""
    start, end = citation.valid_from, citation.valid_to
    first = start.partition("/")[0] if start else None
    last = (end or "").rpartition("/")[2] or None
    return (first is None or first <= day[: len(first)]) and (last is None or day[: len(last)] <= last)
