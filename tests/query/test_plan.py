"""Plan: a fitting one of four, from the question and its links alone, fixed before anything is retrieved."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from graph_schema.ontology import load_ontology
from pipeline.query.link import Entity, Linked
from pipeline.query.parse import Question, QuestionParser
from pipeline.query.plan import Plan, plan
from pipeline.settings import Settings
from pipeline.text import nlp

ONTOLOGY = load_ontology()
KINDS = {
    "Maria Halden": "Person",
    "Johan Berg": "Person",
    "Halden Instruments": "Organization",
    "Fjord Radio": "Organization",
    "University of Bergen": "Organization",
    "Halden Bridge": "Facility",
    "Bergen": "Place",
}


@pytest.fixture(scope="module")
def parser() -> QuestionParser:
    return QuestionParser(nlp.load(Settings.load({}).model), ONTOLOGY)


def links(question: Question, *unknown: str) -> tuple[Linked, ...]:
    return tuple(
        Linked(name.text, () if name.text in unknown else (Entity(f"id-{name.text}", name.text, KINDS[name.text]),), ())
        for name in question.names
    )


def planned(parser: QuestionParser, text: str, *unknown: str) -> Plan:
    question = parser(text)
    return plan(question, links(question, *unknown), ONTOLOGY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Who founded Halden Instruments?", "lookup"),
        ("When was Maria Halden born?", "lookup"),
        ("How long is Halden Bridge?", "lookup"),
        ("Tell me about Maria Halden.", "lookup"),
        ("Did Maria Halden found Halden Instruments?", "lookup"),
        ("Where was the founder of Halden Instruments born?", "path"),
        ("Who leads the company that acquired Halden Instruments?", "path"),
        ("How are Maria Halden and Fjord Radio connected?", "path"),
        ("How many companies did Maria Halden found?", "aggregate"),
        ("Which people studied at the University of Bergen?", "aggregate"),
        ("How many documents mention Maria Halden?", "aggregate"),
        ("Why did Maria Halden leave Halden Instruments?", "passages"),
        ("What did Maria Halden regret?", "passages"),
        ("How many visitors does Halden Instruments have?", "passages"),
    ],
)
def test_the_plan_fits_the_question(parser: QuestionParser, text: str, name: str) -> None:
    assert planned(parser, text).name == name


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("How many companies did Maria Halden found?", "count"),
        ("Which companies did Maria Halden found?", "list"),
        ("How many documents mention Maria Halden?", "documents"),
        ("Who founded Halden Instruments?", None),
    ],
)
def test_an_aggregate_gives_what_is_asked_for(parser: QuestionParser, text: str, gives: str | None) -> None:
    assert planned(parser, text).aggregate == gives


def test_a_question_for_a_number_that_documents_state_is_no_count_of_entities(parser: QuestionParser) -> None:
    chosen = planned(parser, "How many people does Halden Instruments employ?")
    assert (chosen.name, [each.predicate for each in chosen.wanted]) == ("lookup", ["EMPLOYEES"])


def test_a_meaning_that_no_linked_entity_can_have_is_dropped(parser: QuestionParser) -> None:
    question = parser("When was Maria Halden founded?")
    assert [each.predicate for each in question.wanted] == ["FOUNDED_ON"]
    assert plan(question, links(question), ONTOLOGY).name == "passages"


def test_a_name_that_stands_for_nothing_is_said_first(parser: QuestionParser) -> None:
    chosen = planned(parser, "Who founded Halden Instruments?", "Halden Instruments")
    assert chosen.name == "passages"
    assert chosen.steps[0] == "'Halden Instruments' stands for nothing in the graph"


def test_yes_or_no_is_not_looked_up_while_a_name_stands_for_nothing(parser: QuestionParser) -> None:
    assert planned(parser, "Was Maria Halden born in Bergen?").name == "lookup"
    assert planned(parser, "Was Maria Halden born in Bergen?", "Bergen").name == "passages"


def test_the_plan_cannot_be_changed(parser: QuestionParser) -> None:
    chosen = planned(parser, "Who founded Halden Instruments?")
    with pytest.raises(dataclasses.FrozenInstanceError):
        chosen.name = "passages"  # type: ignore[misc]


def test_the_plan_follows_from_question_links_and_ontology_alone(parser: QuestionParser) -> None:
    assert list(inspect.signature(plan).parameters) == ["question", "linked", "ontology"]
    question = parser("Where was the founder of Halden Instruments born?")
    assert plan(question, links(question), ONTOLOGY) == plan(question, links(question), ONTOLOGY)


def test_the_plan_prints_its_steps_in_order(parser: QuestionParser) -> None:
    chosen = planned(parser, "Where was the founder of Halden Instruments born?")
    first, *rest = str(chosen).splitlines()
    assert first == "plan: path"
    assert rest == [f"  {number}. {text}" for number, text in enumerate(chosen.steps, 1)]
    assert "'Halden Instruments' = Halden Instruments (Organization)" in rest[0]
    assert "FOUNDED" in rest[0]
    assert "BORN_IN" in rest[1]
