"""Bring a graph's schema up to this package's, or say what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from graph_schema.migrations import (
    VECTOR_DIMENSIONS,
    VECTOR_INDEX,
    Migration,
    migrations,
    ontology_constraints,
    vector_index,
)
from graph_schema.statements import statement
from pipeline.errors import MigrationPending, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from graph_schema.ontology import Ontology
    from pipeline.store.driver import Store, Transaction


CREATED = re.compile(r"CREATE (?:FULLTEXT |VECTOR )?(CONSTRAINT|INDEX) (\w+)")
LEFT_BEHIND = "IndexWithNameAlreadyExists"
IMPORTED = "imported"  # the status of the run that stands for a bulk import
FILL_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class SchemaState:
    """What a graph has and lacks. `empty` is a graph of migrations alone, `pending` are migrations to apply,
    `lacking` the constraints and indexes that were dropped, that the ontology's relationship types still need, or whose
    dimensions are not the encoder's (name -> statement), `foreign` migrations that this package does not know, or not
    in this form."""

    empty: bool
    applied: tuple[str, ...]
    pending: tuple[Migration, ...]
    lacking: dict[str, str]
    foreign: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.pending or self.lacking or self.foreign)

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of all that `apply` would do."""
        return (*(migration.name for migration in self.pending), *self.lacking)


def inspect(store: Store, ontology: Ontology, dimensions: int | None = None) -> SchemaState:
    """Compare the graph with this package, its ontology, and the `dimensions` of the encoder's vectors, unless there is
    none."""
    recorded = {row["name"]: row["checksum"] for row in store.read("migrations")}
    known = {migration.name: migration.checksum for migration in migrations()}
    constraints = {row["name"] for row in store.read("constraint_names")}
    indexes = {row["name"]: row["dimensions"] for row in store.read("indexes")}
    applied = (migration for migration in migrations() if migration.name in recorded)
    dropped = _dropped(applied, constraints, indexes.keys())
    return SchemaState(
        empty=store.read("count_nodes")[0]["nodes"] == len(recorded),
        applied=tuple(sorted(recorded)),
        pending=tuple(migration for migration in migrations() if migration.name not in recorded),
        lacking=dropped | ontology_constraints(ontology, constraints) | _vector_index(indexes, dimensions),
        foreign=tuple(sorted(name for name, checksum in recorded.items() if known.get(name) != checksum)),
    )


def apply(store: Store, state: SchemaState) -> None:
    """Apply what is pending; safe to repeat after a crash. Raises `MigrationPending` for a graph of a newer package."""
    _refuse_foreign(state)
    for migration in state.pending:
        for text in migration.statements:
            _change_schema(store, text)
        _record(store, migration)
    for text in state.lacking.values():
        _change_schema(store, text)
    store.await_indexes()


def ensure(store: Store, ontology: Ontology, dimensions: int | None = None) -> None:
    """What a job does: initialise an empty graph or one just imported, accept a current one, refuse any other with
    `MigrationPending`. `dimensions` as for `inspect`."""
    state = inspect(store, ontology, dimensions)
    _refuse_foreign(state)
    if state.empty:
        apply(store, state)
    elif _is_just_imported(store):
        apply(store, state)
        _fill_aliases(store)
    elif not state.current:
        raise MigrationPending(
            f"the graph lacks {len(state.missing)} schema changes: {', '.join(state.missing[:5])}"
            f"{' …' if len(state.missing) > 5 else ''}.",
            "Back it up, then run `groundplan migrate`; a job never changes a schema on its own.",
        )


def ensure_readable(store: Store) -> None:
    """What a question does: accept a graph of this version, refuse an empty one and one of another version."""
    recorded = {row["name"]: row["checksum"] for row in store.read("migrations")}
    if not recorded:
        raise UsageError("nothing was ingested into this graph yet.", "Run `groundplan ingest SOURCE...` first.")
    if recorded != {migration.name: migration.checksum for migration in migrations()}:
        raise MigrationPending(
            "the graph was written by another version of groundplan.",
            "Run `groundplan migrate --check` to see what differs.",
        )


def _vector_index(indexes: dict[str, int | None], dimensions: int | None) -> dict[str, str]:
    """Name -> statement of the vector index where it has, or a migration would give it, other dimensions."""
    if dimensions is None or indexes.get(VECTOR_INDEX, VECTOR_DIMENSIONS) == dimensions:
        return {}
    return {f"{VECTOR_INDEX} of {dimensions} dimensions": vector_index(dimensions)}


def _dropped(applied: Iterable[Migration], constraints: Container[str], indexes: Container[str]) -> dict[str, str]:
    """Name -> statement of what these migrations made and is not there. A constraint's index bears its name too, and
    may be there without it."""
    present = {"CONSTRAINT": constraints, "INDEX": indexes}
    made = ((CREATED.match(text), text) for migration in applied for text in migration.statements)
    return {match[2]: text for match, text in made if match is not None and match[2] not in present[match[1]]}


def _is_just_imported(store: Store) -> bool:
    """Whether a bulk import made the graph and no run has begun to work on it."""
    return [row["status"] for row in store.read("latest_runs", limit=2)] == [IMPORTED]


def _fill_aliases(store: Store) -> None:
    """Complete what an import could not carry; safe to repeat."""
    after: str | None = ""
    while after is not None:
        (row,) = store.write("evidence", partial(_fill_some_aliases, after=after))
        after = row["last"]


def _fill_some_aliases(tx: Transaction, after: str) -> list[dict[str, Any]]:
    return tx.run(statement("write", "fill_aliases"), after=after, limit=FILL_ROWS)


def _change_schema(store: Store, text: str) -> None:
    """Run one statement. A client that is killed while the server makes a constraint can leave its index behind, alone,
    and then there can be none of that name: such an index is dropped first. So is the vector index, whose dimensions
    nothing can change."""
    made = CREATED.match(text)
    if made is not None and made[2] == VECTOR_INDEX:
        store.schema(f"DROP INDEX {VECTOR_INDEX} IF EXISTS")
    try:
        store.schema(text)
    except StoreError as error:
        if made is None or LEFT_BEHIND not in str(error):
            raise
        store.schema(f"DROP INDEX `{made[2]}` IF EXISTS")
        store.schema(text)


def _record(store: Store, migration: Migration) -> None:
    applied = datetime.now(UTC).isoformat(timespec="seconds")
    store.write(
        "operations",
        lambda tx: tx.write("save_migration", name=migration.name, checksum=migration.checksum, applied=applied),
    )


def _refuse_foreign(state: SchemaState) -> None:
    if state.foreign:
        raise MigrationPending(
            f"the graph has migrations this package does not know in this form: {', '.join(state.foreign)}.",
            "Use the version of groundplan that wrote the graph, or a newer one.",
        )
