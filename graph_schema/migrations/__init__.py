"""Numbered schema migrations: `NNNN_name.cypher` files of statements separated by semicolons, with checksums.

An empty graph is initialised by the first run; a later change is made by `groundplan migrate`, never by a job. The
unique constraints of an ontology's relationship types follow the ontology and are named here as well, and so is the
vector index, whose dimensions follow the encoder.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph_schema.ontology import Ontology

VECTOR_INDEX = "chunk_embedding"
VECTOR_DIMENSIONS = 384  # of the index that the migration makes
_CONSTRAINT = re.compile(r"rel_(\w+)_fact")
_DIMENSIONS = re.compile(r"(?<=`vector\.dimensions`: )\d+")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its name, its statements in order, and the SHA-256 of its file's text."""

    name: str
    statements: tuple[str, ...]
    checksum: str


@cache
def migrations() -> tuple[Migration, ...]:
    """All packaged migrations, in order."""
    entries = [entry for entry in files(__package__).iterdir() if entry.name.endswith(".cypher")]
    return tuple(
        parse(entry.name.removesuffix(".cypher"), entry.read_text(encoding="utf-8"))
        for entry in sorted(entries, key=lambda entry: entry.name)
    )


def parse(name: str, text: str) -> Migration:
    """Split a migration file into its statements; comment lines are left out."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    statements = tuple(part.strip() for part in code.split(";") if part.strip())
    return Migration(name, statements, hashlib.sha256(text.encode()).hexdigest())


def constraint_name(relationship_type: str) -> str:
    """The name of the unique constraint on one relationship type's fact key."""
    return f"rel_{relationship_type.lower()}_fact"


def ontology_constraints(ontology: Ontology, existing: Iterable[str]) -> dict[str, str]:
    """Constraint name -> statement, for the relationship types of `ontology` that `existing` lacks."""
    present = set(existing)
    return {
        constraint_name(name): (
            f"CREATE CONSTRAINT {constraint_name(name)} IF NOT EXISTS FOR ()-[r:{name}]-() REQUIRE r.fact IS UNIQUE"
        )
        for name in ontology.relationship_types
        if constraint_name(name) not in present
    }


def vector_index(dimensions: int) -> str:
    """The statement that makes the vector index for vectors of so many dimensions."""
    made = next(text for each in migrations() for text in each.statements if f"VECTOR INDEX {VECTOR_INDEX}" in text)
    return _DIMENSIONS.sub(str(dimensions), made)


def constrained_types(constraints: Iterable[str]) -> tuple[str, ...]:
    """The relationship types between entities that a graph can hold, by the names of its constraints; sorted."""
    found = (match[1].upper() for name in constraints if (match := _CONSTRAINT.fullmatch(name)))
    return tuple(sorted(found))
