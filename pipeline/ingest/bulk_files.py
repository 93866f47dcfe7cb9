"""Evidence as CSV files for `neo4j-admin database import full`: the rows that the loader would write, as nodes and
relationships with their ends.

A folder holds, for each label and relationship type, the files `NAME-1.csv`, `NAME-2.csv` ..., a new one where a row
has a property that none before had, and `import.args`, the options that import them, relative to the folder.

A document that CSV cannot carry as it is (an element of a list that holds the delimiter of lists, a property that has
another type elsewhere) is left out whole; the job that follows the import finds it missing and loads it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pipeline.files import writing
from pipeline.ingest.extract import check_offsets
from pipeline.ingest.load import evidence_writes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import TextIO

    from graph_schema.models import Evidence
    from pipeline.ingest.load import Row

ARGUMENTS = "import.args"
SPOOL = "documents.jsonl"
LIST_DELIMITER = "\x1f"
MAX_FIELD_CHARS = 1_000_000  # the importer reads a field into a buffer of 4 MiB
OPTIONS = (
    "--multiline-fields=true",
    f"--array-delimiter=U+{ord(LIST_DELIMITER):04X}",
    "--bad-tolerance=0",
)


class Ends(NamedTuple):
    """A relationship type and, of its start and its end, the label and the name of the column that holds the key."""

    type: str
    start_label: str
    start: str
    end_label: str
    end: str


# What the write statements of the same name merge.
NODES = {
    "merge_documents": ("Document", "key"),
    "merge_chunks": ("Chunk", "id"),
    "merge_local_entities": ("LocalEntity", "key"),
    "merge_values": ("Value", "key"),
    "merge_claims": ("Claim", "key"),
}
RELATIONSHIPS = {
    "link_next_chunks": (Ends("NEXT_CHUNK", "Chunk", "id", "Chunk", "next"),),
    "merge_mentions": (Ends("MENTIONS", "Chunk", "chunk", "LocalEntity", "entity"),),
    "link_values": (Ends("HOLDS_VALUE", "Chunk", "chunk", "Value", "key"),),
    "link_claims": (
        Ends("SUBJECT", "Claim", "key", "LocalEntity", "subject"),
        Ends("STATED_IN", "Claim", "key", "Chunk", "chunk"),
    ),
    "link_claim_objects": (Ends("OBJECT", "Claim", "key", "LocalEntity", "object"),),
    "link_chunks": (Ends("FROM_DOCUMENT", "Chunk", "id", "Document", "document"),),
    "link_about": (Ends("ABOUT", "Document", "document", "LocalEntity", "entity"),),
}


class BulkWriter:
    """Writes evidence into the files of an empty `folder`, in place of a `Loader`. Use as a context manager: the files
    are whole when it ends without an error. `ledger` is what every document carries besides its own properties.

    `documents` counts those that were written; memory grows by their keys and by the names of their files. Raises
    `OutOfSpace` when the disk is full.
    """

    def __init__(self, folder: Path, *, ledger: Row) -> None:
        self.folder = folder
        self.ledger = ledger | {"state": "loaded"}
        self._files = ExitStack()
        self._tables: dict[str, _Table] = {}
        self._written: set[str] = set()
        self._left_out: set[tuple[str, str]] = set()
        self._hashes: dict[tuple[str, str], str] = {}
        self._spool = self._open(SPOOL)
        self._documents = self._node_table(*NODES["merge_documents"])

    @property
    def documents(self) -> int:
        """How many documents the files hold."""
        return len(self._written)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with writing(self.folder), self._files:
            if error is None:
                self._finish()

    def add(self, evidence: Evidence) -> bool:
        """Write one document; False when it is left out for the loader: CSV cannot carry it, or one of the same key was
        written. Raises `EvidenceError` for offsets that do not hold."""
        check_offsets(evidence)
        document = evidence.document
        try:
            if document.key in self._written:
                raise _Inexpressible
            rows = list(self._rows(evidence))
            for table, ids, properties in rows:
                table.admit(ids, properties)
        except _Inexpressible:
            self._left_out.add((document.source, document.path))
            return False
        with writing(self.folder):
            for table, ids, properties in rows:
                if table is self._documents:
                    self._spool.write(json.dumps([ids, properties]) + "\n")
                else:
                    table.write(ids, properties)
        self._written.add(document.key)
        return True

    def record(self, files: list[Row]) -> None:
        """Take note of the hashes of files of which every document was added."""
        self._hashes |= {(row["source"], row["path"]): row["file_hash"] for row in files}

    def remove(self, documents: Iterable[str]) -> None:
        """Nothing to do: an empty graph holds nothing that could be gone."""

    def add_run(self, run: str, properties: Row) -> None:
        """Write the node of a run."""
        table = self._node_table("Run", "id")
        table.admit((run,), properties)
        with writing(self.folder):
            table.write((run,), properties)

    def _rows(self, evidence: Evidence) -> Iterator[tuple[_Table, tuple[str, ...], Row]]:
        """Table, keys and properties of each node and relationship of a document, each once."""
        known: dict[str, dict[str, Row]] = defaultdict(dict)
        for write in evidence_writes([evidence], self.ledger):
            if write.statement in NODES:
                label, key_name = NODES[write.statement]
                known[label] = _merged(key_name, write.rows)
                for key, properties in known[label].items():
                    yield self._node_table(label, key_name), (key,), properties
            else:
                for ends in RELATIONSHIPS[write.statement]:
                    for keys, properties in _relationships(ends, write.rows, known):
                        yield self._relationship_table(ends), keys, properties

    def _finish(self) -> None:
        """Write the nodes of the documents, which carry the hashes of their files, then the options."""
        self._spool.close()
        with (self.folder / SPOOL).open(encoding="utf-8") as spool:
            for line in spool:
                ids, properties = json.loads(line)
                file = properties["source"], properties["path"]
                if file in self._hashes and file not in self._left_out:
                    properties["file_hash"] = self._hashes[file]
                self._documents.admit(ids, properties)
                self._documents.write(ids, properties)
        (self.folder / SPOOL).unlink()
        options = [*OPTIONS, *(option for table in self._tables.values() for option in table.options())]
        (self.folder / ARGUMENTS).write_text("\n".join(options) + "\n", encoding="utf-8")

    def _node_table(self, label: str, key_name: str) -> _Table:
        return self._table(label, "--nodes", (f"{key_name}:ID({label})",))

    def _relationship_table(self, ends: Ends) -> _Table:
        ids = f":START_ID({ends.start_label})", f":END_ID({ends.end_label})"
        return self._table(ends.type, "--relationships", ids)

    def _table(self, name: str, option: str, ids: tuple[str, ...]) -> _Table:
        if name not in self._tables:
            self._tables[name] = _Table(name, option, ids, self._open)
        return self._tables[name]

    def _open(self, name: str) -> TextIO:
        with writing(self.folder):
            return self._files.enter_context((self.folder / name).open("w", encoding="utf-8", newline=""))


class _Inexpressible(Exception):
    """A document cannot stand in the files as it is."""


class _Table:
    """The files of one label or relationship type; `ids` are the header's columns of keys."""

    def __init__(self, name: str, option: str, ids: tuple[str, ...], open_file: Callable[[str], TextIO]) -> None:
        self.name = name
        self.option = option
        self.ids = ids
        self.columns: dict[str, str] = {}
        self.files: list[TextIO] = []
        self._open = open_file
        self._width = 0

    def admit(self, ids: tuple[str, ...], properties: Row) -> None:
        """Make sure that a row can be written. Raises `_Inexpressible` for a value that would be read as another."""
        _line(ids, properties.values())
        for name, value in properties.items():
            if self.columns.setdefault(name, _type(value)) != _type(value):
                raise _Inexpressible

    def write(self, ids: tuple[str, ...], properties: Row) -> None:
        """Write a row that was admitted."""
        if not self.files or self._width < len(self.columns):
            self._begin_file()
        self.files[-1].write(_line(ids, map(properties.get, self.columns)))

    def options(self) -> Iterator[str]:
        """The options that import the files."""
        for number in range(1, len(self.files) + 1):
            yield f"{self.option}={self.name}={self.name}-{number}.csv"

    def _begin_file(self) -> None:
        """Every line of a file has the columns of its header."""
        self._width = len(self.columns)
        self.files.append(self._open(f"{self.name}-{len(self.files) + 1}.csv"))
        header = (*self.ids, *(f"{name}:{kind}" for name, kind in self.columns.items()))
        self.files[-1].write(",".join(header) + "\n")


def _merged(key_name: str, rows: list[Row]) -> dict[str, Row]:
    """Properties by key, as `MERGE` and `SET +=` would leave them."""
    merged: dict[str, Row] = {}
    for row in rows:
        merged.setdefault(row[key_name], {}).update(row["properties"])
    return merged


def _relationships(
    ends: Ends, rows: list[Row], known: dict[str, dict[str, Row]]
) -> Iterator[tuple[tuple[str, str], Row]]:
    """Ends and properties, each relationship once, and none without its two nodes: as `MATCH` and `MERGE` would."""
    merged: dict[tuple[str, str, str | None], Row] = {}
    for row in rows:
        start, end = row[ends.start], row[ends.end]
        if start not in known[ends.start_label] or end not in known[ends.end_label]:
            continue
        if "properties" in row:
            merged.setdefault((start, end, row["key"]), {"key": row["key"]}).update(row["properties"])
        else:
            merged[start, end, None] = {}
    for (start, end, _), properties in merged.items():
        yield (start, end), properties


def _type(value: Any) -> str:  # noqa: ANN401
    """The importer's name for the type of a property."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "long"
        case float():
            return "double"
        case str():
            return "string"
        case list():
            return "string[]"
    raise _Inexpressible


def _cell(value: Any) -> str:  # noqa: ANN401
    """A value as CSV. The importer takes an empty list for no value, which `fill_aliases` mends after the import."""
    match value:
        case None | []:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return _quoted(value)
        case list():
            if any(not isinstance(each, str) or not each or LIST_DELIMITER in each for each in value):
                raise _Inexpressible
            return _quoted(LIST_DELIMITER.join(value))
    raise _Inexpressible


def _line(ids: Iterable[str], values: Iterable[Any]) -> str:
    return ",".join((*map(_quoted, ids), *map(_cell, values))) + "\n"


def _quoted(text: str) -> str:
    if len(text) > MAX_FIELD_CHARS:
        raise _Inexpressible
    return '"' + text.replace('"', '""') + '"'
