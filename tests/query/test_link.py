"""Link: which entities of the graph a question's names stand for. The entities are written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.ontology import load_ontology
from pipeline.errors import ContractExceeded
from pipeline.query.contracts import LINK, StepContract, StepRecord
from pipeline.query.link import MAX_NAMES, Linked, full_text_query, link
from pipeline.query.parse import NameSpan, Question

if TYPE_CHECKING:
    from pipeline.store.driver import Store

ONTOLOGY = load_ontology()
ENTITIES = [
    # id, name, aliases, kind, mentions; the last two are only described
    ("maria", "Maria Halden", ["Dr Halden"], "Person", 9),
    ("maria-berg", "Maria Halden Berg", [], "Person", 20),
    ("works", "Halden Instruments", ["Halden Scientific"], "Organization", 5),
    ("tarn", "Tarn Systems", [], "Organization", 2),
    ("tarn-bank", "Tarn Bank", [], "Organization", 1),
    ("and", "Sand AND Gravel", [], "Organization", 1),
    ("leeds", "Leeds", [], "Place", 3),
    ("leeds-club", "Leeds", [], "Organization", 1),
    ("smith-1", "John Smith", [], "Person", 2),
    ("smith-2", "John Smith", [], "Person", 4),
    ("soren", "Søren Ødegård", [], "Person", 1),
    ("guards-1", "harbour guards", [], "Person", 1),
    ("guards-2", "harbour guards", [], "Person", 3),
]
UNNAMED = ("guards-1", "guards-2")
SAME = ("works", "RENAMED_TO", "tarn")


@pytest.fixture
def linked_store(store: Store) -> Store:
    rows = [
        dict(zip(("id", "name", "aliases", "kind", "mentions"), each, strict=True)) | {"named": each[0] not in UNNAMED}
        for each in ENTITIES
    ]
    store.driver.execute_query(
        "UNWIND $rows AS row CREATE (e:__Entity__:$(row.kind)) SET e += row",
        rows=rows,
        database_=store.connection.database,
    )
    store.driver.execute_query(
        "MATCH (a:__Entity__ {id: $a}), (b:__Entity__ {id: $b}) CREATE (a)-[:RENAMED_TO {fact: 'f'}]->(b)",
        a=SAME[0],
        b=SAME[2],
        database_=store.connection.database,
    )
    store.await_indexes()
    return store


def question(*names: str) -> Question:
    spans = tuple(NameSpan(name, range(index, index + 1)) for index, name in enumerate(names))
    return Question(" ".join(names), "fact", spans, (), None, (), (), (), None, ())


def linked(store: Store, *names: str, contract: StepContract = LINK) -> tuple[Linked, ...]:
    return link(question(*names), store, ONTOLOGY, StepRecord(contract))


def ids(store: Store, name: str) -> list[str]:
    return linked(store, name)[0].ids


def test_the_exact_name_beats_one_that_contains_it_and_is_mentioned_more(linked_store: Store) -> None:
    (found,) = linked(linked_store, "Maria Halden")
    assert found.ids == ["maria"]
    assert "Maria Halden Berg" in found.alternatives


def test_a_part_of_a_name_stands_for_the_one_most_mentioned(linked_store: Store) -> None:
    (found,) = linked(linked_store, "Maria")
    assert found.ids == ["maria-berg"]
    assert found.alternatives == ("Maria Halden",)


def test_an_alias_stands_for_its_entity(linked_store: Store) -> None:
    assert ids(linked_store, "Halden Scientific")[0] == "works"


def test_case_accents_and_titles_make_no_difference(linked_store: Store) -> None:
    assert ids(linked_store, "Mr JOHN smith") == ids(linked_store, "John Smith")
    assert ids(linked_store, "søren ødegard") == ["soren"]


def test_a_slip_of_the_pen_is_forgiven(linked_store: Store) -> None:
    assert ids(linked_store, "Marja Halden") == ["maria"]


def test_a_renamed_thing_is_followed_from_either_name(linked_store: Store) -> None:
    assert ids(linked_store, "Halden Instruments") == ["works", "tarn"]
    assert ids(linked_store, "Tarn Systems") == ["tarn", "works"]


def test_a_name_of_several_entities_stands_for_all_of_them(linked_store: Store) -> None:
    assert sorted(ids(linked_store, "Leeds")) == ["leeds", "leeds-club"]
    assert ids(linked_store, "John Smith") == ["smith-2", "smith-1"]


def test_an_unknown_name_stands_for_nothing(linked_store: Store) -> None:
    (found,) = linked(linked_store, "Zygmunt Quellhorst")
    assert found.entities == ()
    assert found.name == "Zygmunt Quellhorst"


def test_a_shared_word_is_not_enough(linked_store: Store) -> None:
    (found,) = linked(linked_store, "Tarn Ferries")
    assert found.entities == ()
    assert set(found.alternatives) <= {"Tarn Systems", "Tarn Bank"}


def test_names_are_linked_in_their_order_and_no_more_than_the_limit(linked_store: Store) -> None:
    names = ["Leeds", "Maria Halden", "Nobody", "Tarn Bank", "John Smith"]
    found = linked(linked_store, *names)
    assert [each.name for each in found] == names[:MAX_NAMES]


@pytest.mark.parametrize(
    "name",
    [
        '"Halden Instruments',
        "Halden AND (Instruments",
        "Halden Instruments^9 OR *:*",
        "name:Halden~2 -Instruments",
        "Halden \\ Instruments }]",
        "[* TO *]",
        "+-!(){}^~*?:\\/",
        "AND",
        "NOT",
    ],
)
def test_lucene_operators_in_a_name_are_only_characters(linked_store: Store, name: str) -> None:
    (found,) = linked(linked_store, name)
    assert set(found.ids) <= {"works", "tarn", "and"}


@pytest.mark.parametrize("text", ["a AND b", 'a" OR "b', "a~2 b^3", "*:*", "+a -b", "AND OR NOT"])
def test_nothing_of_a_full_text_query_stands_outside_its_quotes(text: str) -> None:
    query = full_text_query(text)
    assert all(part.startswith('"') and part.endswith('"') and part[1:-1].isalnum() for part in query.split())


def test_a_name_without_a_word_costs_no_call(store: Store) -> None:
    record = StepRecord(LINK)
    assert link(question("?!"), store, ONTOLOGY, record) == (Linked("?!", (), ()),)
    assert record.calls == 0


def test_linking_stays_under_its_contract_or_is_refused(linked_store: Store) -> None:
    narrow = StepContract(name="link", max_tokens=256, max_rows=200, max_calls=1, max_seconds=10.0)
    with pytest.raises(ContractExceeded, match=r"'link' would take 2 calls; its contract allows 1"):
        linked(linked_store, "Maria Halden", "Leeds", contract=narrow)


def test_as_many_names_as_are_linked_fit_the_contract(linked_store: Store) -> None:
    record = StepRecord(LINK)
    link(question("Leeds", "Maria Halden", "Tarn Systems", "John Smith"), linked_store, ONTOLOGY, record)
    assert 0 < record.calls <= LINK.max_calls
    assert 0 < record.rows <= LINK.max_rows


def test_what_is_only_described_is_meant_by_its_whole_description(linked_store: Store) -> None:
    (whole, part) = linked(linked_store, "harbour guards", "guards")
    assert set(whole.ids) == set(UNNAMED)
    assert part.ids == []
