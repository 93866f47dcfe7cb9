"""The files of a bulk load: every row of the loader once, and no document that CSV would change."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from graph_schema.models import Chunk, Claim, Document, Evidence, LocalEntity, Mention, StatedValue
from pipeline.errors import OutOfSpace
from pipeline.ingest.bulk_files import ARGUMENTS, LIST_DELIMITER, NODES, RELATIONSHIPS, BulkWriter
from pipeline.ingest.load import evidence_writes

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = {"extractor": "e", "structured": True}
TEXT = 'Anna "Ann" Berg\nfounded it in 1931.'


def evidence(path: str = "a.txt", *, aliases: tuple[str, ...] = (), title: str | None = None) -> Evidence:
    document = Document(
        source="letters", path=path, record=None, title=title, date=None, media_type="text/plain", content_hash="h",
        length=len(TEXT),
    )  # fmt: skip
    chunk = Chunk(document=document.key, index=0, start=0, end=len(TEXT), text=TEXT)
    person = LocalEntity(
        document=document.key, start=0, end=4, name="Anna", kind="Person", aliases=aliases, named=True, about=True
    )
    mention = Mention(chunk=chunk.key, entity=person.key, start=0, end=4, surface="Anna", rule="tagger")
    year = StatedValue(
        document=document.key, chunk=chunk.key, start=30, end=34, surface="1931", value_type="date",
        normalised="1931", precision="year",
    )  # fmt: skip
    claim = Claim(
        document=document.key, chunk=chunk.key, subject=person.key, predicate="FOUNDED", object="nobody", value=None,
        polarity="affirmed", modality="asserted", attributed_to=None, confidence=0.5, quote=TEXT[0:34], start=0, end=34,
        valid_from=None, valid_to=None, method="rules", rule="active", status="accepted", reason=None,
    )  # fmt: skip
    return Evidence(
        document=document, chunks=(chunk,), entities=(person,), mentions=(mention,), values=(year,), claims=(claim,)
    )


def write(folder: Path, *documents: Evidence) -> list[bool]:
    folder.mkdir()
    with BulkWriter(folder, ledger=LEDGER) as writer:
        taken = [writer.add(each) for each in documents]
        writer.record([{"source": "letters", "path": each.document.path, "file_hash": "f"} for each in documents])
    return taken


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of all files of a label or type, and that `import.args` names each of them."""
    found = sorted(folder.glob(f"{name}-*.csv"))
    arguments = (folder / ARGUMENTS).read_text(encoding="utf-8").splitlines()
    assert [each.rpartition("=")[2] for each in arguments if f"={name}=" in each] == [path.name for path in found]
    texts = [path.read_bytes().decode() for path in found]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_every_statement_that_writes_evidence_has_its_files() -> None:
    statements = {write.statement for write in evidence_writes([evidence()], LEDGER)}
    assert statements == {*NODES, *RELATIONSHIPS}


def test_each_row_is_written_once_and_a_relationship_to_nothing_not_at_all(tmp_path: Path) -> None:
    one = evidence()
    twice = replace(one, mentions=one.mentions * 2, claims=one.claims * 2, values=one.values * 2)
    assert write(tmp_path / "bulk", twice) == [True]
    for name in ("Document", "Chunk", "LocalEntity", "Value", "Claim", "MENTIONS", "SUBJECT", "STATED_IN", "ABOUT"):
        assert len(rows(tmp_path / "bulk", name)) == 1, name
    assert rows(tmp_path / "bulk", "OBJECT") == []
    (chunk,) = rows(tmp_path / "bulk", "Chunk")
    assert chunk["text:string"] == TEXT
    (document,) = rows(tmp_path / "bulk", "Document")
    assert (document["state:string"], document["file_hash:string"]) == ("loaded", "f")


def test_a_property_that_is_new_begins_a_new_file(tmp_path: Path) -> None:
    documents = [evidence("a.txt"), evidence("b.txt", title="B"), evidence("c.txt")]
    assert write(tmp_path / "bulk", *documents) == [True] * 3
    assert [each.get("title:string") for each in rows(tmp_path / "bulk", "Document")] == ["", "B", ""]


@pytest.mark.parametrize(
    "aliases", [("Ann", f"A{LIST_DELIMITER}B"), ("",), ("x" * 1_000_001,)], ids=["delimiter", "empty", "long"]
)
def test_a_document_that_csv_would_change_is_left_out_whole_and_its_file_without_hash(
    tmp_path: Path, aliases: tuple[str, ...]
) -> None:
    assert write(tmp_path / "bulk", evidence("a.txt", aliases=aliases), evidence("b.txt")) == [False, True]
    (document,) = rows(tmp_path / "bulk", "Document")
    assert document["path:string"] == "b.txt"
    assert len(rows(tmp_path / "bulk", "Chunk")) == 1


def test_of_two_documents_of_one_key_the_second_is_left_out_and_the_file_without_hash(tmp_path: Path) -> None:
    assert write(tmp_path / "bulk", evidence(), evidence(title="Another")) == [True, False]
    (document,) = rows(tmp_path / "bulk", "Document")
    assert "file_hash:string" not in document


def test_a_full_disk_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bulk").mkdir()
    (tmp_path / "bulk" / "Chunk-1.csv").symlink_to("/dev/full")
    writer = BulkWriter(tmp_path / "bulk", ledger=LEDGER)
    writer.add(evidence())
    with pytest.raises(OutOfSpace, match="Free some space"):
        writer.__exit__(None, None, None)
