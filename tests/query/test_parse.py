"""Parse: what a question asks for, whom it names, and which predicates its words can mean."""

from __future__ import annotations

import pytest

from graph_schema.ontology import load_ontology
from pipeline.query.parse import Question, QuestionParser
from pipeline.query.titles import TitleSpan
from pipeline.settings import Settings
from pipeline.text import nlp


@pytest.fixture(scope="module")
def parser() -> QuestionParser:
    return QuestionParser(nlp.load(Settings.load({}).model), load_ontology())


def wanted(question: Question) -> set[tuple[str, str | None]]:
    return {(each.predicate, each.side) for each in question.wanted}


def inner(question: Question) -> set[tuple[str, str | None]]:
    return {(each.predicate, each.side) for each in question.inner}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Who founded Halden Instruments?", "fact"),
        ("When did Maria Halden die?", "fact"),
        ("How many companies did Maria Halden found?", "count"),
        ("List the people who studied at the University of Bergen.", "list"),
        ("List all companies that Maria Halden founded.", "list"),
        ("Which towns did Maria Halden live in?", "list"),
        ("Name the companies that Johan Berg acquired.", "list"),
        ("Did Maria Halden found Halden Instruments?", "yes-no"),
        ("Was Maria Halden born in Bergen?", "yes-no"),
        ("How are Maria Halden and Johan Berg connected?", "connection"),
        ("How is Maria Halden related to Johan Berg?", "connection"),
        ("Why did Maria Halden leave Halden Instruments?", "reason"),
        ("How did Maria Halden cross the river?", "reason"),
        ("Who was Maria Halden?", "about"),
        ("Tell me about Maria Halden.", "about"),
        ("What do you know about Maria Halden?", "about"),
    ],
)
def test_the_form_of_a_question_is_recognised(parser: QuestionParser, text: str, form: str) -> None:
    assert parser(text).form == form


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("When was Ada Lovelace born?", "date"),
        ("What year did Maria Halden die?", "date"),
        ("In which year was Halden Instruments founded?", "date"),
        ("What was the date of the Oslo Conference?", "date"),
        ("How long is Halden Bridge?", "quantity"),
        ("How many people does Halden Instruments employ?", "quantity"),
        ("How much did Halden Instruments cost?", "money"),
        ("What was the price of Halden Instruments?", "money"),
        ("Who founded Halden Instruments?", None),
        ("Where was Ada Lovelace born?", None),
    ],
)
def test_the_type_of_value_a_question_expects_is_read_from_its_words(
    parser: QuestionParser, text: str, value: str | None
) -> None:
    assert parser(text).value == value


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Where was Ada Lovelace born?", ("Place", "Organization")),
        ("Who founded Halden Instruments?", ("Person", "Organization", "Group")),
        ("Which company did Halden Instruments acquire?", ("Organization",)),
        ("Which towns did Maria Halden live in?", ("Place",)),
        ("Which people worked for Halden Instruments?", ("Person",)),
        ("How many bridges did Maria Halden design?", ("Facility",)),
        ("When was Ada Lovelace born?", ()),
    ],
)
def test_the_kinds_an_answer_may_have_are_read_from_its_words(
    parser: QuestionParser, text: str, kinds: tuple[str, ...]
) -> None:
    assert parser(text).kinds == kinds


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Who founded Halden Instruments?", ("FOUNDED", "object")),
        ("Which companies did Maria Halden found?", ("FOUNDED", "subject")),
        ("Who bought Halden Instruments?", ("ACQUIRED", "object")),
        ("What did Halden Instruments buy?", ("ACQUIRED", "subject")),
        ("Which people worked for Halden Instruments?", ("WORKS_FOR", "object")),
        ("Who is the editor of the Bergen Courier?", ("LEADS", "object")),
        ("What did Maria Halden write in 1912?", ("CREATED", "subject")),
    ],
)
def test_the_name_stands_at_the_side_the_grammar_gives_it(
    parser: QuestionParser, text: str, meaning: tuple[str, str]
) -> None:
    assert wanted(parser(text)) == {meaning}


@pytest.mark.parametrize(
    ("text", "predicate"),
    [("When was Ada Lovelace born?", "BORN_ON"), ("Where was Ada Lovelace born?", "BORN_IN")],
)
def test_of_the_meanings_of_one_word_only_those_of_the_expected_kind_are_kept(
    parser: QuestionParser, text: str, predicate: str
) -> None:
    assert wanted(parser(text)) == {(predicate, "subject")}


def test_a_yes_or_no_question_keeps_every_meaning_of_its_word(parser: QuestionParser) -> None:
    assert wanted(parser("Was Maria Halden born in Bergen?")) == {("BORN_ON", "subject"), ("BORN_IN", "subject")}


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("Where was the founder of Halden Instruments born?", ("FOUNDED", "object"), ("BORN_IN", "subject")),
        ("When did the wife of Johan Berg die?", ("MARRIED_TO", None), ("DIED_ON", "subject")),
        ("Who leads the company that acquired Halden Instruments?", ("ACQUIRED", "object"), ("LEADS", "object")),
    ],
)
def test_a_question_over_two_relations_is_split_into_inner_and_outer(
    parser: QuestionParser, text: str, inside: tuple[str, str], outside: tuple[str, str]
) -> None:
    question = parser(text)
    assert inner(question) == {inside}
    assert wanted(question) == {outside}


def test_a_question_over_one_relation_has_no_inner_one(parser: QuestionParser) -> None:
    assert inner(parser("Who founded Halden Instruments?")) == set()


def test_names_are_found_with_the_tokens_they_cover(parser: QuestionParser) -> None:
    question = parser("How are Maria Halden and Johan Berg connected?")
    assert [(name.text, name.tokens) for name in question.names] == [
        ("Maria Halden", range(2, 4)),
        ("Johan Berg", range(5, 7)),
    ]


def test_a_description_stands_for_a_name_only_where_there_is_none(parser: QuestionParser) -> None:
    assert [name.text for name in parser("What did the harbour master say?").names] == ["harbour master"]
    with_name = parser("What did the harbour master say to Maria Halden?")
    assert [name.text for name in with_name.names] == ["Maria Halden"]


def test_dates_of_the_question_are_normalised(parser: QuestionParser) -> None:
    times = parser("What did Maria Halden write on 4 May 1912?").times
    assert [each.normalised for each in times] == ["1912-05-04"]


def test_what_is_counted_is_no_word_to_look_for(parser: QuestionParser) -> None:
    question = parser("How many documents mention Maria Halden?")
    assert question.counted == "document"
    assert question.words == ("mention",)


def test_words_of_names_are_no_words_to_look_for(parser: QuestionParser) -> None:
    words = parser("Why did Maria Halden leave Halden Instruments?").words
    assert words == ("leave",)


def test_a_verb_outside_the_ontology_makes_its_neighbours_mean_nothing(parser: QuestionParser) -> None:
    assert wanted(parser("What did the director of Halden Instruments regret?")) == set()


def test_the_same_question_is_parsed_the_same_way_twice(parser: QuestionParser) -> None:
    text = "Who leads the company that acquired Halden Instruments in 1971?"
    assert parser(text) == parser(text)


def relations(question: Question) -> list[str | None]:
    return [hop.relation for hop in question.chain]


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("Who was the mother of the director of Winter Harbour?", ["director", "mother"]),
        ("Who is Maria Halden's paternal grandfather?", ["father", "father"]),
        ("Where was the husband of Maria Halden born?", ["husband", "birthplace"]),
        ("When did Maria Halden die?", ["death"]),
        ("What nationality is the founder of Halden Instruments?", ["founder", "nationality"]),
        ("Where was the father of the founder of Halden Instruments born?", ["founder", "father", "birthplace"]),
    ],
)
def test_a_chain_goes_from_the_name_to_the_answer(parser: QuestionParser, text: str, chain: list[str]) -> None:
    question = parser(text)
    assert relations(question) == chain
    assert len(question.names) == 1


def test_a_title_in_the_question_is_one_name_whatever_its_words_look_like(parser: QuestionParser) -> None:
    text = "Who directed The Man Who Was Born Later?"
    start = text.index("The Man")
    question = parser(text, (TitleSpan(start, len(text) - 1, "man who was born later"),))
    assert [name.text for name in question.names] == ["The Man Who Was Born Later"]
    assert relations(question) == ["director"]


def test_a_comparison_has_two_sides_a_measure_and_what_leads_to_it(parser: QuestionParser) -> None:
    text = "Which film has the director who was born later, Winter Harbour or Red Meadow?"
    spans = [
        TitleSpan(text.index(name), text.index(name) + len(name), name) for name in ("Winter Harbour", "Red Meadow")
    ]
    question = parser(text, tuple(spans))
    assert question.form == "compare"
    assert relations(question) == ["director"]
    assert question.comparison is not None
    assert (question.comparison.sides, question.comparison.measure, question.comparison.last) == ((0, 1), "birth", True)
    assert [hop.relation for hop in question.comparison.hops] == ["birth"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("What are these documents about?", "theme"),
        ("What are the main topics of this archive?", "theme"),
        ("Summarise these documents.", "theme"),
        ("What is Maria Halden about?", "about"),
    ],
)
def test_broad_questions_are_told_from_those_about_one_thing(parser: QuestionParser, text: str, form: str) -> None:
    assert parser(text).form == form


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Who was the first editor of the Bergen Courier?", "first"),
        ("Who was the last editor of the Bergen Courier?", "last"),
        ("Who was the editor of the Bergen Courier?", None),
    ],
)
def test_first_and_last_are_kept(parser: QuestionParser, text: str, order: str | None) -> None:
    assert parser(text).order == order


def test_words_that_no_relation_is_known_for_are_kept_as_unparsed(parser: QuestionParser) -> None:
    assert parser("What did Maria Halden regret?").unparsed == ("regret",)
    assert parser("Who founded Halden Instruments?").unparsed == ()
