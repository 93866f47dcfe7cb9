"""The ontology: the default loads, a file of one's own extends or replaces it, and a wrong one is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.errors import OntologyError
from graph_schema.ontology import OPEN_TYPE, UNKNOWN_KIND, Trigger, check_ontology, load_ontology
from graph_schema.ontology_check import RESERVED_LABELS, RESERVED_TYPES
from graph_schema.patterns import MAX_WAYS, problem_of

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


WORKS = '[predicates.WORKS_FOR]\ndomain = ["Person"]\nrange = ["Firm"]\ntriggers = ["work for"]\n'
EMPLOYS = '[predicates.EMPLOYS]\ndomain = ["Firm"]\nrange = ["Person"]\ntriggers = ["employ"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[ontology\n", "is not valid TOML"),
        (KINDS, "ontology: is missing"),
        ("ontology = 3\n", "ontology: is 3; allowed: a table"),
        ("[ontology]\nname = 'own'\n", "ontology.version: is missing"),
        (HEAD + "colour = 1\n", r"ontology.colour: there is no field 'colour'; allowed: name, version, extends"),
        (HEAD + "[kind.Person]\n", r"kind: there is no table 'kind' \(did you mean 'kinds'\?\)"),
        (HEAD + "kinds = 3\n", r"ontology.kinds: there is no field 'kinds'"),
        (HEAD + KINDS + "shape = 1\n", "kinds.Firm.shape: there is no field 'shape'"),
        (HEAD + KINDS + 'lables = ["ORG"]\n', r"no field 'lables' \(did you mean 'labels'\?\)"),
        (HEAD + KINDS + "labels = [7]\n", "kinds.Firm.labels.0: is 7"),
        (HEAD + KINDS + FOUNDED + "speed = 1\n", "predicates.FOUNDED.speed: there is no field"),
        (HEAD + 'extends = "other"\n', "ontology.extends: is 'other'; allowed: 'default'"),
        (HEAD + KINDS + '[predicates.X]\ndomain = []\nrange = ["Firm"]\n', r"predicates.X.domain: is \[\]"),
        (HEAD + KINDS + '[predicates.X]\nrange = ["Firm"]\n', r"predicates.X.domain: is missing"),
        (
            HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\nvalue = "colour"\n',
            "predicates.X.value: is 'colour'; allowed: 'date', 'quantity', 'money' or 'string'",
        ),
        (
            HEAD + KINDS + FOUNDED.replace('"Firm"', '"Frim"'),
            r"predicates.FOUNDED.range: 'Frim' is no kind \(did you mean 'Firm'\?\); allowed: Person, Firm",
        ),
        (HEAD + KINDS + FOUNDED.replace('"Person"', '"Dog"'), "FOUNDED.domain: 'Dog' is no kind; allowed"),
        (HEAD + '[kinds.A]\nparent = "Nobody"\n', "kinds.A.parent: 'Nobody' is no kind"),
        (HEAD + '[kinds.A]\nparent = "A"\n', "'A' is its own ancestor"),
        (HEAD + '[kinds.A]\nparent = "B"\n[kinds.B]\nparent = "A"\n', "'A' is its own ancestor"),
        (HEAD + "[kinds.Claim]\n", "kinds.Claim: 'Claim' cannot be the name of a kind; allowed: a capitalised"),
        (HEAD + "[kinds.Stale]\n", "'Stale' cannot be the name of a kind"),
        (HEAD + "[kinds.person]\n", "'person' cannot be the name of a kind"),
        (HEAD + '[kinds."A:B"]\n', "'A:B' cannot be the name of a kind"),
        (
            HEAD + '[kinds.A]\nlabels = ["ORG"]\n[kinds.B]\nlabels = ["ORG"]\n',
            "kinds.B.labels: the label 'ORG' belongs to 'A' already",
        ),
        (HEAD + '[kinds.A]\nlast_words = ["Airways"]\n', "kinds.A.last_words: 'Airways' can never be found"),
        (HEAD + '[kinds.A]\nnames = [" Boeing"]\n', "kinds.A.names: ' Boeing' is no name"),
        (HEAD + '[kinds.A]\nnames = ["--"]\n', "kinds.A.names: '--' is no name"),
        (HEAD + '[kinds.A]\npatterns = ["(C-"]\n', r"kinds.A.patterns: '\(C-' is no regular expression: missing \)"),
        (HEAD + '[kinds.A]\npatterns = ["C*"]\n', r"'C\*' matches the empty text; allowed: a regular expression"),
        (HEAD + KINDS + FOUNDED.replace("FOUNDED", "SUPPORTS"), "'SUPPORTS' cannot be the name of a predicate"),
        (HEAD + KINDS + FOUNDED.replace("FOUNDED", "NAME"), "'NAME' cannot be the name of a predicate"),
        (HEAD + KINDS + FOUNDED.replace("FOUNDED", "founded"), "'founded' cannot be the name .* allowed: A-Z, 0-9"),
        (HEAD + KINDS + FOUNDED + 'value = "date"\n', "needs either a range or a value, and not both"),
        (HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\n', "needs either a range or a value"),
        (HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\nvalue = "date"\nsymmetric = true\n', "cannot be symmetric"),
        (HEAD + KINDS + FOUNDED + 'dated_by = "FOUNDED_ON"\n', "dated_by: 'FOUNDED_ON' is no predicate with a date"),
        (HEAD + KINDS + FOUNDED + 'dated_by = "FOUNDED"\n', "'FOUNDED' is no predicate with a date value"),
        (HEAD + KINDS + FOUNDED + 'triggers = ["Set up"]\n', "triggers: 'Set up' can never be found; allowed: lower"),
        (HEAD + KINDS + FOUNDED + 'inverse_triggers = ["set  up"]\n', "'set  up' can never be found"),
        (HEAD + KINDS + FOUNDED + 'triggers = [""]\n', "triggers: '' can never be found"),
        (HEAD + KINDS + FOUNDED + 'phrase = "{subject} founded {thing}"\n', "phrase: .* does not say both ends once"),
        (HEAD + KINDS + FOUNDED + 'phrase = "{subject founded {object}"\n', "phrase: .* does not say both ends once"),
        (HEAD + KINDS + FOUNDED + 'phrase = "{subject} founded {object.name}"\n', "does not say both ends once"),
        (HEAD + KINDS + FOUNDED + 'inverse = "founded by"\n', "inverse: 'founded by' cannot be the name"),
        (HEAD + KINDS + FOUNDED + 'symmetric = true\ninverse = "X"\n', "that is symmetric has no inverse"),
        (
            HEAD + KINDS + '[predicates.X]\ndomain = ["Firm"]\nvalue = "date"\ninverse = "Y"\n',
            "that is about a value has no inverse",
        ),
        (HEAD + KINDS + WORKS + 'inverse = "EMPLOYS"\n' + EMPLOYS, "'EMPLOYS' is a predicate of its own, so each"),
        (
            HEAD + KINDS + WORKS + 'inverse = "X"\n' + FOUNDED + 'inverse = "X"\n',
            "'X' is the inverse of 'WORKS_FOR' already",
        ),
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
    with pytest.raises(OntologyError, match=r"no field 'shape'.*'Claim' cannot be .*'Dog' is no kind"):
        load(HEAD + KINDS + "shape = 1\n[kinds.Claim]\n" + FOUNDED.replace('"Person"', '"Dog"'))


def test_every_problem_of_one_entry_is_named_at_once(load: Callable[[str], Ontology]) -> None:
    with pytest.raises(OntologyError, match=r"FOUNDED.colour: .*FOUNDED.domain: 'Dog' is no kind"):
        load(HEAD + KINDS + FOUNDED.replace('"Person"', '"Dog"') + "colour = 1\n")


def test_what_names_an_entry_that_cannot_be_read_is_not_blamed_for_it(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + '[kinds]\nPerson = 3\n[kinds.Firm]\nparent = "Person"\n' + FOUNDED, encoding="utf-8")
    assert [each.entry for each in check_ontology(path).problems] == ["kinds.Person"]


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


# regular expressions


@pytest.mark.parametrize("pattern", [r"[A-Z]{1,3}-?\d{1,6}[A-Z]?", r"\d+", r"(?:[A-Z]\.){2}", r"(?i)flight \d{1,4}"])
def test_a_pattern_that_can_be_tried_in_few_ways_is_allowed(pattern: str) -> None:
    assert problem_of(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"(\w+\s?)+x", "more than 10"),
        (r"(?:a|a){1,30}b", "more than 10"),
        (r"[A-Z]\w+ [A-Z]\w+", "10000 ways"),
        (r"(?=(?:a+)+)b", "more than 10"),
        ("a?", "empty text"),
        ("", "has 0 characters"),
        ("x" * 201, "has 201 characters"),
        ("[", "no regular expression"),
    ],
)
def test_a_pattern_whose_cost_is_not_bounded_is_refused(pattern: str, message: str) -> None:
    assert message in (problem_of(pattern) or "")


def test_the_ways_of_a_pattern_are_the_choices_that_it_leaves() -> None:
    assert problem_of(rf"a{{1,{MAX_WAYS // 10}}}b{{1,10}}") is None
    assert problem_of(rf"a{{1,{MAX_WAYS // 10}}}b{{1,11}}") == f"can be tried in {MAX_WAYS // 10 * 11} ways"


# warnings


def warnings_about(tmp_path: Path, text: str) -> dict[str, str]:
    """Entry -> message."""
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    checked = check_ontology(path)
    assert checked.ontology is not None
    assert {each.severity for each in checked.problems} <= {"warning"}
    return {each.entry: str(each) for each in checked.problems}


FOUND = (
    '[kinds.Person]\nlabels = ["PERSON"]\n[kinds.Firm]\nlabels = ["ORG"]\n'
    '[kinds.Yard]\nparent = "Firm"\nroles = ["yard"]\n'
)
RUNS = '[predicates.RUNS]\ndomain = ["Person"]\nrange = ["Yard"]\ntriggers = ["work for"]\n'


def test_an_ontology_without_oddities_has_no_warning(tmp_path: Path) -> None:
    assert warnings_about(tmp_path, HEAD + FOUND + WORKS + 'inverse = "EMPLOYS"\n') == {}


def test_a_trigger_that_can_never_win_is_warned_about(tmp_path: Path) -> None:
    found = warnings_about(tmp_path, HEAD + FOUND + WORKS + RUNS)
    assert list(found) == ["predicates.RUNS.triggers"]
    assert "'work for' stands under WORKS_FOR too, which comes first and wins for Person and Yard" in found.popitem()[1]


@pytest.mark.parametrize(
    "other",
    [
        '[predicates.AGE]\ndomain = ["Person"]\nvalue = "quantity"\ntriggers = ["work for"]\n',
        '[predicates.SERVES]\ndomain = ["Firm"]\nrange = ["Firm"]\ntriggers = ["work for"]\n',
        '[predicates.X]\ndomain = ["Person"]\nrange = ["Firm"]\ninverse_triggers = ["work for"]\n',
    ],
)
def test_predicates_that_differ_at_one_end_may_share_a_trigger(tmp_path: Path, other: str) -> None:
    assert warnings_about(tmp_path, HEAD + FOUND + WORKS + other) == {}


def test_an_inverse_pair_that_is_written_twice_is_warned_about(tmp_path: Path) -> None:
    found = warnings_about(tmp_path, HEAD + FOUND + WORKS + EMPLOYS + 'inverse_triggers = ["work for"]\n')
    assert "keep one and give it the other's name as `inverse`" in found["predicates.EMPLOYS.inverse_triggers"]


def test_a_predicate_without_a_trigger_is_warned_about_unless_another_dates_by_it(tmp_path: Path) -> None:
    silent = '[predicates.MADE_ON]\ndomain = ["Firm"]\nvalue = "date"\n'
    assert list(warnings_about(tmp_path, HEAD + FOUND + silent)) == ["predicates.MADE_ON"]
    assert warnings_about(tmp_path, HEAD + FOUND + silent + WORKS + 'dated_by = "MADE_ON"\n') == {}


def test_what_the_headers_of_mails_say_needs_no_trigger(tmp_path: Path) -> None:
    said = '[predicates.{}]\ndomain = ["Person"]\nrange = ["Person"]\n'
    assert warnings_about(tmp_path, HEAD + FOUND + said.format("WROTE_TO")) == {}
    assert list(warnings_about(tmp_path, HEAD + FOUND + said.format("WRITES_TO"))) == ["predicates.WRITES_TO"]


def test_a_kind_that_nothing_can_be_of_is_warned_about_and_its_parent_is_not(tmp_path: Path) -> None:
    kinds = '[kinds.Thingy]\n[kinds.Firm]\n[kinds.Yard]\nparent = "Firm"\npatterns = ["Y-[0-9]{2}"]\n'
    assert list(warnings_about(tmp_path, HEAD + kinds)) == ["kinds.Thingy"]


def test_a_label_that_the_model_never_gives_is_warned_about(tmp_path: Path) -> None:
    found = warnings_about(tmp_path, HEAD + '[kinds.Person]\nlabels = ["PERSN"]\n')
    assert "did you mean 'PERSON'?" in found["kinds.Person.labels"]


def test_a_word_that_two_kinds_claim_is_warned_about(tmp_path: Path) -> None:
    kinds = '[kinds.A]\nnames = ["Boeing"]\n[kinds.B]\nnames = ["BOEING"]\n'
    assert "'BOEING' stands under A too" in warnings_about(tmp_path, HEAD + kinds)["kinds.B.names"]


SAILS = '[predicates.SAILS_FOR]\ndomain = ["Person"]\nrange = ["Organization"]\ntriggers = ["work for"]\n'


def test_a_predicate_of_ones_own_goes_before_those_of_the_default(load: Callable[[str], Ontology]) -> None:
    own = load(HEAD + 'extends = "default"\n' + SAILS)
    assert [each.predicate for each in own.triggers["work for"]] == ["SAILS_FOR", "WORKS_FOR"]


def test_only_entries_of_ones_own_are_warned_about(tmp_path: Path) -> None:
    again = SAILS.replace("SAILS_FOR", "ROWS_FOR")
    found = warnings_about(tmp_path, HEAD + 'extends = "default"\n' + SAILS + again)
    assert list(found) == ["predicates.ROWS_FOR.triggers"]


# inverses, names and patterns


def test_an_inverse_is_another_name_for_what_is_stored_once(load: Callable[[str], Ontology]) -> None:
    own = load(HEAD + KINDS + WORKS + 'inverse = "EMPLOYS"\ninverse_triggers = ["employ"]\n')
    assert own.stored_as("WORKS_FOR") == Trigger("WORKS_FOR", "forward")
    assert own.stored_as("EMPLOYS") == Trigger("WORKS_FOR", "inverse")
    assert own.stored_as("LEADS") is None
    assert own.relationship_types == (OPEN_TYPE, "WORKS_FOR")


def test_a_name_that_a_kind_of_ones_own_claims_is_taken_from_the_default(load: Callable[[str], Ontology]) -> None:
    own = load(HEAD + 'extends = "default"\n[kinds.Ship]\nlabels = ["PRODUCT"]\nroles = ["bridge"]\n')
    assert own.kind_of_label["PRODUCT"] == "Ship"
    assert own.kind_of_role["bridge"] == "Ship"


def test_what_names_of_a_kind_behave_like_follows_from_its_labels_and_not_from_what_it_is_called(
    load: Callable[[str], Ontology],
) -> None:
    own = load(
        HEAD + '[kinds.Party]\nlabels = ["ORG", "PERSON"]\n[kinds.Tenant]\nparent = "Party"\nroles = ["tenant"]\n'
        '[kinds.Area]\nparent = "Party"\nlabels = ["GPE"]\n[kinds.Deed]\nlabels = ["LAW"]\n'
    )
    assert own.families == {"Party": "organization", "Tenant": "organization", "Area": "place", "Deed": "other"}
    default = load_ontology().families
    assert default["Person"] == "person"
    assert default["Facility"] == default["Place"] == "place"
    assert default["Work"] == "other"
