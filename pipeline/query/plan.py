"""Plan: one of a small closed set, chosen from the question alone, before anything is retrieved, and never changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pipeline.query.contracts import RANK, RETRIEVE, StepContract
from pipeline.query.question import Hop, Wanted

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology
    from pipeline.query.link import Linked
    from pipeline.query.question import Question, Side

PlanName = Literal["lookup", "path", "aggregate", "list", "compare", "when", "theme", "passages"]
Aggregate = Literal["count", "list", "documents"]
Parameters = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan: what it does in words, the contract it runs under, the files of Cypher it may run, and their
    parameters as far as they are known before anything is retrieved."""

    text: str
    contract: StepContract = RETRIEVE
    statements: tuple[str, ...] = ()
    parameters: Parameters = ()

    def __str__(self) -> str:
        limits = self.contract
        lines = [self.text]
        if self.statements:
            lines.append(
                f"under {limits.name}: at most {limits.max_tokens} tokens, {limits.max_rows} rows, "
                f"{limits.max_calls} calls, {limits.max_seconds:g} s"
            )
        lines += [f"cypher/read/{name}.cypher" for name in self.statements]
        lines += [f"${name} = {value!r}" for name, value in self.parameters]
        return "\n     ".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "text": self.text,
            "contract": self.contract.name,
            "statements": [f"read/{name}.cypher" for name in self.statements],
            "parameters": {name: list(value) if isinstance(value, tuple) else value for name, value in self.parameters},
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be retrieved, and in what order. `chain` leads from the name to the answer; `wanted` is its last
    relation and `inner` the one before, as far as they are predicates; `aggregate` says what an aggregate gives;
    `steps` are what `--explain` prints."""

    name: PlanName
    names: tuple[Linked, ...]
    wanted: tuple[Wanted, ...]
    inner: tuple[Wanted, ...]
    aggregate: Aggregate | None
    steps: tuple[PlanStep, ...]
    chain: tuple[Hop, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"plan: {self.name}", *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))])


FACTS = ("facts_with_subject", "facts_with_object", "evidence_of_facts")
TEXTS = ("documents_called", "openings_of_documents", "documents_in_scope")
OFFICES = "roles_beside"
THEMES = ("largest_communities", "communities_in_chunks", "chunks_of_entities", "find_chunks", "telling_chunks")
PASSAGES = "if nothing says it: sentences of those passages, and of those that match the question by full text"
RANKED = PlanStep(
    "if nothing says it, and no scope narrows the documents: the passages that the question needs, ranked",
    RANK,
    (
        "documents_titled", "titles_like", "find_chunks", "openings_of_documents", "find_chunks_each", "nearest_chunks",
        "similarities", "chunks_by_id",
    ),
)  # fmt: skip


def plan(question: Question, linked: tuple[Linked, ...], ontology: Ontology) -> Plan:
    """Choose the plan. Only names that stand for something in the graph count."""
    known = tuple(each for each in linked if each.entities or each.documents)
    unknown = [each.name for each in linked if not (each.entities or each.documents)]
    if question.form == "theme":
        return _theme(known)
    if question.comparison is not None:
        return _passages(question, known, unknown) if unknown else _compare(question, linked)
    if not known or (question.form == "yes-no" and unknown):
        return _passages(question, known, unknown)
    if question.chain and question.chain[-1].relation is not None:
        return _related(question, known, unknown, ontology)
    return _worded(question, known, unknown, ontology)


def _related(question: Question, known: tuple[Linked, ...], unknown: list[str], ontology: Ontology) -> Plan:
    """A chain of relations that the grammar knows: of one relation a lookup, of more a path."""
    first = question.chain[0]
    chain = (Hop(_possible(first.wanted, known, ontology), first.relation), *question.chain[1:])
    if len(chain) > 1:
        return _path(known, chain)
    if not chain[0].wanted and not any(each.documents for each in known):
        return _passages(question, known, unknown)
    return _lookup(question, known, chain, unknown)


def _worded(question: Question, known: tuple[Linked, ...], unknown: list[str], ontology: Ontology) -> Plan:
    """A question whose words mean predicates, or none."""
    wanted = _possible(question.wanted, known if not question.inner else (), ontology)
    inner = _possible(question.inner, known, ontology)
    if question.form == "reason":
        return _passages(question, known, unknown)
    if question.form in {"count", "list"}:
        counted = _aggregate(question, known, wanted, ontology)
        if counted is not None:
            return counted
    if question.form == "connection" and len(known) > 1:
        return _connection(known)
    if wanted and inner:
        return _path(known, (Hop(inner), Hop(wanted)))
    if wanted:
        return _lookup(question, known, (Hop(wanted),), unknown)
    if question.form == "about" and not question.words:
        return _lookup(question, known, (), unknown)
    return _passages(question, known, unknown)


def _possible(wanted: tuple[Wanted, ...], names: tuple[Linked, ...], ontology: Ontology) -> tuple[Wanted, ...]:
    """The meanings whose domain or range some linked entity fits, turned round where it fits only the other end."""
    if not names:
        return wanted
    kinds = {entity.kind for each in names for entity in each.entities}
    kept = []
    for each in wanted:
        predicate = ontology.predicates[each.predicate]
        allowed: dict[Side, tuple[str, ...]] = {"subject": predicate.domain, "object": predicate.range}
        fitting = [side for side in allowed if any(ontology.fits(kind, allowed[side]) for kind in kinds)]
        if each.side in fitting or (each.side is None and fitting):
            kept.append(each)
        elif fitting:
            kept.append(Wanted(each.predicate, fitting[0], each.token))
    return tuple(kept)


# what the steps say


def _named(names: tuple[Linked, ...]) -> str:
    said = []
    for each in names:
        entities = " + ".join(f"{entity.name} ({entity.kind})" for entity in each.entities) or "no entity"
        texts = [document.title or document.key for document in each.documents]
        said.append(f"{each.name!r} = {entities}" + (f"; texts: {', '.join(texts)}" if texts else ""))
    return ", ".join(said)


def _predicates(wanted: tuple[Wanted, ...]) -> str:
    if not wanted:
        return "all predicates"
    return ", ".join(f"{each.predicate} with the name as {each.side or 'either end'}" for each in wanted)


def _relation(hop: Hop) -> str:
    if hop.relation is None:
        return _predicates(hop.wanted)
    return f"{hop.relation}, else {_predicates(hop.wanted)}" if hop.wanted else hop.relation


def _ids(names: tuple[Linked, ...]) -> Parameters:
    return (("ids", tuple(entity.id for each in names for entity in each.entities)),)


def _documents(names: tuple[Linked, ...]) -> Parameters:
    return (("documents", tuple(document.key for each in names for document in each.documents)),)


def _hop(number: int, names: tuple[Linked, ...], hop: Hop) -> PlanStep:
    """One relation of a chain, from the names or from what step `number` leads to."""
    reads = TEXTS if hop.relation is not None else ()
    predicates = (("predicates", tuple(each.predicate for each in hop.wanted)),)
    if number == 0:
        parameters = (*_ids(names), *(_documents(names) if reads else ()), *predicates)
        return PlanStep(f"facts of {_named(names)}: {_relation(hop)}", RETRIEVE, (*reads, *FACTS), parameters)
    parameters = (("ids", f"found by step {number}"), *predicates)
    return PlanStep(f"facts of what step {number} leads to: {_relation(hop)}", RETRIEVE, (*reads, *FACTS), parameters)


def _searching(question: Question, names: tuple[Linked, ...]) -> PlanStep:
    words = (*(each.name for each in names), *question.words)
    return PlanStep(PASSAGES, RETRIEVE, ("find_chunks",), (("words", words),))


# plans


def _lookup(question: Question, names: tuple[Linked, ...], chain: tuple[Hop, ...], unknown: list[str]) -> Plan:
    hop = _hop(0, names, chain[0] if chain else Hop(()))
    facts = replace(hop, statements=(*hop.statements, OFFICES))
    steps = (facts, RANKED, _searching(question, names))
    wanted = chain[0].wanted if chain else ()
    name: PlanName = "when" if question.value == "date" else "lookup"
    return Plan(name, names, wanted, (), None, (*_missing(unknown), *steps), chain)


def _path(names: tuple[Linked, ...], chain: tuple[Hop, ...]) -> Plan:
    steps = (
        *(_hop(number, names, hop) for number, hop in enumerate(chain)),
        RANKED,
        PlanStep(PASSAGES, RETRIEVE, ("find_chunks",)),
    )
    return Plan("path", names, chain[-1].wanted, chain[-2].wanted, None, steps, chain)


def _compare(question: Question, names: tuple[Linked, ...]) -> Plan:
    comparison = question.comparison
    assert comparison is not None
    sides = tuple(names[side] for side in comparison.sides)
    compared = " and ".join(_relation(hop) for hop in comparison.hops)
    steps = [
        step
        for side in sides
        for step in (
            *(_hop(number, (side,), hop) for number, hop in enumerate(question.chain)),
            PlanStep(f"what is compared of {side.name!r}: {compared}", RETRIEVE, (*TEXTS, *FACTS), _documents((side,))),
        )
    ]
    asked = f"the {'last' if comparison.last else 'first'}" if comparison.measure else "whether they are the same"
    steps.append(PlanStep(f"compare: {asked}; no verdict unless everything found agrees"))
    return Plan("compare", names, (), (), None, tuple(steps), question.chain)


def _connection(names: tuple[Linked, ...]) -> Plan:
    parameters = (("ids", tuple(names[0].ids)), ("others", tuple(names[1].ids)))
    step = PlanStep(
        f"facts that connect {_named(names[:2])}, directly or over one entity in the middle",
        RETRIEVE,
        ("facts_between", "facts_over_middle", "facts_by_key", "evidence_of_facts"),
        parameters,
    )
    return Plan("path", names[:2], (), (), None, (step,))


def _aggregate(
    question: Question, names: tuple[Linked, ...], wanted: tuple[Wanted, ...], ontology: Ontology
) -> Plan | None:
    if len(names) != 1:
        return None
    of_entities = tuple(each for each in wanted if ontology.predicates[each.predicate].value is None)
    gives: Aggregate = "count" if question.form == "count" else "list"
    name: PlanName = "aggregate" if gives == "count" else "list"
    if of_entities:
        text = f"exactly, in one query: {gives} what stands in {_predicates(of_entities)} of {_named(names)}"
        ends = ("aggregate_objects", "aggregate_subjects", "aggregate_either", "facts_by_key", "evidence_of_facts")
        parameters = (
            *_ids(names),
            ("predicates", tuple(each.predicate for each in of_entities)),
            ("kinds", question.kinds),
        )
        return Plan(
            name, names, of_entities, (), gives, (PlanStep(text, RETRIEVE, ends, parameters),), (Hop(of_entities),)
        )
    if not wanted and question.counted == "document":
        text = f"exactly, in one query: the documents that mention {_named(names)}"
        step = PlanStep(text, RETRIEVE, ("aggregate_documents", "first_mentions"), _ids(names))
        return Plan("aggregate", names, (), (), "documents", (step,))
    return None


def _theme(names: tuple[Linked, ...]) -> Plan:
    text = "the themes of all documents: communities of entities, with their most telling sentences"
    steps = (PlanStep(text, RETRIEVE, THEMES, _ids(names)), RANKED, PlanStep(PASSAGES, RETRIEVE, ("find_chunks",)))
    return Plan("theme", names, (), (), None, steps)


def _passages(question: Question, names: tuple[Linked, ...], unknown: list[str]) -> Plan:
    words = ", ".join((*(each.name for each in names), *question.words)) or question.text
    text = f"sentences of those passages, and of those that match {words} by full text"
    step = PlanStep(text, RETRIEVE, ("find_chunks",), (("words", (*(each.name for each in names), *question.words)),))
    return Plan("passages", names, (), (), None, (*_missing(unknown), *_unread(question), RANKED, step))


def _unread(question: Question) -> tuple[PlanStep, ...]:
    if not question.unparsed:
        return ()
    return (PlanStep(f"no relation is known for: {', '.join(question.unparsed)}"),)


def _missing(unknown: list[str]) -> tuple[PlanStep, ...]:
    return tuple(PlanStep(f"{name!r} stands for nothing in the graph") for name in unknown)
