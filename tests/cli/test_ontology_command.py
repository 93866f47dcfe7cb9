"""`groundplan ontology`: everything wrong with a file at once, what is in force, and a file to begin with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graph_schema.ontology import load_ontology
from pipeline.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., tuple[int, str, str]]

WRONG = """
[ontology]
name = "wrong"

[kinds.Party]
labels = ["ORG"]
lables = ["PERSON"]

[kinds.Contract]
patterns = ['(\\w+)+']

[predicates.SIGNED]
domain = ["Partey"]
range = ["Contract"]
triggers = ["Sign"]
"""
MANY = """
[ontology]
name = "many"
version = "1"

[kinds.Party]
labels = ["ORG"]
parent = "Group"

[kinds.Group]
parent = "Party"

[kinds.Empty]

[predicates.SIGNED]
domain = ["Party"]
range = ["Contract"]
triggers = ["signs"]

[predicates.SOLD]
range = ["Partey"]
triggers = ["Sell", "sells to"]
colour = 1

[predicates.VALUED]
domain = ["Party"]
value = "datum"
triggers = ["governed by law of"]
"""
ODD = """
[ontology]
name = "odd"
version = "1"

[kinds.Party]
labels = ["ORG"]

[kinds.Contract]

[predicates.SIGNED]
domain = ["Party"]
range = ["Contract"]
triggers = ["signs"]
"""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run `groundplan ontology` in this process."""

    def called(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["ontology", *(str(argument) for argument in arguments)])
        return (code, *capsys.readouterr())

    return called


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


# check


def test_every_error_of_a_file_is_shown_at_once_and_it_cannot_be_used(call: Call, file: Callable[[str], Path]) -> None:
    code, out, err = call("check", file(WRONG))
    assert (code, err) == (78, "")
    *problems, verdict = out.splitlines()
    assert [each.split(":")[1].strip() for each in problems] == [
        "ontology.version",
        "kinds.Party.lables",
        "kinds.Contract.patterns",
        "predicates.SIGNED.domain",
        "predicates.SIGNED.triggers",
    ]
    assert "(did you mean 'labels'?); allowed: parent, labels" in problems[1]
    assert "'Partey' is no kind (did you mean 'Party'?); allowed: Party, Contract" in problems[3]
    assert verdict.endswith("own.toml cannot be used: 5 errors, 0 warnings")


def test_an_error_hides_neither_the_other_errors_of_its_entry_nor_any_warning(
    call: Call, file: Callable[[str], Path]
) -> None:
    *problems, verdict = call("check", file(MANY))[1].splitlines()
    assert [" ".join(each.split()[:2]).rstrip(":") for each in problems] == [
        "error: predicates.SOLD.domain",
        "error: predicates.SOLD.colour",
        "error: predicates.VALUED.value",
        "error: kinds.Party.parent",
        "error: kinds.Group.parent",
        "error: predicates.SIGNED.range",
        "error: predicates.SOLD.range",
        "error: predicates.SOLD.triggers",
        "warning: kinds.Empty",
        "warning: predicates.SIGNED.triggers",
        "warning: predicates.SOLD.triggers",
        "warning: predicates.VALUED.triggers",
    ]
    assert verdict.endswith("own.toml cannot be used: 8 errors, 4 warnings")


def test_an_ontology_with_warnings_alone_can_be_used(call: Call, file: Callable[[str], Path]) -> None:
    code, out, _ = call("check", file(ODD))
    assert code == 0
    kind, trigger, verdict = out.splitlines()
    assert kind.startswith("warning: kinds.Contract: nothing can ever be of this kind")
    assert trigger == ("warning: predicates.SIGNED.triggers: 'signs' is never found: write the lemma, 'sign'")
    assert verdict.endswith("can be used: 0 errors, 2 warnings")


def test_problems_as_json_name_entry_value_and_what_is_allowed(call: Call, file: Callable[[str], Path]) -> None:
    path = file(WRONG)
    code, out, _ = call("check", path, "--format", "json")
    report = json.loads(out)
    assert (code, report["file"], report["usable"]) == (78, str(path), False)
    assert report["problems"][3] == {
        "entry": "predicates.SIGNED.domain",
        "value": "Partey",
        "message": "'Partey' is no kind",
        "allowed": "Party, Contract",
        "suggestion": "Party",
        "severity": "error",
    }


@pytest.mark.parametrize("text", [None, "[ontology\n"])
def test_a_file_that_cannot_be_read_is_one_problem(call: Call, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "own.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    code, out, _ = call("check", path, "--format", "json")
    (problem,) = json.loads(out)["problems"]
    assert code == 78
    assert str(path) in problem["message"]


def test_without_a_file_the_ontology_in_force_is_checked(
    call: Call, file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = call("check")
    assert code == 0
    assert "the default ontology can be used: 0 errors" in out
    monkeypatch.setenv("GROUNDPLAN_ONTOLOGY", str(file(WRONG)))
    assert call("check")[0] == 78


def test_only_triggers_of_ones_own_are_looked_at(call: Call, file: Callable[[str], Path]) -> None:
    text = '[ontology]\nname = "own"\nversion = "1"\nextends = "default"\n'
    assert call("check", file(text))[1].endswith("0 errors, 0 warnings\n")


# show


def test_every_kind_and_predicate_is_shown(call: Call) -> None:
    code, out, _ = call("show")
    default = load_ontology()
    assert code == 0
    assert all(name in out for name in (*default.kinds, *default.predicates))


def test_the_ontology_in_force_is_shown(
    call: Call, file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDPLAN_ONTOLOGY", str(file(ODD)))
    code, out, _ = call("show", "--format", "json")
    shown = json.loads(out)
    assert (code, shown["name"], list(shown["kinds"])) == (0, "odd", ["Party", "Contract"])
    assert shown["predicates"]["SIGNED"]["triggers"] == ["signs"]


def test_one_entry_is_shown_in_full(call: Call) -> None:
    code, out, _ = call("show", "FOUNDED", "--format", "json")
    assert code == 0
    assert json.loads(out)["predicate"] == load_ontology().predicates["FOUNDED"].model_dump(mode="json")
    code, out, _ = call("show", "Person")
    assert code == 0
    assert all(role in " ".join(out.split()) for role in ("accountant", "archivist"))


def test_an_inverse_is_shown_from_its_own_end(
    call: Call, file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ODD.replace(
        'triggers = ["signs"]', 'triggers = ["sign"]\ninverse_triggers = ["signed by"]\ninverse = "BINDS"'
    )
    monkeypatch.setenv(
        "GROUNDPLAN_ONTOLOGY", str(file(own + 'functional = true\nphrase = "{subject} signed {object}"'))
    )
    code, out, _ = call("show", "BINDS", "--format", "json")
    shown = json.loads(out)
    assert (code, shown["name"]) == (0, "BINDS")
    predicate = shown["predicate"]
    assert (predicate["domain"], predicate["range"], predicate["inverse"]) == (["Contract"], ["Party"], "SIGNED")
    assert (predicate["triggers"], predicate["inverse_triggers"]) == (["signed by"], ["sign"])
    assert (predicate["functional"], predicate["phrase"]) == (False, "{object} signed {subject}")


def test_an_entry_that_is_not_there_is_a_usage_error_with_what_was_perhaps_meant(call: Call) -> None:
    code, out, err = call("show", "founded")
    assert (code, out) == (2, "")
    assert "has no entry 'founded'. Did you mean 'FOUNDED'?" in err


# init


@pytest.mark.parametrize("option", [(), ("--standalone",)])
def test_what_one_begins_with_has_neither_errors_nor_warnings(
    call: Call, tmp_path: Path, option: tuple[str, ...]
) -> None:
    path = tmp_path / "new.toml"
    code, out, err = call("init", path, *option)
    assert (code, out) == (0, "")
    assert f"groundplan ontology check {path}" in err
    assert call("check", path) == (0, f"{path} can be used: 0 errors, 0 warnings\n", "")
    assert ("FOUNDED" in load_ontology(path).predicates) == (not option)


def test_a_file_that_exists_is_left_alone(call: Call, file: Callable[[str], Path]) -> None:
    path = file("mine")
    code, _, err = call("init", path)
    assert code == 2
    assert "exists already" in err
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_does_not_exist_is_named(call: Call, tmp_path: Path) -> None:
    code, _, err = call("init", tmp_path / "nowhere" / "own.toml")
    assert code == 2
    assert "nowhere" in err
