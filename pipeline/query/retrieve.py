"""Retrieve: what the plan says, and nothing else. Facts come with the characters that say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph_schema.keys import document_key
from pipeline.query.citation import Citation, citation_of
from pipeline.query.compare import Compared, compare
from pipeline.query.facts import MAX_FACTS, MAX_QUOTES_A_FACT, Fact, Facts, called, ends_of, fact_of, other_end
from pipeline.query.follow import Follower, Found, Node, fits
from pipeline.query.link import full_text_query
from pipeline.query.passages import Passage, best_sentences, context
from pipeline.query.relations import relations
from pipeline.query.scope import EVERYTHING, Scope
from pipeline.query.themes import Theme, themes
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from spacy.language import Language

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.query.plan import Plan
    from pipeline.query.question import Order, Question
    from pipeline.store.driver import Store

__all__ = ["MAX_FACTS", "MAX_LISTED", "MAX_QUOTES_A_FACT", "Fact", "Retrieved", "Retriever", "fact_of"]

MAX_CANDIDATE_CHUNKS = 60
MAX_CHUNKS = 8
WORD_BOOST = 2
MAX_LISTED = 50
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a plan found. `total` and `listed` are an aggregate's exact count and its names; `ways` are the chains that
    texts and facts led along, each with its steps; `compared` are the two sides of a comparison."""

    facts: tuple[Fact, ...] = ()
    passages: tuple[Passage, ...] = ()
    total: int | None = None
    listed: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    ways: tuple[Node, ...] = ()
    compared: Compared | None = None
    themes: tuple[Theme, ...] = ()


class Retriever:
    """Carries out plans against one store under one step's contract, in the documents of `scope`."""

    def __init__(
        self,
        store: Store,
        ontology: Ontology,
        nlp: Language,
        record: StepRecord,
        as_of: date | None = None,
        scope: Scope = EVERYTHING,
        ranked: Callable[[], list[Row]] = list,
    ) -> None:
        self.store = store
        self.ontology = ontology
        self.nlp = nlp
        self.record = record
        self.scope = scope
        self.ranked = ranked
        self.facts = Facts(store, ontology, record, as_of, scope)
        self.follower = Follower(store, lambda ids, wanted: self.facts.cited(self.facts.of(ids, wanted)), record)

    def __call__(self, plan: Plan, question: Question) -> Retrieved:
        """Carry out `plan`."""
        match plan.name:
            case "aggregate" | "list":
                return self._aggregate(plan, question)
            case "compare":
                compared = compare(question, plan.names, self.follower)
                ways = [step for side in compared.sides for way in side.ways for step in way]
                return Retrieved(compared=compared) if self._in_scope(ways) else Retrieved()
            case "path":
                return self._path(plan, question)
            case "lookup" | "when":
                return self._lookup(plan, question)
            case "theme":
                ids = [entity_id for each in plan.names for entity_id in each.ids]
                found = themes(self.store, question.words, ids, self.nlp, self.record) if self.scope.is_all else ()
                return Retrieved(themes=found) if found else self._passages_of(plan, question)
            case "passages":
                return self._passages_of(plan, question)

    # facts

    def _lookup(self, plan: Plan, question: Question) -> Retrieved:
        """Facts of the names; else what the texts about them say of the relation; else passages."""
        facts = self._facts_of_names(plan, question) if plan.wanted or not plan.chain else []
        facts = facts or self._office_holders(plan, question)
        if facts:
            return Retrieved(facts=tuple(_in_order(list(self.facts.cited(facts)), question.order)))
        if plan.chain and plan.chain[0].relation is not None and len(plan.names) == 1:
            ways = self._ways(plan)
            if ways:
                return Retrieved(ways=ways)
        return Retrieved(passages=self._passages(plan, question, strict=True))

    def _ways(self, plan: Plan) -> tuple[Node, ...]:
        """The chains that lead on from the plan's name, each step said by a document in scope."""
        found = self.follower.follow(self.follower.start(plan.names[0]), plan.chain)
        return tuple(node for node in found if self._in_scope(node.steps))

    def _in_scope(self, steps: Iterable[Found]) -> bool:
        if self.scope.is_all:
            return True
        cited = {document_key(each.source, each.path, each.record) for step in steps for each in step.citations}
        self.record.call()
        rows = self.store.read("documents_in_scope", keys=sorted(cited), scope=self.scope.parameter)
        return {row["key"] for row in self.record.take_rows(rows)} == cited

    def _office_holders(self, plan: Plan, question: Question) -> list[Fact]:
        """Who has the role that the question asks for, by documents about the one organisation it names."""
        entities = plan.names[0].entities if len(plan.names) == 1 else ()
        roles = [word for word in question.words if self.ontology.kind_of_role.get(word) == "Person"]
        organised = [entity.id for entity in entities if self.ontology.fits(entity.kind, ("Organization",))]
        asked = question.value is None and question.form in {"fact", "list", "about"}
        if not organised or len(roles) != 1 or not asked:
            return []
        return self.facts.at(question, self.facts.roles_beside(organised, roles[0]))

    def _facts_of_names(self, plan: Plan, question: Question) -> list[Fact]:
        ids = [entity_id for each in plan.names for entity_id in each.ids]
        facts = self.facts.of(ids, plan.wanted)
        relation = relations().get(plan.chain[0].relation or "") if plan.chain else None
        if relation is not None and (relation.cue or relation.gender):
            facts = [fact for fact in self.facts.cited(facts) if fits(fact, relation)]
        if len(plan.names) > 1:
            facts = [fact for fact in facts if self._covers(fact, plan, question)]
        return self.facts.at(question, [fact for fact in facts if self._answers(fact, question, set(ids))])

    def _path(self, plan: Plan, question: Question) -> Retrieved:
        """Along the chain by texts and facts; else by facts alone, two relations far."""
        if not plan.chain:
            one, other = (each.ids for each in plan.names)
            return Retrieved(facts=self.facts.cited(self.facts.between(one, other)))
        facts: list[Fact] = []
        if plan.chain[0].relation is not None:
            ways = self._ways(plan)
            if ways:
                return Retrieved(ways=ways)
        elif len(plan.chain) == 2:
            facts = self._chain(plan, question)
        if facts:
            return Retrieved(facts=self.facts.cited(facts))
        return Retrieved(passages=self._passages(plan, question, strict=True))

    def _chain(self, plan: Plan, question: Question) -> list[Fact]:
        ids = [entity_id for each in plan.names for entity_id in each.ids]
        first = [fact for fact in self.facts.of(ids, plan.inner) if fact.support]
        middle = {other_end(fact, set(ids)).id: fact for fact in first}
        if not middle:
            return []
        second = self.facts.of(list(middle), plan.wanted)
        second = [fact for fact in second if self._answers(fact, question, set(middle)) and fact.support]
        used = [middle[end.id] for fact in second for end in ends_of(fact) if end.id in middle]
        return list({fact.key: fact for fact in (*used, *self.facts.at(question, second))}.values()) if second else []

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
        kind = other_end(fact, known).kind
        return any(self.ontology.fits(kind, (each,)) for each in question.kinds)

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
        cited = self.facts.cited([fact_of(fact) for fact in facts])
        return self._counted(cited, row["total"], tuple(row["names"]), set(ids))

    def _counted(self, facts: tuple[Fact, ...], total: int, names: tuple[str, ...], known: set[str]) -> Retrieved:
        """The names as the cited words call them, in order; with `as_of`, those alone that held then, as far as all
        were listed."""
        ends = {other_end(fact, known).id: called(other_end(fact, known), fact.citations) for fact in facts}
        if len(ends) == total or (self.facts.as_of is not None and total <= MAX_LISTED):
            return Retrieved(facts=facts, total=len(ends), listed=tuple(sorted(ends.values())))
        return Retrieved(facts=facts, total=total, listed=names)

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

    def _passages_of(self, plan: Plan, question: Question) -> Retrieved:
        return Retrieved(passages=self._passages(plan, question, strict=False))

    def _passages(self, plan: Plan, question: Question, *, strict: bool) -> tuple[Passage, ...]:
        """The best sentences of the passages that the question needs: those that were ranked, and those that match its
        words, first of all where text, title or path holds its names."""
        aliases = {each.name: tuple(entity.name for entity in each.entities) for each in plan.names}
        kept = []
        for row in self._candidates(question, aliases):
            if not self.record.room(row["text"]):
                break
            self.record.take_text(row["text"])
            kept.append(row)
        return best_sentences(question, kept, aliases, nlp=self.nlp, ontology=self.ontology, strict=strict)

    def _candidates(self, question: Question, aliases: dict[str, tuple[str, ...]]) -> list[Row]:
        names = [name.text for name in question.names]
        words = full_text_query(" ".join(question.words))
        query = (
            f"({words})^{WORD_BOOST} {full_text_query(' '.join(names))}" if words else full_text_query(" ".join(names))
        )
        ranked = self.ranked() if self.scope.is_all else []
        if not query.strip():
            return ranked
        self.record.call()
        found = self.store.read("find_chunks", query=query, limit=MAX_CANDIDATE_CHUNKS, scope=self.scope.parameter)
        rows = self.record.take_rows(found)
        names_of = [tuple(fold(alias) for alias in (name, *aliases.get(name, ()))) for name in names]
        rows.sort(key=lambda row: -sum(holds_name(row, folded) for folded in names_of))
        return list({row["id"]: row for row in (*rows[:MAX_CHUNKS], *ranked)}.values())


def _in_order(facts: list[Fact], order: Order | None) -> list[Fact]:
    """Where the first or the last is asked for and every fact is dated, that one; else all."""
    if order is None or len(facts) < 2:
        return facts
    dates = [_date_of(fact) for fact in facts]
    known = [date for date in dates if date is not None]
    if len(known) < len(facts):
        return facts
    wanted = min(known) if order == "first" else max(known)
    return [fact for fact, date in zip(facts, dates, strict=True) if date == wanted]


def _date_of(fact: Fact) -> str | None:
    if fact.value_type == "date":
        return fact.value
    return min((each.valid_from for each in fact.citations if each.valid_from and each.supports), default=None)


def holds_name(row: dict[str, Any], folded: tuple[str, ...]) -> bool:
    """Whether a chunk's text, its document's title or path holds one of some folded names."""
    around = f" {fold(' '.join((context(row), row['text'])))} "
    return any(f" {name} " in around for name in folded)
