"""Migrations: applied to an empty graph, finished after a crash, and never made to a filled graph by a job."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from graph_schema.migrations import (
    Migration,
    constrained_types,
    constraint_name,
    migrations,
    ontology_constraints,
    parse,
)
from graph_schema.ontology import load_ontology
from pipeline.errors import MigrationPending, StoreError
from pipeline.store import migrate

if TYPE_CHECKING:
    from pipeline.store.driver import Store

ONTOLOGY = load_ontology()
LATER = Migration("0999_later", ("CREATE INDEX later IF NOT EXISTS FOR (n:Later) ON (n.x)",), "c0ffee")


def rows(store: Store, text: str) -> list[dict[str, object]]:
    result = store.driver.execute_query(text, database_=store.connection.database)
    return [record.data() for record in result.records]


def names_of(store: Store, what: str) -> set[str]:
    return {str(row["name"]) for row in rows(store, f"SHOW {what} YIELD name RETURN name")}


@pytest.fixture
def bare(store: Store) -> Store:
    """A graph without any schema."""
    store.schema("MATCH (n) DETACH DELETE n")
    for name in names_of(store, "CONSTRAINTS"):
        store.schema(f"DROP CONSTRAINT {name}")
    for row in rows(store, "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        store.schema(f"DROP INDEX {row['name']}")
    return store


@pytest.fixture
def one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """This package has a migration that the graph lacks."""
    monkeypatch.setattr(migrate, "migrations", lambda: (*migrations(), LATER))


def test_migrations_are_numbered_in_order_and_their_checksums_are_of_their_files() -> None:
    known = migrations()
    assert [each.name[:4] for each in known] == [f"{number:04}" for number in range(1, len(known) + 1)]
    for each in known:
        text = (files("graph_schema") / "migrations" / f"{each.name}.cypher").read_bytes()
        assert each.checksum == hashlib.sha256(text).hexdigest()


def test_the_constraints_of_a_graph_name_its_relationship_types() -> None:
    names = [*ontology_constraints(ONTOLOGY, ()), "chunk_id", "mentions_key"]
    assert constrained_types(names) == tuple(sorted(ONTOLOGY.relationship_types))


def test_every_schema_statement_can_be_repeated() -> None:
    statements = [text for each in migrations() for text in each.statements]
    constraints = ontology_constraints(ONTOLOGY, ()).values()
    assert all("IF NOT EXISTS" in text or "IS NULL SET" in text for text in (*statements, *constraints))


def test_comments_and_empty_parts_of_a_file_are_no_statements() -> None:
    parsed = parse("0001_x", "// one; two\nCREATE A;\n\n  // three\nCREATE\nB;\n;\n")
    assert parsed.statements == ("CREATE A", "CREATE\nB")


def test_only_the_missing_constraints_of_an_ontology_are_made() -> None:
    everything = ontology_constraints(ONTOLOGY, ())
    assert set(everything) == {constraint_name(name) for name in ONTOLOGY.relationship_types}
    assert set(ontology_constraints(ONTOLOGY, set(everything) - {"rel_founded_fact"})) == {"rel_founded_fact"}


def test_a_crash_half_way_is_finished_by_the_next_run(bare: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    done = 0
    schema = bare.schema

    def failing(text: str) -> None:
        nonlocal done
        if done == 15:
            raise StoreError("the power failed.")
        done += 1
        schema(text)

    monkeypatch.setattr(bare, "schema", failing)
    with pytest.raises(StoreError, match="power"):
        migrate.ensure(bare, ONTOLOGY)
    monkeypatch.undo()
    state = migrate.inspect(bare, ONTOLOGY)
    assert state.empty
    assert state.applied == ()

    migrate.ensure(bare, ONTOLOGY)
    assert migrate.inspect(bare, ONTOLOGY).current
    wanted = {"document_key", "entity_id", "mentions_key", *ontology_constraints(ONTOLOGY, ())}
    assert wanted <= names_of(bare, "CONSTRAINTS")
    assert {"entity_names", "chunk_text", "fact_predicate"} <= names_of(bare, "INDEXES")


def test_an_empty_graph_is_brought_up_to_date_by_a_job(store: Store, one_more: None) -> None:  # noqa: ARG001
    migrate.ensure(store, ONTOLOGY)
    state = migrate.inspect(store, ONTOLOGY)
    assert state.current
    assert state.applied == (*(each.name for each in migrations()), LATER.name)
    assert "later" in names_of(store, "INDEXES")
    store.schema("DROP INDEX later")


def test_a_current_graph_is_left_as_it_is(store: Store) -> None:
    before = rows(store, "MATCH (m:Migration) RETURN properties(m) AS m")
    migrate.ensure(store, ONTOLOGY)
    assert rows(store, "MATCH (m:Migration) RETURN properties(m) AS m") == before
    assert store.written["operations"].total == 0


def test_a_job_never_changes_the_schema_of_a_filled_graph(store: Store, one_more: None) -> None:  # noqa: ARG001
    store.schema("CREATE (:Document {key: 'x'})")
    with pytest.raises(MigrationPending, match=r"lacks 1 schema changes: 0999_later.*groundplan migrate") as caught:
        migrate.ensure(store, ONTOLOGY)
    assert caught.value.exit_code == 78
    assert "later" not in names_of(store, "INDEXES")


def test_a_filled_graph_is_changed_when_a_person_says_so(store: Store, one_more: None) -> None:  # noqa: ARG001
    store.schema("CREATE (:Document {key: 'x'})")
    migrate.apply(store, migrate.inspect(store, ONTOLOGY))
    assert migrate.inspect(store, ONTOLOGY).current
    store.schema("DROP INDEX later")


def test_a_constraint_that_the_ontology_needs_counts_as_pending(store: Store) -> None:
    store.schema("DROP CONSTRAINT rel_founded_fact")
    store.schema("CREATE (:Document {key: 'x'})")
    with pytest.raises(MigrationPending, match="rel_founded_fact"):
        migrate.ensure(store, ONTOLOGY)


@pytest.mark.parametrize(("kind", "name"), [("CONSTRAINT", "document_key"), ("INDEX", "claim_status")])
def test_what_was_dropped_counts_as_pending_and_is_made_again_on_request(store: Store, kind: str, name: str) -> None:
    store.schema(f"DROP {kind} {name}")
    store.schema("CREATE (:Document {key: 'x'})")
    with pytest.raises(MigrationPending, match=f"lacks 1 schema changes: {name}"):
        migrate.ensure(store, ONTOLOGY)
    migrate.apply(store, migrate.inspect(store, ONTOLOGY))
    assert name in names_of(store, f"{kind}{'ES' if kind == 'INDEX' else 'S'}")


@pytest.mark.parametrize(
    "change",
    [
        "MATCH (m:Migration) WHERE m.name STARTS WITH '0001' SET m.checksum = 'other'",
        "CREATE (:Migration {name: '0998_theirs', checksum: 'theirs'})",
    ],
    ids=["known differently", "unknown"],
)
def test_a_graph_of_another_version_is_refused_even_by_migrate(store: Store, change: str) -> None:
    store.schema(change)
    state = migrate.inspect(store, ONTOLOGY)
    assert len(state.foreign) == 1
    message = f"does not know in this form: {state.foreign[0]}"
    with pytest.raises(MigrationPending, match=message):
        migrate.ensure(store, ONTOLOGY)
    with pytest.raises(MigrationPending, match=message):
        migrate.apply(store, state)
