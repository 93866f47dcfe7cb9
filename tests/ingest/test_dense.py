"""Dense features and networks: decoded as written, the same in every batch, and silent under another model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.classifier import RelationClassifier, same_things
from pipeline.ingest.extract.dense import Network, Tokens, pair_columns, role_columns
from pipeline.ingest.extract.features import sentences
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.ingest.extract.features import Sentence

TEXTS = (
    "Carla Monti (born 4 May 1931) is an Italian painter, who studied in Turin.",
    "Rain fell on the hills for most of the week.",
    "Peter Holm is the CEO of Norvik Systems, which he founded with Anna Berg in 1990.",
)


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


def found_in(doc: Doc) -> list[Sentence]:
    return sentences(doc, *MentionFinder(load_ontology())(doc, 0))


def said_of(doc: Doc) -> list[tuple[str, int, int, float]]:
    said = RelationClassifier.shipped()(doc, *MentionFinder(load_ontology())(doc, 0))
    return [(each.head.name, each.subject.start, each.object.start, each.probability) for each in said]


def test_a_network_adds_what_its_units_see() -> None:
    network = Network(
        hidden=np.array([[1.0, -1.0], [0.0, 2.0]]),
        hidden_bias=np.array([0.5, 0.0]),
        out=np.array([[2.0], [10.0]]),
        out_bias=np.array([-1.0]),
    )
    assert network(np.array([[1, 0], [0, 1], [-2, 0]], np.float32)).tolist() == [[2.0], [20.0], [19.0]]


def test_a_chunk_scores_the_same_alone_and_in_any_batch(model: Language) -> None:
    alone = [said_of(model(text)) for text in TEXTS]
    assert any(alone)
    assert alone == [said_of(doc) for doc in model.pipe(TEXTS)]
    assert alone[::-1] == [said_of(doc) for doc in model.pipe(TEXTS[::-1], batch_size=2)]


def test_columns_do_not_depend_on_the_sentences_beside(model: Language) -> None:
    one, other = found_in(model(TEXTS[0])), found_in(model(TEXTS[2]))
    space = RelationClassifier.shipped().space
    size = len(one[0].candidates)
    alone, beside = Tokens(one, space), Tokens([*other, *one], space)
    together = role_columns([*other, *one], beside)[-size:]
    assert np.allclose(role_columns(one, alone), together, atol=1e-5)
    first, second = np.array([0, 1]), np.array([1, 0])
    pairs = pair_columns(one, alone, np.array([0, 0]), first, second)
    assert np.allclose(pairs, pair_columns([*other, *one], beside, np.array([1, 1]), first, second), atol=1e-5)
    assert not np.allclose(pairs[0], pairs[1])


def test_rows_are_those_of_the_words_vectors(model: Language) -> None:
    doc = model("Carla lives in Qwzzrty near Turin.")
    words = found_in(doc)[0].words
    assert words.row[3] == -1
    assert all(np.array_equal(words.table[words.row[each.i]], np.asarray(each.vector)) for each in doc if each.i != 3)
    space = RelationClassifier.shipped().space
    assert not space.words(words.table)[words.row[3]].any()
    assert space.words(words.table)[words.row[5]].any()


def test_under_another_model_the_regressions_speak_alone(model: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    doc = model("Carla Monti was born in Turin.")
    with_networks = said_of(doc)
    doc.user_data[nlp.MODEL_NAME] = "en_another_model-1.0"
    doc.tensor = np.zeros((len(doc), 0), np.float32)
    monkeypatch.setattr(Network, "__call__", None)
    without = said_of(doc)
    born = [
        [(name, start) for name, start, *_ in said if name == "PLACE_OF_BIRTH"] for said in (with_networks, without)
    ]
    assert born == [[("PLACE_OF_BIRTH", 0)]] * 2
    assert with_networks != without


def test_the_shipped_networks_know_the_default_model(model: Language) -> None:
    assert RelationClassifier.shipped().space.is_that_of(found_in(model(TEXTS[0])))


def test_what_stands_for_what_stands_for_a_name_is_the_same_thing() -> None:
    assert same_things(np.array([-1, 0, -1, 1, 2])).tolist() == [0, 0, 2, 0, 2]
