"""Plan: one of a small closed set, from the question and its links alone, fixed before anything is retrieved."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from graph_schema.ontology import load_ontology
from graph_schema.statements import statement
from pipeline.query.contracts import RANK, RETRIEVE
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
        Linked(
            name.text,
            (Entity(f"id-{name.text}", name.text, KINDS[name.text]),) if name.text in KINDS.keys() - {*unknown} else (),
            (),
        )
        for name in question.names
    )


def planned(parser: QuestionParser, text: str, *unknown: str) -> Plan:
    question = parser(text)
    return plan(question, links(question, *unknown), ONTOLOGY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Who founded Halden Instruments?", "lookup"),
        ("When was Maria Halden born?", "when"),
        ("Who was born first, Maria Halden or Johan Berg?", "compare"),
        ("Are Maria Halden and Johan Berg from the same country?", "compare"),
        ("Who was the father of the founder of Halden Instruments?", "path"),
        ("What are these documents about?", "theme"),
        ("How long is Halden Bridge?", "lookup"),
        ("Tell me about Maria Halden.", "lookup"),
        ("Did Maria Halden found Halden Instruments?", "lookup"),
        ("Where was the founder of Halden Instruments born?", "path"),
        ("Who leads the company that acquired Halden Instruments?", "path"),
        ("How are Maria Halden and Fjord Radio connected?", "path"),
        ("How many companies did Maria Halden found?", "aggregate"),
        ("Which people studied at the University of Bergen?", "list"),
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
    assert [each.predicate for each in question.wanted] == ["FOUNDED_ON", "BUILT_ON"]
    assert plan(question, links(question), ONTOLOGY).name == "passages"


def test_a_name_that_stands_for_nothing_is_said_first(parser: QuestionParser) -> None:
    chosen = planned(parser, "Who founded Halden Instruments?", "Halden Instruments")
    assert chosen.name == "passages"
    assert chosen.steps[0].text == "'Halden Instruments' stands for nothing in the graph"


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
    shown = str(chosen)
    assert shown.startswith(
        "plan: path\n  1. facts of 'Halden Instruments' = Halden Instruments (Organization): founder"
    )
    assert shown.index("FOUNDED") < shown.index("BORN_IN")
    assert [shown.index(f"  {number}. {step.text}") for number, step in enumerate(chosen.steps, 1)]


def test_every_step_says_its_contract_its_files_and_its_parameters(parser: QuestionParser) -> None:
    chosen = planned(parser, "Where was the founder of Halden Instruments born?")
    first, second, ranked, last = chosen.steps
    assert [step.contract for step in chosen.steps] == [RETRIEVE, RETRIEVE, RANK, RETRIEVE]
    assert "nearest_chunks" in ranked.statements
    assert all(statement("read", name) for step in chosen.steps for name in step.statements)
    assert dict(first.parameters)["ids"] == ("id-Halden Instruments",)
    assert dict(first.parameters)["predicates"] == ("FOUNDED",)
    assert dict(second.parameters) == {"ids": "found by step 1", "predicates": ("BORN_IN",)}
    assert last.statements == ("find_chunks",)
    assert f"at most {RETRIEVE.max_tokens} tokens, {RETRIEVE.max_rows} rows, {RETRIEVE.max_calls} calls" in str(chosen)
    assert "cypher/read/facts_with_subject.cypher" in str(chosen)


def test_both_sides_of_a_comparison_are_planned_alike(parser: QuestionParser) -> None:
    chosen = planned(parser, "Who was born first, Maria Halden or Johan Berg?")
    assert [step.text for step in chosen.steps] == [
        "what is compared of 'Maria Halden': birth, else BORN_ON with the name as subject",
        "what is compared of 'Johan Berg': birth, else BORN_ON with the name as subject",
        "compare: the first; no verdict unless everything found agrees",
    ]


def test_a_comparison_with_an_unknown_side_is_left_to_the_passages(parser: QuestionParser) -> None:
    assert planned(parser, "Who was born first, Maria Halden or Johan Berg?", "Johan Berg").name == "passages"


def test_what_could_not_be_parsed_is_said_and_left_to_the_passages(parser: QuestionParser) -> None:
    chosen = planned(parser, "What did Maria Halden regret?")
    assert (chosen.name, chosen.steps[0].text) == ("passages", "no relation is known for: regret")
