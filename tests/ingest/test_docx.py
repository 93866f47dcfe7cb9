"""DOCX: text, title and date from its parts, and what becomes of archives that are none, broken or hostile."""

from __future__ import annotations

import io
import random
from pathlib import Path
from zipfile import ZIP_BZIP2, ZipFile

import pytest
from files import MAIN, WORD, docx, paragraph, relations

from graph_schema.models import Failed
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.sources import Source
from pipeline.settings import Settings


def one(folder: Path, data: bytes, *, limit: int = 100_000) -> RawDocument | Failed:
    (folder / "a.docx").write_bytes(data)
    (item,) = read_file(Source("s", folder), Path("a.docx"), Settings(max_document_chars=limit))
    return item


def read(folder: Path, data: bytes) -> RawDocument:
    item = one(folder, data)
    assert isinstance(item, RawDocument), item
    return item


def reason(folder: Path, data: bytes, *, limit: int = 100_000) -> str:
    item = one(folder, data, limit=limit)
    assert isinstance(item, Failed), item
    assert item.remedy
    assert not item.transient
    return item.reason


def test_paragraphs_lists_and_tables_become_paragraphs_lines_and_rows(tmp_path: Path) -> None:
    item = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = "<w:tr>" + cell + cell + "</w:tr>"
    body = (
        paragraph("The Bell", '<w:pStyle w:val="Heading1"/>')
        + "<w:p><w:r><w:t>It was </w:t></w:r><w:r><w:t xml:space='preserve'>ca</w:t></w:r><w:r><w:t>st</w:t><w:tab/>"
        "<w:t>in</w:t><w:br/><w:t>1936.</w:t></w:r></w:p><w:p/>"
        + paragraph("one", item)
        + paragraph("two", item)
        + paragraph("three", '<w:pStyle w:val="ListBullet"/>')
        + f"<w:tbl>{row.format('name', 'year')}{row.format('Anna', '1900')}</w:tbl>"
        + paragraph("after")
    )
    raw = read(tmp_path, docx(body))
    assert raw.text == "The Bell\n\nIt was cast in\n1936.\n\none\ntwo\nthree\n\nname | year\nAnna | 1900\n\nafter"
    assert (raw.document.title, raw.document.date) == ("The Bell", "2004-10-05")
    assert raw.document.media_type.endswith("wordprocessingml.document")


def test_a_cell_may_hold_paragraphs_and_a_table_and_a_paragraph_a_box(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('x')}</w:tc><w:tc>{paragraph('y')}</w:tc></w:tr></w:tbl>"
    table = (
        f"<w:tbl><w:tr><w:tc>{paragraph('a')}{paragraph('b')}{inner}</w:tc><w:tc>{paragraph('c')}</w:tc></w:tr></w:tbl>"
    )
    box = f"<w:p><w:r><w:t>before</w:t><w:txbxContent>{paragraph('boxed')}</w:txbxContent><w:t>behind</w:t></w:r></w:p>"
    assert read(tmp_path, docx(table + box)).text == "a\nb\nx | y\nc\n\nbefore\n\nboxed\n\nbehind"


def test_notes_stand_at_the_end_and_separators_are_none(tmp_path: Path) -> None:
    notes = (
        f'<w:footnotes {WORD}><w:footnote w:type="separator" w:id="0">{paragraph("---")}</w:footnote>'
        f'<w:footnote w:id="1">{paragraph("See the catalogue.")}</w:footnote></w:footnotes>'
    )
    endnotes = f'<w:endnotes {WORD}><w:endnote w:id="1">{paragraph("The end.")}</w:endnote></w:endnotes>'
    related = {"footnotes": "footnotes.xml", "endnotes": "endnotes.xml"}
    data = docx(paragraph("Text."), {"word/footnotes.xml": notes, "word/endnotes.xml": endnotes}, related=related)
    assert read(tmp_path, data).text == "Text.\n\nSee the catalogue.\n\nThe end."


def test_what_was_deleted_or_is_hidden_is_no_text(tmp_path: Path) -> None:
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    body = (
        "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>"
        + run.format("<w:vanish/>", "hidden")
        + run.format('<w:vanish w:val="0"/>', "kept")
        + "<w:r><w:instrText>PAGE</w:instrText></w:r><w:ins><w:r><w:t> added</w:t></w:r></w:ins>"
        + '<m:AlternateContent xmlns:m="m"><m:Choice><w:r><w:t> once</w:t></w:r></m:Choice>'
        + "<m:Fallback><w:r><w:t> twice</w:t></w:r></m:Fallback></m:AlternateContent></w:p>"
    )
    assert read(tmp_path, docx(body)).text == "kept added once"


def test_without_properties_the_title_is_the_first_heading_and_there_is_no_date(tmp_path: Path) -> None:
    body = paragraph("Intro") + paragraph("The Bell", '<w:pStyle w:val="Title"/>') + paragraph("x")
    data = docx(body, {"_rels/.rels": relations({"officeDocument": "/word/document.xml"})})
    document = read(tmp_path, data).document
    assert (document.title, document.date) == ("The Bell", None)


def test_what_is_not_read_is_noted(tmp_path: Path) -> None:
    data = docx(paragraph("x"), related={"header": "h.xml", "footer": "f.xml", "comments": "c.xml"})
    assert read(tmp_path, data).notes == ("comments left out", "page headers and footers left out")


@pytest.mark.parametrize("missing", ["_rels/.rels", "word/document.xml", "docProps/core.xml"])
def test_a_missing_part_is_named(tmp_path: Path, missing: str) -> None:
    data = docx(paragraph("x"), {missing: ""})
    assert reason(tmp_path, data) == f"its part {missing!r} is missing."


def test_another_kind_of_package_is_named(tmp_path: Path) -> None:
    assert "'workbook'" in reason(tmp_path, docx("", {"word/document.xml": "<workbook/>"}))
    assert "no main part" in reason(tmp_path, docx("", {"_rels/.rels": relations({})}))


def test_an_encrypted_an_old_and_an_empty_file_are_told_apart(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert reason(tmp_path, ole + "EncryptedPackage".encode("utf-16-le")) == "it is encrypted."
    assert "before 2007" in reason(tmp_path, ole)
    assert reason(tmp_path, b"") == "it holds no text."
    assert "not a zip archive" in reason(tmp_path, b"{\\rtf1 words}")
    assert reason(tmp_path, docx("")) == "it holds no text."


def test_a_zip_with_a_password_is_encrypted(tmp_path: Path) -> None:
    data = bytearray(docx(paragraph("x")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + offset] |= 1
    assert reason(tmp_path, bytes(data)) == "it is encrypted."


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = docx(paragraph("words") + " " * 30_000_000)
    assert len(bomb) < 100_000
    said = reason(tmp_path, bomb)
    assert "zip bomb" in said
    assert "unpacks to more than" in said


def test_text_over_the_limit_names_the_setting(tmp_path: Path) -> None:
    said = reason(tmp_path, docx(paragraph("x" * 101)), limit=100)
    assert said == "it holds more than 100 characters; the setting max_document_chars allows 100."


def test_an_archive_in_an_archive_is_never_opened(tmp_path: Path) -> None:
    bomb = docx(paragraph("words") + " " * 30_000_000).decode("latin-1")
    assert read(tmp_path, docx(paragraph("words"), {"word/embeddings/a.docx": bomb})).text == "words"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
    ],
)
def test_entities_are_refused_whatever_they_name(tmp_path: Path, declared: str) -> None:
    document = f"{declared}<w:document {WORD}><w:body>{paragraph('x')}</w:body></w:document>"
    assert "document type" in reason(tmp_path, docx("", {"word/document.xml": document}))


def test_another_compression_than_that_of_a_docx_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_BZIP2) as archive:
        archive.writestr("_rels/.rels", relations(MAIN))
    assert "not compressed as in a DOCX" in reason(tmp_path, stream.getvalue())


def test_a_target_outside_the_package_is_missing_and_one_elsewhere_is_not_followed(tmp_path: Path) -> None:
    data = docx(paragraph("x"), {"_rels/.rels": relations({"officeDocument": "../../../../etc/hostname"})})
    assert reason(tmp_path, data) == "its part 'etc/hostname' is missing."
    external = relations({"footnotes": "http://x.example/notes.xml"}).replace("/>", ' TargetMode="External"/>')
    assert read(tmp_path, docx(paragraph("x"), {"word/_rels/document.xml.rels": external})).text == "x"


def test_damage_anywhere_is_a_failure_or_a_text_and_never_more(tmp_path: Path) -> None:
    whole = docx("".join(paragraph(f"Paragraph {number} of the minutes.") for number in range(20)))
    dice = random.Random(5)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.3:
            del data[dice.randrange(len(data)) :]
        one(tmp_path, bytes(data))
    assert reason(tmp_path, whole[:200]).startswith("it is damaged: BadZipFile")


def test_a_document_nests_deeper_than_python_recurses(tmp_path: Path) -> None:
    nested = "<w:sdt>" * 5_000 + paragraph("words") + "</w:sdt>" * 5_000
    assert read(tmp_path, docx(nested)).text == "words"
