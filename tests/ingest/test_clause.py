"""Clauses: who does what in a parsed sentence, and what the parser's commonest slips are read as."""

from __future__ import annotations

import pytest

from pipeline.ingest.extract.clause import Clause, Tree, read_clauses
from pipeline.settings import Settings
from pipeline.text import nlp


def clauses(text: str) -> list[Clause]:
    return list(read_clauses(Tree(nlp.load(Settings().model)(text))))


def clause_of(text: str, head: str) -> Clause:
    (found,) = (clause for clause in clauses(text) if clause.head.text == head)
    return found


@pytest.mark.parametrize(
    ("text", "head", "subject"),
    [
        ("Anna Berg bought the harbour.", "bought", "Berg"),
        ("The harbour was bought by Anna Berg.", "bought", "harbour"),
        ("Anna Berg, who bought the harbour, left.", "bought", "Berg"),
        ("Anna Berg bought the harbour and sold the mill.", "sold", "Berg"),
        ("Anna Berg plans to buy the harbour.", "buy", "Berg"),
        ("Anna Berg asked Erik Lund to sell the mill.", "sell", "Lund"),
        ("Having sold the mill, Anna Berg left.", "sold", "Berg"),
        ("Anna Berg left without selling the mill.", "selling", "Berg"),
        ("Erik Lund accused Anna Berg of selling the mill.", "selling", "Berg"),
        ("The mill, sold in 1990, closed.", "sold", "mill"),
        ("Anna Berg's plan to sell the mill failed.", "sell", "Berg"),
        ("Anna Berg is the brewer who sold the mill.", "sold", "Berg"),
        ("Norvik Systems, a company bought by Anna Berg, closed.", "bought", "Systems"),
        ("Anna Berg is not the brewer who sold the mill.", "sold", "brewer"),
        ("Mr. Speaker, Anna Berg sold the mill.", "sold", "Berg"),
    ],
)
def test_a_clause_without_a_subject_shares_the_one_it_hangs_on(text: str, head: str, subject: str) -> None:
    assert clause_of(text, head).subject.text == subject


def test_a_command_and_an_empty_there_have_no_subject_and_make_no_clause() -> None:
    assert clauses("Sell the mill.") == []
    assert clauses("There is a mill.") == []


@pytest.mark.parametrize(
    ("text", "head", "arguments"),
    [
        ("Anna Berg sold the mill in May.", "sold", [("object", "", "mill"), ("oblique", "in", "May")]),
        ("The mill was sold by Anna Berg.", "sold", [("agent", "by", "Berg")]),
        ("Anna Berg is responsible for the mill.", "is", [("oblique", "responsible for", "mill")]),
        ("Anna Berg stepped out of the mill.", "stepped", [("oblique", "out of", "mill")]),
        (
            "Anna Berg worked from 1990 to 1998.",
            "worked",
            [("oblique", "from", "1990"), ("oblique", "to", "1998")],
        ),
        ("Anna Berg built and sold boats.", "built", [("object", "", "boats")]),
        ("The mill that Anna Berg sold closed.", "sold", [("object", "", "mill")]),
        ("According to Erik Lund, Anna Berg slept.", "slept", []),
    ],
)
def test_arguments_carry_the_words_that_introduce_them(
    text: str, head: str, arguments: list[tuple[str, str, str]]
) -> None:
    found = clause_of(text, head).arguments
    assert [(each.role, " ".join(word.text for word in each.markers), each.head.text) for each in found] == arguments


@pytest.mark.parametrize(
    ("text", "subject", "target"),
    [
        ("Norvik Systems' purchase of Bristow Cables pleased Oslo.", "Systems", "Cables"),
        ("The invasion of Kuwait by Iraq began.", "Iraq", "Kuwait"),
        ("The Iraqi invasion of Kuwait began.", "Iraqi", "Kuwait"),
        ("Iraq's attack on Kuwait began.", "Iraq", "Kuwait"),
    ],
)
def test_a_noun_that_stands_for_a_deed_is_a_clause(text: str, subject: str, target: str) -> None:
    (found,) = (clause for clause in clauses(text) if clause.rule == "nominal")
    assert (found.subject.text, found.arguments[0].head.text) == (subject, target)


def test_a_deed_of_nobody_in_particular_is_no_clause() -> None:
    assert all(clause.rule != "nominal" for clause in clauses("The purchase of Bristow Cables pleased Oslo."))


def test_an_address_is_no_apposition() -> None:
    found = clauses("Mr. Speaker, Mr. Vice President, Members of Congress, and my fellow Americans: we met in Oslo.")
    assert all(clause.rule != "apposition" for clause in found)


def test_a_person_after_the_founder_of_a_company_is_the_founder() -> None:
    (found,) = (c for c in clauses("The founder of Halden Instruments, Anna Berg, left.") if c.rule == "apposition")
    assert (found.subject.text, found.head.text) == ("founder", "Berg")


def test_a_second_role_is_coordinated_with_the_first_and_not_with_the_name_before_it() -> None:
    doc = nlp.load(Settings().model)("Anna Berg, founder of Halden Instruments and director of Norvik Systems, left.")
    tree = Tree(doc)
    (founder,) = (token for token in doc if token.text == "founder")
    (director,) = tree.of(founder, "conj")
    assert [token.text for token in tree.phrase(director)] == ["director", "of", "Norvik", "Systems"]
