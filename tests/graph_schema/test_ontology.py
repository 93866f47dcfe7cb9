"""The ontology: the default loads, a file of one's own extends or replaces it, and a wrong one is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.errors import OntologyError
from graph_schema.ontology import OPEN_TYPE, RESERVED_LABELS, RESERVED_TYPES, UNKNOWN_KIND, Trigger, load_ontology

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graph_schema.ontology import Ontology

HEAD = '[ontology]\nname = "own"\nversion = "7"\n'
KINDS = "[kinds.Person]\n[kinds.Firm]\n"
FOUNDED = '[predicates.FOUNDED]\ndomain = ["Person"]\nrange = ["Firm"]\n'


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Ontology]:
    def from_text(text: str) -> Ontology:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return load_ontology(path)

    return from_text


def test_the_default_loads_and_names_only_what_it_has() -> None:
    default = load_ontology()
    assert default.name == "default"
    assert {"Person", "Organization", "Place"} <= set(default.kinds)
    for predicate in default.predicates.values():
        assert {*predicate.domain, *predicate.range} <= set(default.kinds)


def test_nothing_in_the_default_takes_a_name_of_the_schema() -> None:
    default = load_ontology()
    assert not RESERVED_LABELS & set(default.kinds)
    assert not RESERVED_TYPES & set(default.predicates)


def test_the_relationship_types_are_the_predicates_between_entities_and_the_open_one() -> None:
    types = load_ontology().relationship_types
    assert types[0] == OPEN_TYPE
    assert "FOUNDED" in types
    assert "FOUNDED_ON" not in types
    assert list(types[1:]) == sorted(types[1:])


def test_a_file_of_ones_own_replaces_the_default(load: Callable[[str], Ontology]) -> None:
    own = load(HEAD + KINDS + FOUNDED)
    assert (own.name, own.version) == ("own", "7")
    assert list(own.kinds) == ["Person", "Firm"]
    assert list(own.predicates) == ["FOUNDED"]


def test_a_file_that_extends_the_default_adds_to_it_and_wins_over_it(load: Callable[[str], Ontology]) -> None:
    own = load(
        HEAD + 'extends = "default"\n[kinds.Ship]\nparent = "Product"\n'
        '[predicates.SAILED_TO]\ndomain = ["Ship"]\nrange = ["Place"]\ntriggers = ["sail to"]\n'
        '[predicates.FOUNDED]\ndomain = ["Person"]\nrange = ["Organization"]\ntriggers = ["start up"]\n'
    )
    default = load_ontology()
    assert set(own.kinds) == {*default.kinds, "Ship"}
    assert set(own.predicates) == {*default.predicates, "SAILED_TO"}
    assert own.predicates["FOUNDED"].triggers == ("start up",)
    assert own.ancestors("Ship") == ("Ship", "Product")
    assert own.fingerprint != default.fingerprint


def test_the_fingerprint_changes_with_what_is_in_it_and_with_nothing_else(load: Callable[[str], Ontology]) -> None:
    first = load(HEAD + KINDS + FOUNDED).fingerprint
    assert load("# a comment\n" + HEAD + KINDS + FOUNDED).fingerprint == first
    assert load(HEAD + KINDS + FOUNDED + "functional = true\n").fingerprint != first


def test_a_trigger_maps_to_every_predicate_it_can_mean_in_file_order(load: Callable[[str], Ontology]) -> None:
    own = load(
        HEAD
        + KINDS
        + '[predicates.OWNS]\ndomain = ["Person"]\nrange = ["Firm"]\ntriggers = ["own", "hold"]\n'
        + '[predicates.LEADS]\ndomain = ["Person"]\nrange = ["Firm"]\ntriggers = ["hold"]\n'
        + 'inverse_triggers = ["led by"]\n'
    )
    assert own.triggers == {
        "own": (Trigger("OWNS", "forward"),),
        "hold": (Trigger("OWNS", "forward"), Trigger("LEADS", "forward")),
        "led by": (Trigger("LEADS", "inverse"),),
    }


def test_a_kind_fits_where_a_parent_is_allowed_and_an_unknown_one_fits_everywhere() -> None:
    default = load_ontology()
    assert default.fits("Facility", ("Place",))
    assert not default.fits("Place", ("Facility",))
    assert default.fits(UNKNOWN_KIND, ("Facility",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[ontology\n", "is not valid TOML"),
        (KINDS, r"entry 'ontology': field required"),
        (HEAD + "colour = 1\n", r"entry 'ontology.colour': extra inputs are not permitted"),
        (HEAD + KINDS + "shape = 1\n", r"entry 'kinds.Firm.shape'"),
        (HEAD + KINDS + FOUNDED + "speed = 1\n", r"entry 'predicates.FOUNDED.speed'"),
        (HEAD + 'extends = "other"\n', r"entry 'ontology.extends'"),
        (HEAD + KINDS + '[predicates.X]\ndomain = []\nrange = ["Firm"]\n', r"entry 'predicates.X.domain'"),
        (HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\nvalue = "colour"\n', r"entry 'predicates.X.value'"),
        (HEAD + KINDS + FOUNDED.replace('"Firm"', '"Frim"'), r"unknown kind 'Frim' \(did you mean 'Firm'\?\)"),
        (HEAD + KINDS + FOUNDED.replace('"Person"', '"Dog"'), r"unknown kind 'Dog'"),
        (HEAD + '[kinds.A]\nparent = "Nobody"\n', "unknown parent 'Nobody'"),
        (HEAD + '[kinds.A]\nparent = "A"\n', "kind 'A' is its own ancestor"),
        (HEAD + '[kinds.A]\nparent = "B"\n[kinds.B]\nparent = "A"\n', "kind 'A' is its own ancestor"),
        (HEAD + "[kinds.Claim]\n", "kind 'Claim' is reserved"),
        (HEAD + "[kinds.Stale]\n", "kind 'Stale' is reserved"),
        (HEAD + "[kinds.person]\n", "kind 'person' is reserved or not a capitalised"),
        (HEAD + '[kinds."A:B"]\n', "kind 'A:B' is reserved or not a capitalised"),
        (
            HEAD + '[kinds.A]\nlabels = ["ORG"]\n[kinds.B]\nlabels = ["ORG"]\n',
            "label 'ORG' belongs to both 'A' and 'B'",
        ),
        (HEAD + KINDS + FOUNDED.replace("FOUNDED", "SUPPORTS"), "predicate 'SUPPORTS' is reserved"),
        (HEAD + KINDS + FOUNDED.replace("FOUNDED", "NAME"), "predicate 'NAME' is reserved"),
        (HEAD + KINDS + FOUNDED.replace("FOUNDED", "founded"), "predicate 'founded' is reserved or not of the form"),
        (HEAD + KINDS + FOUNDED + 'value = "date"\n', "needs either a range or a value, and not both"),
        (HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\n', "needs either a range or a value"),
        (HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\nvalue = "date"\nsymmetric = true\n', "cannot be symmetric"),
        (HEAD + KINDS + FOUNDED + 'dated_by = "FOUNDED_ON"\n', "is dated by 'FOUNDED_ON', which is no predicate"),
        (HEAD + KINDS + FOUNDED + 'dated_by = "FOUNDED"\n', "is dated by 'FOUNDED', which is no predicate"),
        (HEAD + KINDS + FOUNDED + 'triggers = ["Set up"]\n', "has the trigger 'Set up', which is not in lower case"),
        (HEAD + KINDS + FOUNDED + 'inverse_triggers = ["set  up"]\n', "has the trigger 'set  up'"),
    ],
)
def test_a_wrong_ontology_is_refused_with_the_entry_that_is_wrong(
    load: Callable[[str], Ontology], text: str, message: str
) -> None:
    with pytest.raises(OntologyError, match=message) as caught:
        load(text)
    assert "own.toml" in caught.value.message
    assert caught.value.remedy
    assert caught.value.exit_code == 78


def test_every_problem_of_a_file_is_named_at_once(load: Callable[[str], Ontology]) -> None:
    with pytest.raises(OntologyError, match=r"'Claim' is reserved.*unknown kind 'Dog'"):
        load(HEAD + KINDS + "[kinds.Claim]\n" + FOUNDED.replace('"Person"', '"Dog"'))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OntologyError, match=r"cannot read the ontology .*own\.toml"):
        load_ontology(path)


def test_a_folder_is_no_ontology(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="cannot read the ontology"):
        load_ontology(tmp_path)
