"""What may lie in an archive that nobody looked through: nothing crashes, nothing is cut without a word, and what is
refused says why and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from files import docx, encrypted, failure, items, paragraph, pdf, read

from graph_schema.models import Evidence, Failed
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import Skipped, Source, paths
from pipeline.settings import Settings

CHUNK_CHARS = 1500


def parts(raw: RawDocument) -> Segmented:
    """The document and its chunks, which are its text."""
    chunks = segment(raw, max_chunk_chars=CHUNK_CHARS)
    assert "".join(chunk.text for chunk in chunks) == raw.text
    assert unicodedata.is_normalized("NFC", raw.text)
    return Segmented(raw.document, chunks)


# What is not what its name says


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv", ".jsonl", ".pdf", ".docx", ".eml", ".mbox"])
@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), b"\x7fELF\2\1\1\0" + b"\0" * 99]
)
def test_binary_posing_as_anything_is_refused_with_a_remedy(tmp_path: Path, suffix: str, data: bytes) -> None:
    failed = failure(tmp_path, f"a{suffix}", data)
    assert not failed.transient


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encrypted("secret"), "it is encrypted."),
        (pdf(["words"])[:-200], "it is damaged: "),
        (b"%PDF-1.7\n" + b"\0" * 99, "it is damaged: "),
    ],
)
def test_an_encrypted_or_broken_pdf_is_refused_with_its_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    failed = failure(tmp_path, "a.pdf", data)
    assert failed.reason.startswith(reason)
    assert not failed.transient


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".docx", ".eml"])
def test_an_empty_file_holds_no_text(tmp_path: Path, suffix: str) -> None:
    assert failure(tmp_path, f"a{suffix}", b"").reason == "it holds no text."


# Characters


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("The café.".encode("utf-16"), "The café."),
        ("The café.".encode("utf-32"), "The café."),
        ("The café.".encode("latin-1"), "The café."),
        ("The “café”.".encode("cp1252"), "The “café”."),
        (b"\xc3\x86r\xc3\xb8 caf\xc3\xa9 \xff.", "Ærø café \ufffd."),
        ("Cafe\u0301 d\u0323\u0307".encode(), "Café ḍ̇"),
        (b"one\r\ntwo\rthree\nfour\x0cfive", "one\ntwo\nthree\nfour\nfive"),
        ("שלום Anna \u202eabc\u202c".encode(), "שלום Anna \u202eabc\u202c"),
    ],
)
def test_text_in_any_encoding_becomes_nfc_with_plain_line_ends(tmp_path: Path, data: bytes, text: str) -> None:
    assert parts(read(tmp_path, "a.txt", data)).chunks[0].text == text


def test_bytes_of_nothing_are_refused_in_text_and_removed_with_a_note_in_utf16(tmp_path: Path) -> None:
    assert "binary" in failure(tmp_path, "a.txt", b"one\0two").reason
    raw = read(tmp_path, "a.txt", "one\0two".encode("utf-16"))
    assert (raw.text, raw.notes) == ("onetwo", ("1 control characters removed",))


def test_composing_in_pieces_is_composing_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ingest.readers.base._PIECE_CHARS", 3)
    text = "Cafe\u0301 e\u0301\u0323 \u1100\u1161\u11a8 A\u030angstro\u0308m \u0301x" * 3
    assert read(tmp_path, "a.txt", text).text == unicodedata.normalize("NFC", text)


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    found = RulesExtractor(Settings().model, load_ontology(), max_extract_chars=100_000)
    found.setup()
    return found


def test_offsets_hold_in_text_from_right_to_left_and_with_marks(tmp_path: Path, extractor: RulesExtractor) -> None:
    text = (
        "العربية: في عام 1950 أسست Anna Berg شركة Varde Instruments.\n\nAnna Bérg founded Varde Instruments in 1950. "
        "שלום עולם. \u202eVarde\u202c 👩‍🔬 Zoë Ångström was born in Tromsø in 1931.\r\nà̖́ x͎ "
    )
    (evidence,) = extractor([parts(read(tmp_path, "a.txt", text))])
    assert isinstance(evidence, Evidence), evidence
    whole = "".join(chunk.text for chunk in evidence.chunks)
    assert all(whole[each.start : each.end] == each.surface for each in evidence.mentions)
    assert all(whole[each.start : each.end] == each.quote for each in evidence.claims)
    assert "FOUNDED" in {each.predicate for each in evidence.claims}


# Size


def test_two_hundred_megabytes_half_of_them_one_line_are_read_and_segmented_in_bounded_memory(tmp_path: Path) -> None:
    """In a process of its own, whose peak is its own."""
    line = b"The museum of the sea was founded in 1977 by Erik Lindqvist.\n"
    with (tmp_path / "a.txt").open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        for _ in range(100):
            file.write(b"\n" + line * (1_000_000 // len(line)))
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from pipeline.ingest.read import RawDocument, read_file\n"
        "from pipeline.ingest.segment import segment\n"
        "from pipeline.ingest.sources import Source\n"
        "from pipeline.settings import Settings\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "(raw,) = read_file(Source('s', Path(sys.argv[1])), Path('a.txt'), Settings())\n"
        "assert isinstance(raw, RawDocument), raw\n"
        "chunks = segment(raw, max_chunk_chars=1500)\n"
        "assert sum(len(chunk.text) for chunk in chunks) == len(raw.text)\n"
        "print(len(raw.text), len(chunks), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    chars, chunks, peak = map(int, done.stdout.split())
    assert chars > 199_000_000
    assert chunks >= chars // CHUNK_CHARS
    assert peak < 2.2 * chars


def test_extraction_has_a_ceiling_that_names_itself(tmp_path: Path, extractor: RulesExtractor) -> None:
    (raw,) = items(tmp_path, "a.txt", b"Anna Berg lives in Varde. " * 5_000, limit=1_000_000)
    assert isinstance(raw, RawDocument)
    long = parts(raw)
    short = parts(read(tmp_path, "b.txt", "Anna Berg lives in Varde."))
    first, failed, last = extractor([short, long, short])
    assert first == last
    assert isinstance(first, Evidence)
    assert isinstance(failed, Failed)
    assert (failed.stage, failed.transient) == ("extract", False)
    assert failed.reason == (
        "it was read, but not structured: it holds 130000 characters; the setting max_extract_chars allows 100000."
    )
    assert failed.remedy == "Split the document, or raise max_extract_chars."


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.jsonl", "a.csv", "a.eml", "a.docx", "a.pdf"])
def test_what_has_to_be_parsed_has_a_lower_ceiling_that_names_itself(tmp_path: Path, name: str) -> None:
    text = "x" * 150
    data = {
        "a.jsonl": f'{{"text": "{text}"}}'.encode(),
        "a.csv": f"text\n{text}".encode(),
        "a.eml": f"From: a@x.example\n\n{text}".encode(),
        "a.docx": docx(paragraph(text)),
        "a.pdf": pdf([text]),
    }
    (tmp_path / name).write_bytes(data.get(name, text.encode()))
    (failed,) = read_file(Source("s", tmp_path), Path(name), Settings(max_document_chars=1_000, max_parsed_chars=100))
    assert isinstance(failed, Failed)
    assert "max_parsed_chars allows 100" in failed.reason
    assert "max_parsed_chars" in failed.remedy


# Files and folders


def test_loops_of_links_are_reported_and_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "one.txt").symlink_to(tmp_path / "two.txt")
    (tmp_path / "two.txt").symlink_to(tmp_path / "one.txt")
    found = list(paths(Source("s", tmp_path)))
    assert found == [
        Path("a.txt"),
        Skipped("s", "one.txt", "broken link"),
        Skipped("s", "two.txt", "broken link"),
        Skipped("s", "up", "link to a folder"),
    ]


@pytest.mark.parametrize("change", ["append", "truncate", "replace", "touch"])
def test_a_file_that_changes_while_it_is_read_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("the first words")
    from pipeline.ingest.readers import decode

    load = decode.load

    def slow(*given: object) -> bytes:
        data = load(*given)  # type: ignore[arg-type]
        if change == "replace":
            (tmp_path / "new").write_text("the other words")
            (tmp_path / "new").replace(path)
        elif change == "touch":
            os.utime(path, ns=(1, 1))
        else:
            path.write_text("the first words and more" if change == "append" else "the")
        return data

    monkeypatch.setattr(decode, "load", slow)
    (failed,) = read_file(Source("s", tmp_path), Path("a.txt"), Settings())
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.transient) == ("it changed while it was read.", True)
    assert failed.remedy


def test_of_a_stream_nothing_is_taken_that_was_read_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"text": "two"}\n{"text": "three"}\n')
    stream = read_file(Source("s", tmp_path), Path("a.jsonl"), Settings())
    first = next(stream)
    assert isinstance(first, RawDocument)
    os.utime(path, ns=(1, 1))
    (last,) = stream
    assert isinstance(last, Failed)
    assert last.transient


def test_ten_thousand_tiny_files_are_walked_and_read_in_seconds(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.txt").write_bytes(b"Anna Berg lives in Varde.")
    started = time.perf_counter()
    source, settings = Source("s", tmp_path), Settings()
    texts = [
        item.text
        for path in paths(source)
        if isinstance(path, Path)
        for item in read_file(source, path, settings)
        if isinstance(item, RawDocument)
    ]
    assert len(texts) == 10_000
    assert time.perf_counter() - started < 60


# Input made to take long


@pytest.mark.parametrize(
    "piece",
    ["<!-- ", "<?", "<!", "<![CDATA[", "<a ", '<a b="', "</", "&", "<p>x", "<b>", "<table>", "<form><p>", "<li><i>"],
)
def test_hostile_html_takes_seconds(tmp_path: Path, piece: str) -> None:
    started = time.perf_counter()
    (_,) = items(tmp_path, "a.html", f"<p>words {piece * (400_000 // len(piece))}", limit=1_000_000)
    assert time.perf_counter() - started < 20


def test_html_that_nests_without_end_is_refused_by_its_ceiling(tmp_path: Path) -> None:
    assert "opens more than 6000 elements" in failure(tmp_path, "a.html", "<div>" * 20_000, limit=1_000_000).reason


@pytest.mark.parametrize("piece", ["[", "![", "[[]", "](", "*a ", "`", "> ", "<!--", "| ", "\\["])
def test_hostile_markdown_takes_seconds_and_loses_no_bracket(tmp_path: Path, piece: str) -> None:
    started = time.perf_counter()
    (item,) = items(tmp_path, "a.md", f"words {piece * (100_000 // len(piece))}", limit=1_000_000)
    assert time.perf_counter() - started < 20
    assert isinstance(item, RawDocument)
    if piece in {"[", "](", "\\["}:
        assert item.text.count("[") + item.text.count("]") == (100_000 // len(piece)) * len(piece.strip("\\("))


def test_links_of_a_text_with_many_brackets_are_still_links(tmp_path: Path) -> None:
    links = "[a](http://x.example) [b [c]](y) ![d](z) [e]\n\n" * 300
    assert read(tmp_path, "a.md", f"{links}[e]: http://x.example\n\n[ open").text == "a b [c] d e\n\n" * 300 + "[ open"


def test_front_matter_of_spaces_takes_seconds(tmp_path: Path) -> None:
    started = time.perf_counter()
    (item,) = items(tmp_path, "a.md", f"---\ntitle: a{' ' * 300_000}b\n---\n\nwords", limit=1_000_000)
    assert isinstance(item, RawDocument)
    assert (item.text, item.document.title) == ("words", "a b")
    assert time.perf_counter() - started < 10
