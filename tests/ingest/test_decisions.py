"""People's decisions on who is who: what is written down, without a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from graph_schema.ontology import load_ontology
from pipeline.errors import UsageError
from pipeline.ingest.decisions import Decision, FoundEntity, Member, NamedIn, export, load, merge

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.store.driver import Store

ANNA = NamedIn("letters", "a.txt", None, "anna berg")
BERG = NamedIn("letters", "mails.jsonl", "m1", "a berg")
LINE = Decision("same", ANNA, BERG).as_json()


def test_a_decision_has_one_key_whichever_name_comes_first_and_whatever_the_verdict() -> None:
    assert Decision("same", ANNA, BERG).key == Decision("different", BERG, ANNA).key


def test_decisions_on_other_names_of_the_same_documents_have_other_keys() -> None:
    other = NamedIn("letters", "a.txt", None, "anna")
    assert Decision("same", ANNA, BERG).key != Decision("same", other, BERG).key


def found(name: str, kind: str) -> FoundEntity:
    named_in = NamedIn("letters", "a.txt", None, name.lower())
    return FoundEntity(
        name, name, kind, (), named=True, members=(Member("k", named_in, name, (), kind, 1, "name", 1.0),)
    )


@pytest.mark.parametrize("kinds", [("Organization", "Person"), ("Person", "Place"), ("Event", "Work")])
def test_kinds_that_exclude_each_other_are_not_decided_to_be_one(kinds: tuple[str, str]) -> None:
    one, other = found("Tessel Group", kinds[0]), found("Robert Ames", kinds[1])
    with pytest.raises(UsageError, match=f"'Tessel Group' is of kind {kinds[0]} and 'Robert Ames' of kind {kinds[1]}"):
        merge(cast("Store", None), one, other, load_ontology())


@pytest.mark.parametrize(
    "kinds", [("Person", "Person"), ("Place", "Facility"), ("Organization", "Place"), ("Thing", "Person")]
)
def test_kinds_that_one_thing_may_be_taken_for_are_decided_to_be_one(kinds: tuple[str, str]) -> None:
    store = Recorder()
    merge(cast("Store", store), found("Halden", kinds[0]), found("Varde", kinds[1]), load_ontology())
    assert store.written == ["decisions"]


class Recorder:
    """A store without decisions that notes what is written."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def read(self, name: str) -> list[Any]:
        assert name == "decisions"
        return []

    def write(self, layer: str, work: Any) -> None:  # noqa: ANN401, ARG002
        self.written.append(layer)


def test_an_exported_decision_reads_back_as_itself() -> None:
    decision = Decision("different", ANNA, BERG)
    assert Decision.of(json.loads(json.dumps(decision.as_json()))) == decision


def test_a_replayed_name_is_folded_as_documents_names_are() -> None:
    row = LINE | {"first": LINE["first"] | {"name": "ANNA  Bérg"}}
    assert Decision.of(row).first == ANNA


@pytest.mark.parametrize(
    "row",
    [
        [],
        {"verdict": "same"},
        LINE | {"verdict": "perhaps"},
        LINE | {"first": "anna berg"},
        LINE | {"first": {"source": "letters", "path": "a.txt", "name": "anna berg"}},
        LINE | {"second": LINE["second"] | {"path": ""}},
        LINE | {"second": LINE["second"] | {"record": 7}},
        LINE | {"second": LINE["second"] | {"name": "--"}},
        LINE | {"second": LINE["first"] | {"name": "Anna  BERG"}},
    ],
)
def test_what_is_no_decision_is_refused(row: Any) -> None:  # noqa: ANN401
    with pytest.raises(UsageError):
        Decision.of(row)


def test_a_bad_line_of_a_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(f"{json.dumps(LINE)}\n{{\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 2"):
        load(path)


def test_a_decision_binds_to_a_member_by_its_name_or_an_alias_in_that_document_only() -> None:
    member = Member("k", ANNA, "Anna Berg", ("Ms Berg",), "Person", 3, "name", 1.0)
    assert member.is_called(ANNA)
    assert member.is_called(NamedIn("letters", "a.txt", None, "ms berg"))
    assert not member.is_called(NamedIn("letters", "b.txt", None, "anna berg"))
    assert not member.is_called(BERG)


def test_a_journal_reads_back_with_any_characters_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    strange = Decision("same", NamedIn("letters", "a\u2028b.txt", "m\u0085", "anna berg"), BERG)
    export(path, [strange])
    path.write_text(f"\n{path.read_text(encoding='utf-8')}  \n{json.dumps(LINE)}\r\n", encoding="utf-8")
    assert load(path) == [strange, Decision("same", ANNA, BERG)]


def test_a_journal_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes("Bérg".encode("latin-1"))
    with pytest.raises(UsageError, match="UTF-8"):
        load(path)


def test_an_export_is_all_of_the_journal_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        export(tmp_path / "nowhere" / "journal.jsonl", [])
    path = tmp_path / "journal.jsonl"
    export(path, [Decision("same", ANNA, BERG)])
    with pytest.raises(AttributeError):
        export(path, [Decision("different", ANNA, BERG), None])  # type: ignore[list-item]
    assert load(path) == [Decision("same", ANNA, BERG)]
