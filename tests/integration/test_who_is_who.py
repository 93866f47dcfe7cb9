"""A person's word on who is who: it holds, it survives, it can be taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support import dump, rows

from pipeline.api import Groundplan
from pipeline.cli import run
from pipeline.errors import UsageError
from pipeline.ingest import decisions

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Settings
    from pipeline.store.driver import Store

DOCUMENTS = {
    "a.txt": "Anna Berg founded Halden Instruments in 1962. Anna Berg was born in Oslo.\n",
    "b.txt": "Anna Berg joined Norvik Systems. Anna Berg lived in Bergen.\n",
    "c.txt": "Dr Fjeld joined Norvik Systems. Dr Fjeld married Erik Lund.\n",
}


@pytest.fixture
def home(store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001
    """A graph of the documents; the command line finds it through the environment."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("GROUNDPLAN_HOME", str(settings.home))
    for name in ("uri", "username", "password", "database"):
        value = getattr(settings, f"neo4j_{name}")
        monkeypatch.setenv(f"NEO4J_{name.upper()}", value.get_secret_value() if name == "password" else str(value))
    with Groundplan.open(settings) as kg:
        kg.ingest(folder)
    return folder


def people(store: Store, name: str) -> list[list[str]]:
    """The documents of each entity of that name, sorted."""
    found = decisions.find(store, name)
    return sorted(sorted(member.where for member in each.members) for each in found)


def test_a_name_is_one_entity_until_someone_says_otherwise(home: Path, store: Store) -> None:  # noqa: ARG001
    assert people(store, "Anna Berg") == [["a.txt", "b.txt"]]
    assert run(["entity", "split", "Anna Berg", "--document", "b.txt"]) == 0
    assert people(store, "Anna Berg") == [["a.txt"], ["b.txt"]]
    facts = rows(store, "MATCH (p:Person)-[:FOUNDED]->() RETURN p.id AS id")
    others = rows(store, "MATCH (p:Person)-[:LIVES_IN]->() RETURN p.id AS id")
    assert len(facts) == len(others) == 1
    assert facts != others


@pytest.mark.parametrize("count", [3, 5])
def test_only_the_documents_that_were_named_are_split_off(
    home: Path, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    paths = [f"h{number}.txt" for number in range(1, count + 1)]
    for path in paths:
        (home / path).write_text("Ingrid Holm met Karl Vos at Norvik Systems.\n", encoding="utf-8")
    with Groundplan.open(settings) as kg:
        kg.ingest(home)
    assert people(store, "Ingrid Holm") == [paths]
    assert run(["entity", "split", "Ingrid Holm", "-d", "h2.txt"]) == 0
    assert people(store, "Ingrid Holm") == [sorted({*paths} - {"h2.txt"}), ["h2.txt"]]
    monkeypatch.setattr(decisions, "MAX_ATOMS_OF_NAME", 2)
    monkeypatch.setattr(decisions, "MAX_AGAINST", 1)
    assert run(["entity", "split", "Karl Vos", "-d", "h2.txt", "-d", "h3.txt"]) == 0
    assert people(store, "Karl Vos") == [sorted({*paths} - {"h2.txt", "h3.txt"}), ["h2.txt", "h3.txt"]]
    assert people(store, "Norvik Systems") == [["b.txt", "c.txt", *paths]]


def test_two_names_become_one_entity_and_two_again_as_if_nothing_had_been(home: Path, store: Store) -> None:  # noqa: ARG001
    before = dump(store)
    assert run(["entity", "merge", "Anna Berg", "Dr Fjeld"]) == 0
    assert people(store, "Anna Berg") == [["a.txt", "b.txt", "c.txt"]]
    assert rows(store, "MATCH (p:Person)-[:MARRIED_TO]-() WHERE p.name = 'Anna Berg' RETURN count(*) AS n")[0]["n"] == 1
    (decision,) = decisions.journal(store)
    assert run(["entity", "forget", decision.key]) == 0
    assert dump(store) == before


def test_the_last_word_counts(home: Path, store: Store) -> None:  # noqa: ARG001
    assert run(["entity", "split", "Anna Berg", "--document", "b.txt"]) == 0
    one, other = decisions.find(store, "Anna Berg")
    assert run(["entity", "merge", one.id, other.id]) == 0
    assert people(store, "Anna Berg") == [["a.txt", "b.txt"]]


def test_decisions_survive_re_ingestion_and_bind_again(home: Path, store: Store, settings: Settings) -> None:
    assert run(["entity", "split", "Anna Berg", "--document", "b.txt"]) == 0
    (home / "b.txt").write_text(DOCUMENTS["b.txt"] + "Anna Berg admired Erik Lund.\n", encoding="utf-8")
    with Groundplan.open(settings) as kg:
        kg.ingest(home)
    assert people(store, "Anna Berg") == [["a.txt"], ["b.txt"]]


def test_an_exported_journal_replayed_gives_the_same_graph(home: Path, store: Store, tmp_path: Path) -> None:  # noqa: ARG001
    journal = tmp_path / "journal.jsonl"
    untouched = dump(store)
    assert run(["entity", "split", "Anna Berg", "--document", "b.txt"]) == 0
    assert run(["entity", "merge", "Dr Fjeld", decisions.find(store, "Anna Berg")[0].id]) == 0
    decided = dump(store)
    assert run(["entity", "decisions", "--export", str(journal)]) == 0
    for each in decisions.journal(store):
        assert run(["entity", "forget", each.key]) == 0
    assert dump(store) == untouched
    assert run(["entity", "decisions", "--replay", str(journal)]) == 0
    assert dump(store) == decided


def test_an_ambiguous_name_is_refused_with_the_ids_to_choose_from(home: Path, store: Store) -> None:  # noqa: ARG001
    assert run(["entity", "split", "Anna Berg", "--document", "b.txt"]) == 0
    with pytest.raises(UsageError) as refused:
        decisions.find_one(store, "anna berg")
    assert all(each.id in str(refused.value) for each in decisions.find(store, "Anna Berg"))


def test_a_document_that_does_not_name_it_cannot_be_split_off(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    assert run(["entity", "split", "Anna Berg", "--document", "c.txt"]) == 2
    assert "a.txt, b.txt" in capsys.readouterr().err


def test_show_says_what_joined_each_document_and_what_was_kept_apart(
    home: Path,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["entity", "split", "Anna Berg", "--document", "b.txt"]) == 0
    capsys.readouterr()
    assert run(["entity", "show", "Anna Berg", "--json"]) == 0
    one, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert {each["members"][0]["document"] for each in (one, other)} == {"a.txt", "b.txt"}
    assert one["apart"][0]["id"] == other["id"]
    assert "decision" in one["apart"][0]["reason"]


def test_the_journal_marks_what_is_bound_to_nothing_and_what_contradicts(
    home: Path,  # noqa: ARG001
    store: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    anna, berg = (member.named_in for each in decisions.find(store, "Anna Berg") for member in each.members)
    fjeld = decisions.find_one(store, "Dr Fjeld").representative.named_in
    journal = tmp_path / "journal.jsonl"
    gone = decisions.Decision("same", anna, decisions.NamedIn("letters", "gone.txt", None, "anna berg"))
    against = decisions.Decision("different", anna, fjeld)
    others = [decisions.Decision("same", anna, berg), decisions.Decision("same", berg, fjeld)]
    decisions.export(journal, [gone, against, *others])
    assert run(["entity", "decisions", "--replay", str(journal)]) == 0
    assert "replayed 4 decisions" in capsys.readouterr().out
    assert run(["entity", "decisions"]) == 0
    marked = {line[:32]: line for line in capsys.readouterr().out.splitlines()}
    assert "bound to nothing" in marked.pop(gone.key)
    assert "contradicts" in marked.pop(against.key)
    assert marked.keys() == {each.key for each in others}
    assert "[" not in "".join(marked.values())
