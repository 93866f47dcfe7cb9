"""Record files: what one stage leaves for the next is whole or not there, and a person can read it."""

from __future__ import annotations

import dataclasses
import errno
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from graph_schema.models import Chunk, Claim, Document, Evidence, LocalEntity, Mention, StatedValue, Value
from pipeline.errors import OutOfSpace
from pipeline.ingest.records import Record, Records, evidence_records, of_class

KEY = "c0ffee"
DOCUMENT = Document(
    source="s", path="a.txt", record=None, title="Ørsted", date="1962-03", media_type="text/plain",
    content_hash="hash", length=31,
)  # fmt: skip
CHUNK = Chunk(document=DOCUMENT.key, index=0, start=0, end=31, text="Anna Berg\nfounded “Ørsted” 1962")
PERSON = LocalEntity(
    document=DOCUMENT.key, start=0, end=9, name="Anna Berg", kind="Person", aliases=("Berg", "Frau Berg"), named=True
)
MENTION = Mention(chunk=CHUNK.key, entity=PERSON.key, start=0, end=9, surface="Anna Berg", rule="name")


def claim(value: Value | None, quote: str = "founded “Ørsted” 1962") -> Claim:
    return Claim(
        document=DOCUMENT.key, chunk=CHUNK.key, subject=PERSON.key, predicate="FOUNDED",
        object=None if value else "other", value=value, polarity="negated", modality="possible", attributed_to="Lund",
        confidence=0.8123, quote=quote, start=10, end=31, valid_from="1962", valid_to=None, method="rules",
        rule="active", status="refused", reason="domain",
    )  # fmt: skip


YEAR = Value(type="date", normalised="1962", text="in 1962", precision="year")
STATED = StatedValue(
    document=DOCUMENT.key, chunk=CHUNK.key, start=27, end=31, surface="1962", value_type="date", normalised="1962",
    precision="year",
)  # fmt: skip
ALL: tuple[Record, ...] = (DOCUMENT, CHUNK, PERSON, MENTION, STATED, claim(None), claim(YEAR))


def files(records: Records) -> list[Path]:
    return [path for path in records.folder.rglob("*") if path.is_file()]


def test_every_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    assert records.read(KEY) == ALL
    assert of_class(ALL, Claim) == ALL[5:]
    evidence = Evidence(
        document=DOCUMENT,
        chunks=(CHUNK,),
        entities=(PERSON,),
        mentions=(MENTION,),
        values=(STATED,),
        claims=(claim(YEAR),),
    )
    assert tuple(evidence_records(evidence)) == (PERSON, MENTION, STATED, claim(YEAR))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_no_text_breaks_a_line(tmp_path: Path, texts: list[str]) -> None:
    written = tuple(claim(None, quote=text + "\u2028\x85\r\n") for text in texts)
    records = Records(tmp_path)
    records.write(KEY, written)
    assert records.read(KEY) == written


def test_nothing_to_say_is_not_the_same_as_nothing_there(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert records.read(KEY) is None
    records.write(KEY, ())
    assert records.read(KEY) == ()


def test_a_file_torn_at_any_byte_counts_as_not_there(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    whole = records.path(KEY).read_bytes()
    for end in range(len(whole) - 1):  # the last byte is the line end behind the end mark
        records.path(KEY).write_bytes(whole[:end])
        assert records.read(KEY) is None, whole[:end]


def test_a_file_that_lost_a_line_counts_as_not_there(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    lines = records.path(KEY).read_text().splitlines()
    records.path(KEY).write_text("\n".join([*lines[:2], *lines[3:]]) + "\n")
    assert records.read(KEY) is None


def test_a_file_of_zeros_counts_as_not_there(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    records.path(KEY).write_bytes(b"\0" * 200)
    assert records.read(KEY) is None


def test_writing_again_replaces_and_leaves_one_file(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    records.write(KEY, ALL[:1])
    assert records.read(KEY) == ALL[:1]
    assert files(records) == [tmp_path / "c0" / f"{KEY}.jsonl"]


def test_a_write_that_fails_leaves_the_old_records_and_no_temporary_file(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    with pytest.raises(UnicodeEncodeError):
        records.write(KEY, (claim(None, quote="no UTF-8 can carry \ud800"),))
    assert records.read(KEY) == ALL
    assert files(records) == [records.path(KEY)]


def test_a_full_disk_where_even_the_folder_cannot_be_made_may_have_space_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutOfSpace, match="No space left"):
        Records(tmp_path / "records").write(KEY, ALL)


def test_a_person_can_read_the_lines(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.write(KEY, ALL)
    text = records.path(KEY).read_text(encoding="utf-8")
    assert "founded “Ørsted” 1962" in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["type"] for line in lines] == [*(type(record).__name__ for record in ALL), "End"]
    assert (lines[0]["path"], lines[0]["record"]) == ("a.txt", None)
    assert lines[2]["aliases"] == ["Berg", "Frau Berg"]
    assert lines[5]["value"] is None
    assert lines[6]["value"] == {"type": "date", "normalised": "1962", "text": "in 1962", "precision": "year"}


@pytest.mark.parametrize(
    ("given", "edited"),
    [
        ('"type": "Claim"', '"type": "Clam"'),
        ('"polarity"', '"polarty"'),
        ('"object": "other"', '"object": null'),
    ],
)
def test_a_file_edited_to_what_is_no_record_counts_as_not_there(tmp_path: Path, given: str, edited: str) -> None:
    records = Records(tmp_path)
    records.write(KEY, (claim(None),))
    (path,) = files(records)
    text = path.read_text(encoding="utf-8")
    assert given in text
    path.write_text(text.replace(given, edited), encoding="utf-8")
    assert records.read(KEY) is None


@pytest.mark.parametrize(("target", "value"), [(None, None), ("other", YEAR)])
def test_a_claim_has_either_an_object_or_a_value(target: str | None, value: Value | None) -> None:
    with pytest.raises(ValueError, match="either an object or a value"):
        dataclasses.replace(claim(YEAR), object=target, value=value)
