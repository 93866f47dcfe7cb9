"""Entity, neighbours and path: whole names, homonyms apart, every fact with its characters; and their tables."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support import rows

from pipeline.errors import ContractExceeded, PackageMissing, UsageError
from pipeline.query.entity import MAX_NEIGHBOURS
from pipeline.query.results import MAX_PRINTED_FACTS, Entities, Neighbours, Paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.api import Groundplan
    from pipeline.query.results import StatedFact
    from pipeline.tabular import Tabular

COLUMNS = [
    "subject", "predicate", "object", "statement", "support", "denials", "documents", "confidence",
    "supports", "source", "path", "record", "title", "start", "end", "quote",
]  # fmt: skip


def facts_of(result: Entities | Neighbours | Paths) -> Iterator[StatedFact]:
    return (fact for part in result for fact in part.facts)


def assert_cited(kg: Groundplan, result: Entities | Neighbours | Paths) -> None:
    """Every fact has citations, and each is exactly the characters of its document."""
    found = list(facts_of(result))
    assert found
    texts: dict[tuple[str, str | None], str] = {}
    for row in rows(
        kg.store,
        "MATCH (c:Chunk)-[:FROM_DOCUMENT]->(d:Document) WITH c, d ORDER BY c.index "
        "WITH d, collect(c.text) AS texts RETURN d.path AS path, d.record AS record, texts",
    ):
        texts[row["path"], row["record"]] = "".join(row["texts"])
    for fact in found:
        assert fact.citations
        for each in fact.citations:
            assert texts[each.path, each.record][each.start : each.end] == each.quote


def results(kg: Groundplan) -> list[Entities | Neighbours | Paths]:
    return [
        kg.entity("Margaret Doyle"),
        kg.neighbours("Margaret Doyle"),
        kg.path("Grace Okafor", "Samuel Hartley"),
    ]


def test_every_fact_of_every_lookup_is_cited_to_characters(sample_graph: Groundplan) -> None:
    for result in results(sample_graph):
        assert_cited(sample_graph, result)


@pytest.mark.parametrize("name", ["Margaret Doyle", "margaret DOYLE", "Dr. Margaret Doyle", "Margarét Doyle"])
def test_an_entity_is_found_by_its_whole_name_however_it_is_written(sample_graph: Groundplan, name: str) -> None:
    (found,) = sample_graph.entity(name)
    assert (found.name, found.kind) == ("Margaret Doyle", "Person")
    assert found.total_facts >= len(found.facts) > 5
    said = [fact.text for fact in found.facts]
    assert "Margaret Doyle was born in Alderton" in said
    assert sample_graph.entity(found.id).entities == (found,)


def test_homonyms_are_told_apart_by_what_is_said_of_them(sample_graph: Groundplan) -> None:
    found = sample_graph.entity("Erik Lindqvist")
    one, other = found
    assert found.total == 2
    assert one.name == other.name == "Erik Lindqvist"
    assert one.mentions >= other.mentions
    assert {fact.fact.key for fact in one.facts}.isdisjoint(fact.fact.key for fact in other.facts)
    for each in (one, other):
        assert each.id in str(found)
        assert all(each.id in {end.id for end in (fact.fact.subject, fact.fact.object) if end} for fact in each.facts)
    assert_cited(sample_graph, found)


@pytest.mark.parametrize("name", ["Margarete Doyle", "Margaret Dolye", "Doyle Margaret"])
def test_an_unknown_name_is_an_empty_result_that_says_the_closest(sample_graph: Groundplan, name: str) -> None:
    for result in (sample_graph.entity(name), sample_graph.neighbours(name)):
        assert not result
        assert len(result) == 0
        assert result.closest[0] == "Margaret Doyle"
        assert str(result).startswith(f"Nothing in the graph is called {name!r}. The closest names: Margaret Doyle")
        assert result.to_rows() == []
    between = sample_graph.path(name, "Grace Okafor")
    assert not between
    assert between.closest == {name: sample_graph.entity(name).closest}
    assert "Margaret Doyle" in str(between)


def test_a_name_like_nothing_has_no_closest(sample_graph: Groundplan) -> None:
    found = sample_graph.entity("Zzyzx Quorrum")
    assert (found.entities, found.total, found.closest) == ((), 0, ())
    assert str(found) == "Nothing in the graph is called 'Zzyzx Quorrum'."


@pytest.mark.parametrize("name", ["", "  ", "?!", "\ud800", "Anna \udfff"])
def test_what_is_no_name_is_refused(sample_graph: Groundplan, name: str) -> None:
    for call in (sample_graph.entity, sample_graph.neighbours, lambda each: sample_graph.path("Grace Okafor", each)):
        with pytest.raises(UsageError, match=r"no word in the name|half a character"):
            call(name)


def test_a_name_of_many_words_is_refused_by_the_contract(sample_graph: Groundplan) -> None:
    with pytest.raises(ContractExceeded, match="step 'link' would take"):
        sample_graph.entity("very " * 300 + "long")


@pytest.mark.parametrize(
    "name", ['Doyle" OR *:*', "Margaret AND (Doyle", "name:Doyle~2 -x", "\\", "AND", "[* TO *]", "\x00"]
)
def test_operators_of_the_index_are_only_characters_of_a_name(sample_graph: Groundplan, name: str) -> None:
    assert not sample_graph.entity(f"Zzyzx {name}")


def test_neighbours_are_those_of_the_typed_relationships(sample_graph: Groundplan) -> None:
    found = sample_graph.neighbours("Margaret Doyle", limit=MAX_NEIGHBOURS)
    expected = rows(
        sample_graph.store,
        "MATCH (:Person {name: 'Margaret Doyle'})-[r]-(n:__Entity__) WHERE r.fact IS NOT NULL "
        "RETURN n.id AS id, count(DISTINCT r.fact) AS facts, sum(r.support) AS support",
    )
    shown = {each.entity.id: (each.total_facts, each.support) for each in found}
    assert shown == {row["id"]: (row["facts"], row["support"]) for row in expected}
    assert found.total == len(expected)
    supports = [each.support for each in found]
    assert supports == sorted(supports, reverse=True)


def test_neighbours_of_some_predicates_are_over_these_alone(sample_graph: Groundplan) -> None:
    found = sample_graph.neighbours("Margaret Doyle", predicates=["MARRIED_TO", "BORN_IN"])
    assert {each.entity.name for each in found} == {"Samuel Hartley", "Alderton"}
    assert {fact.fact.predicate for fact in facts_of(found)} == {"MARRIED_TO", "BORN_IN"}
    none = sample_graph.neighbours("Margaret Doyle", predicates=["NO_SUCH"])
    assert (len(none), none.total, [each.name for each in none.entities]) == (0, 0, ["Margaret Doyle"])
    assert str(none) == "No fact connects 'Margaret Doyle' with another entity."


def test_what_a_limit_leaves_out_is_counted(sample_graph: Groundplan) -> None:
    everything = sample_graph.neighbours("Margaret Doyle", limit=MAX_NEIGHBOURS)
    two = sample_graph.neighbours("Margaret Doyle", limit=2)
    assert two.neighbours == everything.neighbours[:2]
    assert two.total == everything.total
    assert f"and {everything.total - 2} more neighbours" in str(two)
    profile = sample_graph.entity("Margaret Doyle").entities[0]
    assert f"{MAX_PRINTED_FACTS} of {profile.total_facts} facts" in str(profile)


@pytest.mark.parametrize("limit", [0, -1, MAX_NEIGHBOURS + 1])
def test_a_limit_outside_what_is_allowed_is_refused(sample_graph: Groundplan, limit: int) -> None:
    with pytest.raises(UsageError, match=f"limit on neighbours is {limit}"):
        sample_graph.neighbours("Margaret Doyle", limit=limit)


def test_one_text_for_predicates_is_refused(sample_graph: Groundplan) -> None:
    with pytest.raises(UsageError, match="Give a list"):
        sample_graph.neighbours("Margaret Doyle", predicates="MARRIED_TO")


def test_a_path_is_the_shortest_and_each_fact_joins_what_stands_beside_it(sample_graph: Groundplan) -> None:
    (direct,) = sample_graph.path("Margaret Doyle", "Samuel Hartley")
    assert [each.name for each in direct.entities] == ["Margaret Doyle", "Samuel Hartley"]
    assert direct.facts[0].text == "Samuel Hartley was married to Margaret Doyle (1936)"
    longer = sample_graph.path("Grace Okafor", "Samuel Hartley")
    assert len({tuple(each.id for each in chain.entities) for chain in longer}) == len(longer) > 0
    for chain in longer:
        assert len(chain.facts) == 3
        for fact, one, other in zip(chain.facts, chain.entities, chain.entities[1:], strict=False):
            assert fact.fact.object is not None
            assert {fact.fact.subject.id, fact.fact.object.id} == {one.id, other.id}
    back = sample_graph.path("Samuel Hartley", "Grace Okafor")
    assert {tuple(fact.fact.key for fact in chain.facts)[::-1] for chain in back} == {
        tuple(fact.fact.key for fact in chain.facts) for chain in longer
    }


def test_no_path_is_longer_than_asked_for(sample_graph: Groundplan) -> None:
    found = sample_graph.path("Grace Okafor", "Samuel Hartley", max_hops=2)
    assert (len(found), found.closest) == (0, {})
    assert str(found) == "No chain of at most 2 facts connects 'Grace Okafor' and 'Samuel Hartley'."
    assert len(sample_graph.path("Margaret Doyle", "Margaret Doyle")) == 0
    for hops in (0, 4):
        with pytest.raises(UsageError, match=f"longest chain is {hops}"):
            sample_graph.path("Grace Okafor", "Samuel Hartley", max_hops=hops)


def test_the_same_lookup_gives_the_same_result(sample_graph: Groundplan) -> None:
    assert results(sample_graph) == results(sample_graph)


def test_results_are_frozen_and_serialise(sample_graph: Groundplan) -> None:
    for result, parts in zip(results(sample_graph), ("entities", "neighbours", "chains"), strict=True):
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.asked = "other"  # type: ignore[misc]
        again = json.loads(json.dumps(result.as_json()))
        assert again == result.as_json()
        citation = again[parts][0]["facts"][0]["citations"][0]
        assert citation["end"] - citation["start"] == len(citation["quote"])


def tables(kg: Groundplan) -> list[Tabular]:
    return [*results(kg), kg.ask("Who designed the Kelport Tide Predictor?"), kg.cypher("kinds")]


def test_a_table_has_one_row_a_citation(sample_graph: Groundplan) -> None:
    for result, head in zip(
        results(sample_graph),
        (["entity", "entity_id", "kind"], ["neighbour", "neighbour_id", "kind"], ["chain", "hop"]),
        strict=True,
    ):
        table = result.to_rows()
        assert len(table) == sum(len(fact.citations) for fact in facts_of(result))
        assert all(list(row) == [*head, *COLUMNS] for row in table)


def test_every_result_becomes_a_data_frame(sample_graph: Groundplan) -> None:
    for result in tables(sample_graph):
        frame = result.to_pandas()
        table = result.to_rows()
        assert table
        assert list(frame.columns) == list(table[0])
        assert len(frame) == len(table)


def test_without_pandas_a_data_frame_is_refused_with_what_to_do(
    sample_graph: Groundplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    for result in tables(sample_graph):
        with pytest.raises(PackageMissing, match=r"needs 'pandas'.*pip install pandas.*to_rows"):
            result.to_pandas()


def test_an_answer_is_a_table_of_its_citations(sample_graph: Groundplan) -> None:
    answer = sample_graph.ask("Where was Margaret Doyle born?")
    table: list[dict[str, Any]] = answer.to_rows()
    assert [row["quote"] for row in table] == [each.quote for part in answer.sentences for each in part.citations]
    assert {row["text"] for row in table} == {part.text for part in answer.sentences}
