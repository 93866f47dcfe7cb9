"""Retrieve: what the plan says, and nothing else. Facts come with the characters that say them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.query.citation import Citation, citation_of
from pipeline.query.link import Entity, full_text_query
from pipeline.query.passages import Passage, best_sentences, context
from pipeline.query.scope import EVERYTHING, Scope
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spacy.language import Language

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.query.parse import Question, Side, Wanted
    from pipeline.query.plan import Plan
    from pipeline.store.driver import Store

MAX_FACTS = 25
MAX_QUOTES_A_FACT = 3
MAX_CANDIDATE_CHUNKS = 60
MAX_CHUNKS = 8
WORD_BOOST = 2
MAX_LISTED = 50


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


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a plan found. `total` and `listed` are an aggregate's exact count and its names."""

    facts: tuple[Fact, ...] = ()
    passages: tuple[Passage, ...] = ()
    total: int | None = None
    listed: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()


class Retriever:
    """Carries out plans against one store under one step's contract, in the documents of `scope`."""

    def __init__(
        self, store: Store, ontology: Ontology, nlp: Language, record: StepRecord, scope: Scope = EVERYTHING
    ) -> None:
        self.store = store
        self.ontology = ontology
        self.nlp = nlp
        self.record = record
        self.scope = scope

    def __call__(self, plan: Plan, question: Question) -> Retrieved:
        """Carry out `plan`."""
        match plan.name:
            case "aggregate":
                return self._aggregate(plan, question)
            case "path":
                found = self._chain(plan, question) if plan.wanted else self._connection(plan)
            case "lookup":
                found = self._lookup(plan, question)
            case "passages":
                return Retrieved(passages=self._passages(plan, question, strict=False))
        if not found and (plan.wanted or plan.name == "lookup"):
            return Retrieved(passages=self._passages(plan, question, strict=True))
        facts = self._cited(found)
        whole = plan.name != "path" or len(facts) == len(
            found
        )  # a chain of which a part lies outside the scope is none
        return Retrieved(facts=facts if whole else ())

    # facts

    def _lookup(self, plan: Plan, question: Question) -> list[Fact]:
        ids = [entity_id for each in plan.names for entity_id in each.ids]
        facts = self._facts(ids, plan.wanted)
        if len(plan.names) > 1:
            facts = [fact for fact in facts if self._covers(fact, plan, question)]
        return self._at(question, [fact for fact in facts if self._answers(fact, question, set(ids))])

    def _chain(self, plan: Plan, question: Question) -> list[Fact]:
        ids = [entity_id for each in plan.names for entity_id in each.ids]
        first = [fact for fact in self._facts(ids, plan.inner) if fact.support]
        middle = {_other(fact, set(ids)).id: fact for fact in first}
        if not middle:
            return []
        second = self._facts(list(middle), plan.wanted)
        second = [fact for fact in second if self._answers(fact, question, set(middle)) and fact.support]
        used = [middle[end.id] for fact in second for end in _ends(fact) if end.id in middle]
        return list({fact.key: fact for fact in (*used, *self._at(question, second))}.values()) if second else []

    def _connection(self, plan: Plan) -> list[Fact]:
        one, other = (each.ids for each in plan.names)
        self.record.call()
        direct = self.record.take_rows(self.store.read("facts_between", ids=one, others=other, limit=MAX_FACTS))
        self.record.call()
        over = self.record.take_rows(self.store.read("facts_over_middle", ids=one, others=other, limit=3))
        keys = [row[side] for row in over for side in ("first", "second")]
        if direct or not keys:
            return [_fact(row) for row in direct]
        self.record.call()
        rows = self.record.take_rows(self.store.read("facts_by_key", keys=keys, limit=len(keys)))
        by_key = {row["key"]: _fact(row) for row in rows}
        return [by_key[key] for key in dict.fromkeys(keys)]

    def _facts(self, ids: list[str], wanted: tuple[Wanted, ...]) -> list[Fact]:
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
                found.update((row["key"], _fact(row)) for row in self.record.take_rows(rows))
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

    def _covers(self, fact: Fact, plan: Plan, question: Question) -> bool:
        """Whether a fact joins two of the question's names; one with a value needs only its subject, but it says
        neither yes nor no of another name."""
        if fact.object is None:
            return question.form != "yes-no"
        names = [
            {number for number, each in enumerate(plan.names) if end.id in each.ids}
            for end in (fact.subject, fact.object)
        ]
        return bool(names[0] and names[1] and len(names[0] | names[1]) > 1)

    def _answers(self, fact: Fact, question: Question, known: set[str]) -> bool:
        """Whether the end that is not known has the kind the question asks for."""
        if fact.object is None:
            return question.value is None or fact.value_type == question.value
        if not question.kinds or {fact.subject.id, fact.object.id} <= known:
            return True
        kind = _other(fact, known).kind
        return any(self.ontology.fits(kind, (each,)) for each in question.kinds)

    def _at(self, question: Question, facts: list[Fact]) -> list[Fact]:
        """The facts whose words name the time that the question names; with one that agrees, those that exclude it
        stay, so that nobody reads "yes" where documents disagree."""
        years = {time.normalised[:4] for time in question.times}
        if not years or not facts:
            return facts
        cited = self._cited(facts)
        agreeing = [fact for fact in cited if any(_holds(citation, years) for citation in fact.citations)]
        contested = {fact.predicate for fact in agreeing if self._is_functional(fact.predicate)}
        return [fact for fact in cited if fact in agreeing or (fact.predicate in contested and fact.support)]

    def _is_functional(self, predicate: str) -> bool:
        known = self.ontology.predicates.get(predicate)
        return known is not None and known.functional

    def _cited(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
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
        cited = (fact if fact.citations else replace(fact, citations=tuple(citations[fact.key])) for fact in facts)
        return tuple(fact for fact in cited if fact.citations or self.scope.is_all)

    # aggregates

    def _aggregate(self, plan: Plan, question: Question) -> Retrieved:
        ids = [entity_id for each in plan.names for entity_id in each.ids]
        if plan.aggregate == "documents":
            return self._documents(ids)
        first = plan.wanted[0]
        side = first.side or "subject"
        ends = "objects" if side == "subject" else "subjects"
        if self.ontology.predicates[first.predicate].symmetric:
            ends = "either"
        predicates = [each.predicate for each in plan.wanted if (each.side or "subject") == side]
        self.record.call()
        rows = self.store.read(
            f"aggregate_{ends}",
            ids=ids,
            predicates=predicates,
            kinds=list(question.kinds),
            limit=MAX_LISTED,
            scope=self.scope.parameter,
        )
        row = self.record.take_rows(rows)[0]
        if not row["total"]:
            return Retrieved(passages=())
        self.record.call()
        facts = self.record.take_rows(self.store.read("facts_by_key", keys=row["facts"], limit=MAX_LISTED))
        cited = self._cited([_fact(fact) for fact in facts])
        return Retrieved(facts=cited, total=row["total"], listed=tuple(row["names"]))

    def _documents(self, ids: list[str]) -> Retrieved:
        self.record.call()
        asked: dict[str, Any] = {"ids": ids, "limit": MAX_LISTED, "scope": self.scope.parameter}
        row = self.record.take_rows(self.store.read("aggregate_documents", **asked))[0]
        self.record.call()
        mentions = self.record.take_rows(self.store.read("first_mentions", **asked))
        listed = tuple(each["title"] or each["path"] for each in row["documents"])
        return Retrieved(
            total=row["total"], listed=listed, citations=tuple(citation_of(mention) for mention in mentions)
        )

    # passages

    def _passages(self, plan: Plan, question: Question, *, strict: bool) -> tuple[Passage, ...]:
        """The best sentences of the chunks that match the question's words, those first whose text, title or path holds
        its names."""
        names = [name.text for name in question.names]
        words = full_text_query(" ".join(question.words))
        query = (
            f"({words})^{WORD_BOOST} {full_text_query(' '.join(names))}" if words else full_text_query(" ".join(names))
        )
        if not query.strip():
            return ()
        self.record.call()
        found = self.store.read("find_chunks", query=query, limit=MAX_CANDIDATE_CHUNKS, scope=self.scope.parameter)
        rows = self.record.take_rows(found)
        aliases = {each.name: tuple(entity.name for entity in each.entities) for each in plan.names}
        names_of = [tuple(fold(alias) for alias in (name, *aliases.get(name, ()))) for name in names]
        rows.sort(key=lambda row: -sum(holds_name(row, folded) for folded in names_of))
        kept = []
        for row in rows[:MAX_CHUNKS]:
            if not self.record.room(row["text"]):
                break
            self.record.take_text(row["text"])
            kept.append(row)
        return best_sentences(question, kept, aliases, nlp=self.nlp, ontology=self.ontology, strict=strict)


def holds_name(row: dict[str, Any], folded: tuple[str, ...]) -> bool:
    """Whether a chunk's text, its document's title or path holds one of some folded names."""
    around = f" {fold(' '.join((context(row), row['text'])))} "
    return any(f" {name} " in around for name in folded)


def _holds(citation: Citation, years: set[str]) -> bool:
    if any(year in citation.quote for year in years):
        return True
    start, end = citation.valid_from, citation.valid_to
    return any((start is None or start[:4] <= year) and (end is None or year <= end[:4]) for year in years) and bool(
        start or end
    )


def _ends(fact: Fact) -> tuple[Entity, ...]:
    return (fact.subject,) if fact.object is None else (fact.subject, fact.object)


def _other(fact: Fact, known: set[str]) -> Entity:
    """The end that is not known."""
    return fact.object if fact.object is not None and fact.subject.id in known else fact.subject


def _fact(row: dict[str, Any]) -> Fact:
    target = row["object"]
    return Fact(
        key=row["key"],
        predicate=row["predicate"],
        status=row["status"],
        subject=Entity(**row["subject"]),
        object=None if target is None else Entity(**target),
        value=row["value"],
        value_type=row["value_type"],
        support=row["support"],
        denials=row["denials"],
        documents=row["documents"],
        confidence=row["confidence"],
    )
