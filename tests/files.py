"""Files made by hand for tests of reading: PDF and DOCX, and what reading one gives."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pypdf

from graph_schema.models import Failed
from pipeline.ingest.read import Fields, RawDocument, read_file
from pipeline.ingest.sources import Source
from pipeline.settings import Settings

TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATED = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
MAIN = {"officeDocument": "word/document.xml", "core-properties": "docProps/core.xml"}
CORE = (
    '<p:coreProperties xmlns:p="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>The Bell</dc:title><dcterms:created>2004-10-05T09:00:00Z</dcterms:created></p:coreProperties>"
)


def items(
    folder: Path, name: str, data: bytes | str, *, limit: int = 100_000, fields: Fields | None = None
) -> list[RawDocument | Failed]:
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return list(
        read_file(Source("s", folder), Path(name), Settings(max_document_chars=limit), fields=fields or Fields())
    )


def read(folder: Path, name: str, data: bytes | str) -> RawDocument:
    (item,) = items(folder, name, data)
    assert isinstance(item, RawDocument), item
    return item


def failure(folder: Path, name: str, data: bytes | str, *, limit: int = 100_000) -> Failed:
    (item,) = items(folder, name, data, limit=limit)
    assert isinstance(item, Failed), item
    assert (item.source, item.path, item.stage) == ("s", name, "read")
    assert item.remedy
    assert str(folder) not in item.reason
    return item


def pdf(*pages: list[str], title: str = "The Harbour", created: str = "D:20240301120000Z") -> bytes:
    """A PDF written by hand: one font, one line of text after the other on each page."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        stream = f"BT /F1 12 Tf 72 700 Td {shown} ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * index} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< /Title ({title}) /CreationDate ({created}) >>")
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
    start = f"startxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}{start}".encode()


def encrypted(user_password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(["Secret words"])))
    writer.encrypt(user_password, "owner")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def relations(targets: dict[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{TYPES}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items())
    )
    return f"<Relationships {RELATED}>{rows}</Relationships>"


def docx(body: str, parts: dict[str, str] | None = None, *, related: dict[str, str] | None = None) -> bytes:
    """A package with `body` in its main part, what that part names, and further parts by name; an empty one is left
    out."""
    held = {
        "_rels/.rels": relations(MAIN),
        "docProps/core.xml": CORE,
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(related or {}),
    }
    held.update(parts or {})
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in held.items():
            if content:
                archive.writestr(name, content)
    return stream.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
