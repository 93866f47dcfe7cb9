"""`groundplan eval`: tables for people, one JSON object as the last line, and a clear word about a wrong file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., tuple[int, str, str]]

SAMPLES = Path(__file__).parents[1] / "samples"
PASSAGES = SAMPLES / "labels.jsonl"
NAMES = SAMPLES / "labelled-names.jsonl"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run `groundplan eval` in this process."""

    def called(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["eval", *(str(argument) for argument in arguments)])
        return (code, *capsys.readouterr())

    return called


def test_extraction_is_scored_as_tables(call: Call) -> None:
    code, out, err = call("extraction", PASSAGES)
    assert (code, err) == (0, "")
    for title in ("names", "pronouns and descriptions", "who is who", "claims", "FOUNDED", "confidence of claims"):
        assert title in out
    assert out.endswith("10 passages\n")


def test_extraction_as_json_is_the_one_line_of_stdout(call: Call) -> None:
    code, out, err = call("extraction", PASSAGES, "--format", "json")
    assert (code, err) == (0, "")
    (line,) = out.splitlines()
    report = json.loads(line)
    assert report["passages"] == 10
    assert report["mentions"]["names"]["exact"]["gold"] == 39
    assert report["clusters"]["gold"] == 42
    assert report["claims"]["gold"] == sum(each["gold"] for each in report["claims"]["predicates"].values()) == 25
    assert set(report["claims"]["predicates"]["FOUNDED"]) == {"precision", "recall", "f1", "right", "said", "gold"}
    assert sum(each["count"] for each in report["reliability"]) == report["claims"]["said"]


def test_the_sample_is_extracted_well(call: Call) -> None:
    report = json.loads(call("extraction", PASSAGES, "--format", "json")[1])
    assert report["mentions"]["names"]["overlap"]["recall"] > 0.8
    assert report["clusters"]["f1"] > 0.8
    assert report["claims"]["precision"] > 0.7
    assert report["claims"]["recall"] > 0.6


def test_resolution_is_scored_as_a_table_and_as_json(call: Call) -> None:
    code, out, _ = call("resolution", NAMES)
    assert code == 0
    assert "B-cubed" in out
    assert "12 names of 7 entities" in out
    report = json.loads(call("resolution", NAMES, "--format", "json")[1].splitlines()[-1])
    assert (report["names"], report["gold_entities"], report["pairwise"]["gold"]) == (12, 7, 7)


def test_errors_are_shown_on_request_with_their_passage_and_words(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    row = {
        "id": "first",
        "text": "Anna Berg lived in Oslo.",
        "claims": [{"subject": [19, 23], "predicate": "LIVES_IN", "object": [0, 9]}],
    }
    path.write_text(json.dumps(row), encoding="utf-8")
    assert "LIVES_IN Oslo" not in call("extraction", path)[1]
    code, out, _ = call("extraction", path, "--errors", 3)
    assert code == 0
    assert "claims missed" in out
    assert "Oslo LIVES_IN Anna Berg" in out
    assert "Anna Berg LIVES_IN Oslo" in out
    _, out, err = call("extraction", path, "--errors", 3, "--format", "json")
    assert len(out.splitlines()) == 1
    assert "claims missed: first | Oslo LIVES_IN Anna Berg" in err


def test_names_that_are_confused_are_shown_on_request(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "names.jsonl"
    rows = [{"name": "Anna Berg", "kind": "Person", "gold": "a"}, {"name": "Karl Lund", "kind": "Person", "gold": "a"}]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert "Karl Lund" not in call("resolution", path)[1]
    code, out, _ = call("resolution", path, "--errors", 1)
    assert code == 0
    assert "one thing and not put together" in out
    assert "Karl Lund" in out


def test_labels_are_checked_against_the_ontology_in_force(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[ontology]\nname = "own"\nversion = "1"\n[kinds.Ship]\nlabels = ["PRODUCT"]\n', encoding="utf-8")
    monkeypatch.setenv("GROUNDPLAN_ONTOLOGY", str(own))
    code, out, err = call("extraction", PASSAGES)
    assert (code, out) == (2, "")
    assert "line 1, entities.0.kind: there is no kind 'Person'; allowed: Ship" in err


@pytest.mark.parametrize("what", ["extraction", "resolution"])
def test_a_file_that_is_not_there_is_a_usage_error(call: Call, tmp_path: Path, what: str) -> None:
    code, out, err = call(what, tmp_path / "nowhere.jsonl")
    assert (code, out) == (2, "")
    assert "nowhere.jsonl" in err
