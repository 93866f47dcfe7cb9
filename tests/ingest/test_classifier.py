from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.classifier import HEADS, RelationClassifier, Trees
from pipeline.ingest.extract.clause import Tree
from pipeline.ingest.extract.features import pair_features, role_features, sentences
from pipeline.ingest.extract.stance import StanceReader
from pipeline.ingest.extract.typed import Typed, TypedFinder, governing_verb
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language

    from graph_schema.ontology import Ontology

    Found = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology()


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


def typed_of(text: str, model: Language, ontology: Ontology) -> tuple[Found, list[Typed]]:
    doc = model(text)
    mentions, at = MentionFinder(ontology)(doc, 0)
    values = {index: mention.value for index, mention in enumerate(mentions) if mention.value is not None}
    found = TypedFinder(ontology)(doc, mentions, at, StanceReader(Tree(doc), at, values))
    said = {
        (
            mentions[each.subject].surface,
            each.predicate,
            each.value.normalised if each.value else mentions[each.object or 0].surface,
        )
        for each in found
    }
    return said, found


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Carla Monti (born 4 May 1931) is an Italian painter.", ("Carla Monti", "BORN_ON", "1931-05-04")),
        ("Carla Monti was born in Turin.", ("Carla Monti", "BORN_IN", "Turin")),
        ("Peter Holm studied law at Uppsala University.", ("Peter Holm", "STUDIED_AT", "Uppsala University")),
        ("Peter Holm lives in Oslo.", ("Peter Holm", "LIVES_IN", "Oslo")),
        ("Peter Holm is the CEO of Norvik Systems.", ("Peter Holm", "LEADS", "Norvik Systems")),
    ],
)
def test_finds_what_a_plain_sentence_says(
    text: str, claim: tuple[str, str, str], model: Language, ontology: Ontology
) -> None:
    assert claim in typed_of(text, model, ontology)[0]


def test_says_what_the_clause_denies_as_denied(model: Language, ontology: Ontology) -> None:
    _, found = typed_of("Carla Monti was not born in Turin.", model, ontology)
    assert all(each.stance.negated for each in found)


def test_who_says_it_is_not_taken_for_whom_it_is_about(model: Language, ontology: Ontology) -> None:
    said, _ = typed_of("Erik Lund said that Anna Berg was born in Turin.", model, ontology)
    assert ("Anna Berg", "BORN_IN", "Turin") in said
    assert {each[0] for each in said} == {"Anna Berg"}


def test_quotes_the_sentence_and_gives_a_probability(model: Language, ontology: Ontology) -> None:
    text = "It rained. Carla Monti was born in Turin. She left."
    _, found = typed_of(text, model, ontology)
    assert {text[each.start : each.end] for each in found} == {"Carla Monti was born in Turin."}
    assert all(0 < each.confidence < 1 for each in found)


def test_a_symmetric_predicate_is_said_once(model: Language, ontology: Ontology) -> None:
    said, _ = typed_of("In 1990 Peter Holm married Carla Monti.", model, ontology)
    married = [each for each in said if each[1] == "MARRIED_TO"]
    assert married in ([], [("Peter Holm", "MARRIED_TO", "Carla Monti")])


def test_an_ontology_without_its_predicates_gets_none(tmp_path: Path, model: Language) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[ontology]\nname = "own"\nversion = "1"\n[kinds.Person]\nlabels = ["PERSON"]\n'
        '[predicates.KNOWS]\ndomain = ["Person"]\nrange = ["Person"]\ntriggers = ["know"]\n'
    )
    assert typed_of("Carla Monti was born in Turin.", model, load_ontology(path))[1] == []


def test_every_head_has_a_predicate_of_the_default_ontology_that_takes_its_object(ontology: Ontology) -> None:
    for head in HEADS:
        assert ontology.predicates[head.predicate].value == ("date" if head.target == "date" else None)


def test_features_of_the_same_sentence_are_the_same(model: Language, ontology: Ontology) -> None:
    find = MentionFinder(ontology)
    once, again = (sentences(doc, *find(doc, 0)) for doc in (model("Eva met Karl."), model("Eva met Karl.")))
    assert pair_features(once[0], 0, 1) == pair_features(again[0], 0, 1) != pair_features(once[0], 1, 0)
    assert role_features(once[0], 0) == role_features(again[0], 0)


def test_governing_verb_is_the_one_nearest_to_the_second_end(model: Language) -> None:
    doc = model("Eva hopes to move to Oslo.")
    verb = governing_verb(doc, 0, 5)
    assert verb is not None
    assert verb.text == "move"


def test_trees_add_the_values_of_the_leaves_that_a_row_reaches() -> None:
    trees = Trees(
        {
            "tree_feature": np.array([[1, 0, 0]], np.uint8),
            "tree_threshold": np.array([[0.5, 0, 0]], np.float32),
            "tree_left": np.array([[1, 1, 2]], np.uint8),
            "tree_right": np.array([[2, 1, 2]], np.uint8),
            "tree_value": np.array([[0, -1, 2]], np.float32),
            "tree_base": np.array(0.25),
            "tree_depth": np.array(1),
        }
    )
    assert trees(np.array([[9, 0.5], [9, 0.6]], np.float32)).tolist() == [-0.75, 2.25]


def test_shipped_weights_fit_this_code() -> None:
    assert RelationClassifier.shipped().threshold + 3 > 0
