"""Derivation: what is known of an entity or a fact is a function of the set of what says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.derive import Row, _conflicts, _values, entity_properties, fact_properties

if TYPE_CHECKING:
    from random import Random

NAMES = st.sampled_from(["Anna Berg", "A. Berg", "Berg", "Anna", "Ørsted"])
MEMBERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "aliases": st.lists(NAMES, max_size=3), "named": st.booleans(), "mentions": st.integers(1, 5)}
    ),
    min_size=1,
    max_size=6,
)
CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "document": st.sampled_from("abcd"),
            "date": st.sampled_from([None, "1962", "1962-03", "1963-01-01"]),
            "confidence": st.sampled_from([0.1, 0.33, 0.56, 0.64, 0.8, 0.85, 1.0]),
            "supports": st.booleans(),
        }
    ),
    max_size=8,
)
VALUES = st.sampled_from(["1962", "1962-03", "1962-03-01", "1963", "1963-03"])


def member(name: str, *aliases: str, mentions: int = 1) -> Row:
    return {"name": name, "aliases": list(aliases), "named": True, "mentions": mentions}


def claim(document: str, confidence: float = 0.8, *, date: str | None = None, supports: bool = True) -> Row:
    return {"document": document, "date": date, "confidence": confidence, "supports": supports}


def fact(key: str, *, value: str | None = None, target: str | None = None, support: int = 1) -> Row:
    return {"key": key, "value": value, "value_type": value and "date", "object": target, "support": support}


def conflicts(*facts: Row) -> set[tuple[str, str]]:
    return {(row["a"], row["b"]) for row in _conflicts({("subject", "FOUNDED_ON"): list(facts)})}


def values(*facts: Row, predicate: str = "FOUNDED_ON") -> list[Row]:
    return _values({("subject", predicate): list(facts)})


# Entities


@given(MEMBERS, st.randoms())
def test_an_entity_is_the_same_in_any_order_of_its_members(members: list[Row], random: Random) -> None:
    known = entity_properties(members)
    random.shuffle(members)
    assert entity_properties(members) == known


@given(MEMBERS)
def test_an_entity_keeps_every_name_once_and_counts_every_mention(members: list[Row]) -> None:
    known = entity_properties(members)
    said = {name for each in members for name in (each["name"], *each["aliases"])}
    assert {known["name"], *known["aliases"]} == said
    assert known["aliases"] == sorted(said - {known["name"]})
    assert known["mentions"] == sum(each["mentions"] for each in members)
    assert known["documents"] == len(members)


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ([member("A. Berg", mentions=3), member("Anna Berg", mentions=2)], "A. Berg"),
        ([member("A. Berg", mentions=3), member("Anna Berg"), member("Anna Berg", mentions=2)], "Anna Berg"),
        ([member("Berg"), member("Anna Berg")], "Anna Berg"),
        ([member("Berg"), member("Anna")], "Anna"),
    ],
)
def test_the_name_is_what_most_mentions_say_then_the_longest_then_the_first(members: list[Row], name: str) -> None:
    assert entity_properties(members)["name"] == name


# Facts


@given(CLAIMS, st.randoms())
def test_a_fact_is_the_same_in_any_order_of_its_claims(claims: list[Row], random: Random) -> None:
    known = fact_properties(claims)
    random.shuffle(claims)
    assert fact_properties(claims) == known


@given(CLAIMS, st.sampled_from("abcde"))
def test_one_more_supporting_claim_never_lowers_confidence(claims: list[Row], document: str) -> None:
    before = fact_properties(claims)["confidence"] or 0.0
    after = fact_properties([*claims, claim(document, 0.5)])["confidence"]
    assert before <= after <= 1.0


def test_what_nothing_supports_has_no_confidence_and_no_dates() -> None:
    nothing = {"confidence": None, "first_stated": None, "last_stated": None, "support": 0, "documents": 0}
    assert fact_properties([]) == nothing | {"denials": 0}
    assert fact_properties([claim("a", date="1962", supports=False)]) == nothing | {"denials": 1}


def test_support_without_a_date_has_none() -> None:
    known = fact_properties([claim("a")])
    assert (known["first_stated"], known["last_stated"]) == (None, None)


def test_dates_are_of_the_documents_that_support() -> None:
    claims = [
        claim("a", date="1962-03"),
        claim("b", date="1961"),
        claim("c"),
        claim("d", date="1901", supports=False),
    ]
    known = fact_properties(claims)
    assert (known["first_stated"], known["last_stated"]) == ("1961", "1962-03")


def test_claims_of_one_document_are_not_independent_and_documents_are() -> None:
    assert fact_properties([claim("a", 0.8), claim("a", 0.5)])["confidence"] == 0.8
    assert fact_properties([claim("a", 0.8), claim("b", 0.5)])["confidence"] == 0.9
    known = fact_properties([claim("a", 0.8), claim("a", 0.5), claim("b", 0.5), claim("c", 1.0, supports=False)])
    assert (known["support"], known["documents"], known["denials"]) == (3, 2, 1)


# Conflicts and values of functional predicates


@pytest.mark.parametrize(
    ("one", "other", "exclude"),
    [
        ("1962", "1962-03-01", False),
        ("1962-03", "1962-03-01", False),
        ("1962", "1963", True),
        ("1962-03", "1962-04", True),
        ("1962-03-01", "1962-03-02", True),
    ],
)
def test_dates_conflict_unless_one_is_the_other_said_more_precisely(one: str, other: str, exclude: bool) -> None:
    assert conflicts(fact("a", value=one), fact("b", value=other)) == ({("a", "b")} if exclude else set())


def test_two_different_things_always_conflict() -> None:
    assert conflicts(fact("b", target="Oslo"), fact("a", target="Bergen")) == {("a", "b")}


@given(st.lists(VALUES, unique=True), st.randoms())
def test_conflicts_and_values_are_the_same_in_any_order(given_values: list[str], random: Random) -> None:
    facts = [fact(f"key of {value}", value=value, support=1 + len(value) % 2) for value in given_values]
    known = conflicts(*facts), values(*facts)
    random.shuffle(facts)
    assert (conflicts(*facts), values(*facts)) == known


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ([fact("a", value="1962", support=2), fact("b", value="1963-03-01")], "1962"),
        ([fact("a", value="1962"), fact("b", value="1962-03-01")], "1962-03-01"),
        ([fact("a", value="1963"), fact("b", value="1962")], "1962"),
        ([], None),
    ],
)
def test_the_value_of_an_entity_is_the_best_supported_then_the_most_precise(
    facts: list[Row], value: str | None
) -> None:
    assert values(*facts) == [{"id": "subject", "properties": {"founded_on": value}}]


def test_a_predicate_between_entities_is_no_value_of_either() -> None:
    assert values(fact("a", target="Oslo"), predicate="BORN_IN") == [{"id": "subject", "properties": {"born_in": None}}]
