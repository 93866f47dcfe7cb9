"""Value: the answer in the fewest words that say it, which is what a scorer compares; `None` where there is no one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.query.dates import spoken
from pipeline.query.relations import relations
from pipeline.query.ways import shown
from pipeline.text.names import fold
from pipeline.text.values import compatible

if TYPE_CHECKING:
    from pipeline.query.facts import Fact
    from pipeline.query.follow import Node
    from pipeline.query.plan import Plan
    from pipeline.query.question import Question
    from pipeline.query.relations import AnswerKind
    from pipeline.query.retrieve import Retrieved


ONE_OF_MANY = frozenset({"award", "employer", "school"})  # the sentences that were read name some, seldom all


def value_of(plan: Plan, question: Question, retrieved: Retrieved) -> str | None:
    """The value of what was retrieved: a name, a date, a number, "yes" or "no", names joined by commas. There is none
    in passages, and none where what was found does not agree on one."""
    if retrieved.compared is not None:
        return retrieved.compared.verdict
    if retrieved.total is not None:
        return ", ".join(retrieved.listed) if plan.aggregate == "list" else str(retrieved.total)
    if retrieved.ways:
        return _of_ways(plan, retrieved.ways)
    if not retrieved.facts:
        return None
    return _of_facts(plan, question, retrieved.facts)


def _of_ways(plan: Plan, ways: tuple[Node, ...]) -> str | None:
    relation = plan.chain[-1].relation
    if relation in ONE_OF_MANY:
        return None
    answer = relations()[relation].answer if relation is not None else None
    values = [_of_way(node, answer) for node in ways]
    keys = {node.steps[-1].normalised or fold(value) for node, value in zip(ways, values, strict=True)}
    return values[0] if len(keys) == 1 else None


def _of_way(node: Node, answer: AnswerKind | None) -> str:
    """A place without those it lies in; someone as the one text about them is called."""
    step = node.steps[-1]
    if answer == "place":
        return step.text.partition(",")[0]
    titles = {document.title for document in node.documents if document.title}
    if answer == "person" and len(titles) == 1:
        return re.sub(r"\s*\([^()]*\)$", "", titles.pop())
    return shown(step)


def _of_facts(plan: Plan, question: Question, facts: tuple[Fact, ...]) -> str | None:
    supported = [fact for fact in facts if fact.support]
    if question.form == "yes-no":
        return "yes" if supported and len(supported) == len(facts) else None if supported else "no"
    if plan.name == "path" and not plan.chain:
        return None
    wanted = {each.predicate for each in plan.wanted}
    answering = [fact for fact in supported if fact.predicate in wanted]
    if not answering and all(fact.predicate == "HAS_ROLE" for fact in supported):
        return ", ".join(sorted({fact.subject.name for fact in supported})) or None
    values = [fact.value for fact in answering if fact.object is None and fact.value is not None]
    if values:
        finest = max(values, key=len)
        agree = all(compatible(value, finest, answering[0].value_type) for value in values)
        return _said(answering, finest) if agree else None
    known = {entity.id for each in plan.names for entity in each.entities}
    ends = {end.name: end for fact in answering for end in (fact.subject, fact.object) if end and end.id not in known}
    middle = _middle(plan, supported) if plan.name == "path" else set()
    names = sorted(name for name, end in ends.items() if end.id not in middle)
    return ", ".join(names) or None


def _said(facts: list[Fact], value: str) -> str:
    fact = next(each for each in facts if each.value == value)
    if fact.value_type == "date":
        return spoken(value, "date")
    said = next((each.value_text for each in fact.citations if each.value_text), None)
    return " ".join((said or value).split())


def _middle(plan: Plan, facts: list[Fact]) -> set[str]:
    """The entities in the middle of a path of two relations."""
    inner = {each.predicate for each in plan.inner}
    known = {entity.id for each in plan.names for entity in each.entities}
    return {
        end.id
        for fact in facts
        if fact.predicate in inner
        for end in (fact.subject, fact.object)
        if end
        and end.id not in known
        and {known_end.id for known_end in (fact.subject, fact.object) if known_end} & known
    }
