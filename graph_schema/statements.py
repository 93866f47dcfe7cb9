"""Every Cypher statement is a file under `cypher/`; this reads the file and the header that describes it.

A header is comment lines before the statement:

    // Purpose: one sentence; may go on in further comment lines
    // Parameter NAME (TYPE): what it is
    // Parameter NAME (TYPE = DEFAULT): ... with a JSON default
    // Column NAME: what it holds
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from graph_schema.errors import SchemaError

Folder = Literal["write", "read", "analyst"]
FOLDERS: tuple[Folder, ...] = ("write", "read", "analyst")
TYPE_PLACEHOLDER = "RELATIONSHIP_TYPE"
TYPE_PATTERN = re.compile(r"[A-Z][A-Z0-9_]*")

_PARAMETER = re.compile(r"Parameter (?P<name>\w+) \((?P<type>[^=)]+?)(?: = (?P<default>[^)]*))?\): (?P<about>.+)")
_COLUMN = re.compile(r"Column (?P<name>\w+): (?P<about>.+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One `$name` of a statement. `required` is False when the header gives a default."""

    name: str
    type: str
    about: str
    required: bool
    default: Any


@dataclass(frozen=True, slots=True)
class Statement:
    """One Cypher statement with what its header says of it. `columns` maps each column to its meaning."""

    folder: Folder
    name: str
    purpose: str
    parameters: tuple[Parameter, ...]
    columns: dict[str, str]
    text: str

    def for_type(self, *relationship_types: str) -> Statement:
        """The same statement for relationship types of the ontology; a write takes exactly one.

        Neo4j scans the whole store for a MERGE on a dynamic type (measured), so the type has to stand in the text;
        it must match `TYPE_PATTERN`, and callers take it from a loaded ontology only.
        """
        for name in relationship_types:
            if not TYPE_PATTERN.fullmatch(name):
                raise SchemaError(f"{name!r} is not a relationship type.", "Allowed: A-Z, 0-9 and _.")
        return replace(self, text=self.text.replace(TYPE_PLACEHOLDER, "|".join(relationship_types)))


@cache
def statement(folder: Folder, name: str) -> Statement:
    """The packaged statement `cypher/<folder>/<name>.cypher`. Raises `SchemaError` when there is none."""
    source = files("graph_schema") / "cypher" / folder / f"{name}.cypher"
    if not source.is_file():
        raise SchemaError(f"there is no statement {name!r} in {folder!r}.", f"There are: {', '.join(names(folder))}.")
    return parse(folder, name, source.read_text(encoding="utf-8"))


@cache
def names(folder: Folder) -> tuple[str, ...]:
    """The names of all statements in `folder`, sorted."""
    entries = (files("graph_schema") / "cypher" / folder).iterdir()
    return tuple(sorted(entry.name.removesuffix(".cypher") for entry in entries if entry.name.endswith(".cypher")))


def parse(folder: Folder, name: str, source: str) -> Statement:
    """Split a file into header and text. Raises `SchemaError` for a header line of no known form."""
    lines = source.strip().splitlines()
    body_at = next((number for number, line in enumerate(lines) if not line.startswith("//")), len(lines))
    parameters: list[Parameter] = []
    columns: dict[str, str] = {}
    purpose = ""
    for entry in _header_entries(lines[:body_at]):
        if entry.startswith("Purpose: "):
            purpose = entry.removeprefix("Purpose: ")
        elif matched := _PARAMETER.fullmatch(entry):
            parameters.append(_parameter(matched))
        elif matched := _COLUMN.fullmatch(entry):
            columns[matched["name"]] = matched["about"]
        else:
            raise SchemaError(f"{folder}/{name}.cypher: header entry {entry!r} has no known form.")
    text = "\n".join(lines[body_at:]).strip().removesuffix(";")
    if not purpose or not text:
        raise SchemaError(f"{folder}/{name}.cypher lacks its purpose or its statement.")
    return Statement(folder, name, purpose, tuple(parameters), columns, text)


def _header_entries(comments: list[str]) -> list[str]:
    entries: list[str] = []
    for comment in comments:
        content = comment.removeprefix("//").strip()
        if content.startswith(("Purpose: ", "Parameter ", "Column ")) or not entries:
            entries.append(content)
        else:
            entries[-1] += " " + content
    return entries


def _parameter(matched: re.Match[str]) -> Parameter:
    default = matched["default"]
    value = None if default is None else json.loads(default)
    return Parameter(matched["name"], matched["type"].strip(), matched["about"], default is None, value)
