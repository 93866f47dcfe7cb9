"""History: pronouns take the name that the latest fitting answer gives, nothing else is taken, and it is never cut."""

from __future__ import annotations

import pytest

from graph_schema.ontology import load_ontology
from pipeline.errors import ContractExceeded
from pipeline.query.contracts import HISTORY, StepRecord
from pipeline.query.history import Turn, with_referents
from pipeline.settings import Settings
from pipeline.text import nlp

ONTOLOGY = load_ontology()
FOUNDER = Turn("Who founded Halden Instruments?", "Maria Halden founded Halden Instruments.")
TOWN = Turn("Where was Johan Berg born?", "Johan Berg was born in Bergen.")


def asked(text: str, *history: Turn, record: StepRecord | None = None) -> str:
    language = nlp.load(Settings.model_fields["model"].default)
    return with_referents(text, history, nlp=language, ontology=ONTOLOGY, record=record or StepRecord(HISTORY))


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Where was she born?", "Where was Maria Halden born?"),
        ("Who was her mother?", "Who was Maria Halden's mother?"),
        ("When was it founded?", "When was Halden Instruments founded?"),
        ("Who leads that company?", "Who leads Halden Instruments?"),
    ],
)
def test_a_word_that_stands_for_something_takes_the_fitting_name_of_the_answer(question: str, meant: str) -> None:
    assert asked(question, FOUNDER) == meant


def test_the_latest_answer_comes_first() -> None:
    assert asked("When did he die?", FOUNDER, TOWN) == "When did Johan Berg die?"


def test_where_the_latest_answer_has_none_that_fits_an_earlier_one_is_taken() -> None:
    assert asked("Who leads that company?", FOUNDER, TOWN) == "Who leads Halden Instruments?"


@pytest.mark.parametrize(
    "question",
    ["Did Peter Lund like his house?", "Who founded Norvik Systems?", "Is it true that Norvik Systems was sold?"],
)
def test_a_question_that_stands_by_itself_stays_as_it_is(question: str) -> None:
    assert asked(question, FOUNDER, TOWN) == question


def test_a_word_that_nothing_fits_stays() -> None:
    assert asked("Where was she born?", Turn("How many ships were there?", "There were four.")) == "Where was she born?"
    assert asked("Where was she born?") == "Where was she born?"


def test_the_history_counts_and_one_that_is_too_long_is_refused() -> None:
    record = StepRecord(HISTORY)
    asked("Where was she born?", FOUNDER, record=record)
    assert 10 < record.tokens < 40
    with pytest.raises(ContractExceeded, match=r"step 'history' would take \d+ tokens; its contract allows 2000"):
        asked("Where was she born?", *[FOUNDER] * 200)
