"""Plan: one of a small closed set, chosen from the question alone, before anything is retrieved, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.query.parse import Wanted

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology
    from pipeline.query.link import Linked
    from pipeline.query.parse import Question, Side

PlanName = Literal["lookup", "path", "aggregate", "passages"]
Aggregate = Literal["count", "list", "documents"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be retrieved, and in what order. `inner` leads to the entity that `wanted` is about; `aggregate` says
    what an aggregate gives; `steps` are the sentences that `--explain` prints."""

    name: PlanName
    names: tuple[Linked, ...]
    wanted: tuple[Wanted, ...]
    inner: tuple[Wanted, ...]
    aggregate: Aggregate | None
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"plan: {self.name}", *(f"  {number}. {text}" for number, text in enumerate(self.steps, 1))])


PASSAGES = "if the facts say nothing: sentences of the passages that match the question, by full text"


def plan(question: Question, linked: tuple[Linked, ...], ontology: Ontology) -> Plan:
    """Choose the plan. Only names that stand for something in the graph count."""
    known = tuple(each for each in linked if each.entities)
    unknown = [each.name for each in linked if not each.entities]
    wanted = _possible(question.wanted, known if not question.inner else (), ontology)
    inner = _possible(question.inner, known, ontology)
    if question.form == "reason" or not known or (question.form == "yes-no" and unknown):
        return _passages(question, known, unknown)
    if question.form in {"count", "list"}:
        counted = _aggregate(question, known, wanted, ontology)
        if counted is not None:
            return counted
    if question.form == "connection" and len(known) > 1:
        return _connection(known)
    if wanted and inner:
        return _chain(known, wanted, inner)
    if wanted:
        return _lookup(known, wanted, unknown)
    if question.form == "about" and not question.words:
        return _lookup(known, (), unknown)
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


def _named(names: tuple[Linked, ...]) -> str:
    return ", ".join(
        f"{each.name!r} = {' + '.join(f'{entity.name} ({entity.kind})' for entity in each.entities)}" for each in names
    )


def _predicates(wanted: tuple[Wanted, ...]) -> str:
    if not wanted:
        return "all predicates"
    return ", ".join(f"{each.predicate} with the name as {each.side or 'either end'}" for each in wanted)


def _lookup(names: tuple[Linked, ...], wanted: tuple[Wanted, ...], unknown: list[str]) -> Plan:
    steps = (f"facts of {_named(names)}: {_predicates(wanted)}", PASSAGES)
    return Plan("lookup", names, wanted, (), None, (*_missing(unknown), *steps))


def _chain(names: tuple[Linked, ...], wanted: tuple[Wanted, ...], inner: tuple[Wanted, ...]) -> Plan:
    steps = (
        f"facts of {_named(names)}: {_predicates(inner)}",
        f"facts of what those lead to: {_predicates(wanted)}",
        PASSAGES,
    )
    return Plan("path", names, wanted, inner, None, steps)


def _connection(names: tuple[Linked, ...]) -> Plan:
    steps = (f"facts that connect {_named(names[:2])}, directly or over one entity in the middle",)
    return Plan("path", names[:2], (), (), None, steps)


def _aggregate(
    question: Question, names: tuple[Linked, ...], wanted: tuple[Wanted, ...], ontology: Ontology
) -> Plan | None:
    if len(names) != 1:
        return None
    of_entities = tuple(each for each in wanted if ontology.predicates[each.predicate].value is None)
    gives: Aggregate = "count" if question.form == "count" else "list"
    if of_entities:
        step = f"exactly, in one query: {gives} what stands in {_predicates(of_entities)} of {_named(names)}"
        return Plan("aggregate", names, of_entities, (), gives, (step,))
    if not wanted and question.counted == "document":
        step = f"exactly, in one query: the documents that mention {_named(names)}"
        return Plan("aggregate", names, (), (), "documents", (step,))
    return None


def _passages(question: Question, names: tuple[Linked, ...], unknown: list[str]) -> Plan:
    words = ", ".join((*(each.name for each in names), *question.words)) or question.text
    step = f"sentences of the passages that match {words}, by full text"
    return Plan("passages", names, (), (), None, (*_missing(unknown), step))


def _missing(unknown: list[str]) -> tuple[str, ...]:
    return tuple(f"{name!r} stands for nothing in the graph" for name in unknown)
