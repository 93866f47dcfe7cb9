"""Reading: each format's text, title and date, what is noted, and what becomes of files that cannot be read."""

from __future__ import annotations

import json
import logging
import pickle
import unicodedata
from pathlib import Path

import pypdf
import pypdf.errors
import pytest
from files import encrypted, failure, items, pdf, read
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from graph_schema import keys
from graph_schema.models import Failed
from pipeline.ingest.read import Fields, RawDocument, read_file
from pipeline.ingest.readers import SUFFIXES, format_of, reader_of
from pipeline.ingest.readers.base import clean, iso_date
from pipeline.ingest.sources import Source, parse_source, paths
from pipeline.settings import Settings

# Identity


def test_a_document_says_where_it_comes_from_and_hashes_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    document = read(tmp_path, "sub/a.md", "---\ndate: 2024-03\n---\n# T\n\nwords").document
    assert (document.source, document.path, document.record) == ("s", "sub/a.md", None)
    assert (document.title, document.date, document.media_type) == ("T", "2024-03", "text/markdown")
    assert document.length == len("T\n\nwords")
    assert document.content_hash == keys.content_hash("T\n\nwords", "T", "2024-03", "text/markdown")


def test_the_key_is_that_of_the_name_and_path_whatever_the_folder(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one, two = (read(tmp_path / folder, "a.txt", "words").document for folder in ("one", "two"))
    assert one == two
    assert one.key == keys.document_key("s", "a.txt", None)


@pytest.mark.parametrize(
    "error", [KeyError("/Kids"), RecursionError("maximum recursion depth exceeded"), MemoryError()]
)
def test_a_reader_that_breaks_is_a_failure_of_its_file_that_names_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("pipeline.ingest.readers.html._parse", broken)
    assert f"its reader failed: {type(error).__name__}: " in failure(tmp_path, "a.html", "<p>Words.").reason


def test_every_suffix_has_a_reader_in_either_case() -> None:
    for suffix in SUFFIXES:
        known = format_of(suffix.upper())
        assert known is not None
        assert callable(reader_of(known))


# Text that every format shares


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaning_is_idempotent_and_leaves_nfc_that_utf8_can_carry(text: str) -> None:
    cleaned, _ = clean(text)
    assert clean(cleaned) == (cleaned, ())
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not set(cleaned) & ({chr(code) for code in range(32)} - {"\n", "\t"})
    cleaned.encode()


def test_cleaning_says_what_it_removed() -> None:
    assert clean("a\x00b\x0cc\r\nd\re") == ("ab\nc\nd\ne", ("2 control characters removed",))
    assert clean("a\ud800b") == ("a\ufffdb", ("1 lone surrogates replaced by U+FFFD",))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), suffix=st.sampled_from([".txt", ".md", ".html", ".jsonl"]))
def test_offsets_are_into_the_text_that_is_returned(tmp_path: Path, text: str, suffix: str) -> None:
    data = json.dumps({"text": text}) if suffix == ".jsonl" else text
    for item in items(tmp_path, f"a{suffix}", data):
        if isinstance(item, RawDocument):
            assert item.document.length == len(item.text)
            assert clean(item.text) == (item.text, ())


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES))
def test_no_bytes_make_a_reader_raise(tmp_path: Path, data: bytes, suffix: str) -> None:
    for item in items(tmp_path, f"a{suffix}", data):
        assert isinstance(item, RawDocument | Failed)
        assert pickle.loads(pickle.dumps(item)) == item


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("data", ["", " \n\t\n", "\ufeff", "\u200b\n"])
def test_a_file_without_text_fails(tmp_path: Path, name: str, data: str) -> None:
    assert failure(tmp_path, name, data).reason == "it holds no text."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_over_the_limit_names_limit_value_and_setting(tmp_path: Path, name: str) -> None:
    assert isinstance(items(tmp_path, name, "x" * 100, limit=100)[0], RawDocument)
    failed = failure(tmp_path, name, "x" * 101, limit=100)
    assert failed.reason == "it holds 101 characters; the setting max_document_chars allows 100."
    assert "max_document_chars" in failed.remedy


def test_a_file_that_must_be_over_the_limit_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ingest.readers.decode.decode", pytest.fail)
    assert "it holds 405 bytes" in failure(tmp_path, "a.txt", "x" * 405, limit=100).reason


def test_a_file_that_vanished_may_be_tried_again(tmp_path: Path) -> None:
    (failed,) = read_file(Source("s", tmp_path), Path("gone.txt"), Settings())
    assert isinstance(failed, Failed)
    assert failed.transient
    assert "gone" in failed.reason


@pytest.mark.parametrize(("code", "transient"), [(13, False), (5, True), (21, False), (24, True)])
def test_an_error_of_the_system_is_lasting_or_passing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, transient: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, "no way")

    (tmp_path / "a.txt").write_text("words")
    monkeypatch.setattr(Path, "open", refuse)
    (failed,) = read_file(Source("s", tmp_path), Path("a.txt"), Settings())
    assert isinstance(failed, Failed)
    assert failed.transient is transient
    assert failed.reason == "it cannot be read: no way."


@pytest.mark.parametrize(
    ("given_date", "expected"),
    [
        ("1999", "1999"),
        ("1999-03", "1999-03"),
        (" 1999-03-07 ", "1999-03-07"),
        ("1999/03/07", "1999-03-07"),
        ("19990307", "1999-03-07"),
        ("1999-03-07T23:59:00+02:00", "1999-03-07"),
        ("1999-03-07 10:00", "1999-03-07"),
        ("03/04/1999", None),
        ("1999-13", None),
        ("1999-02-30", None),
        ("0000", None),
        ("99", None),
        ("1999-3", None),
        ("1708000000", None),
        ("1999-03 or so", None),
        ("٢٠٢٤", None),
    ],
)
def test_a_date_is_iso_or_nothing(given_date: str, expected: str | None) -> None:
    assert iso_date(given_date) == expected


# Plain text


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ("\n\nThe Harbour\n\nIt was built.", "The Harbour"),
        ("It was built.\nThen it fell.", "notes"),
        ("Only one line\n\n", "notes"),
        ("x" * 120 + "\nmore", "x" * 120),
        ("x" * 121 + "\nmore", "notes"),
    ],
)
def test_a_short_first_line_is_the_title_and_stays_in_the_text(tmp_path: Path, data: str, title: str) -> None:
    raw = read(tmp_path, "notes.txt", data)
    assert (raw.document.title, raw.text) == (title, data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_its_mark_is_read_without_a_note(tmp_path: Path, encoding: str) -> None:
    raw = read(tmp_path, "a.txt", "Ærø café\r\nx".encode(encoding))
    assert (raw.text, raw.notes) == ("Ærø café\nx", ())


def test_windows_1252_is_read_with_a_note(tmp_path: Path) -> None:
    raw = read(tmp_path, "a.txt", "“Café” naïve".encode("cp1252"))
    assert (raw.text, raw.notes) == ("“Café” naïve", ("encoding assumed to be Windows-1252",))


def test_one_bad_byte_in_utf8_does_not_make_it_another_encoding(tmp_path: Path) -> None:
    raw = read(tmp_path, "a.txt", "Ærø café".encode() + b"\xff.")
    assert (raw.text, raw.notes) == ("Ærø café\ufffd.", ("1 byte sequences that are not UTF-8 replaced by U+FFFD",))


@pytest.mark.parametrize(
    "data", [b"a\0b", bytes(range(256)), b"\x01\x02\x03words", b"caf\xe9 \x01" + b"x" * 100, b"\xff\xfea"]
)
def test_binary_is_not_taken_for_text(tmp_path: Path, data: bytes) -> None:
    reason = failure(tmp_path, "a.txt", data).reason
    assert "binary" in reason or "encoding" in reason or "byte order mark" in reason


def test_a_file_of_unknown_suffix_named_outright_is_read_as_text_when_it_is(tmp_path: Path) -> None:
    (tmp_path / "LOG.7").write_text("words")
    source = parse_source(str(tmp_path / "LOG.7"))
    (path,) = paths(source)
    assert isinstance(path, Path)
    (raw,) = read_file(source, path, Settings())
    assert isinstance(raw, RawDocument)
    assert (raw.text, raw.document.media_type) == ("words", "text/plain")
    assert "binary" in failure(tmp_path, "a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").reason


# Markdown


def test_markdown_becomes_paragraphs_lines_and_rows(tmp_path: Path) -> None:
    source = """# The *Harbour* of `X`

It was **built** by [Anna](http://x.example) and
others &amp; ![a plan](p.png).

- one
- two
  - three

1. first

> quoted

| name | year |
|------|------|
| Anna | 1900 |

<!-- a comment -->

```python
code = 1

more
```
Second<br>part <!-- inline --> ends\\
here
"""
    assert read(tmp_path, "a.md", source).text == (
        "The Harbour of X\n\nIt was built by Anna and others & a plan.\n\none\ntwo\nthree\n\nfirst\n\nquoted\n\n"
        "name | year\nAnna | 1900\n\ncode = 1\n\nmore\n\nSecondpart ends\nhere"
    )


def test_markdown_takes_its_title_from_the_first_heading_or_else_from_its_name(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "intro\n\n## Second *level*\n\n# First").document.title == "Second level"
    assert read(tmp_path, "a.md", "intro").document.title == "a"


@pytest.mark.parametrize(
    "front",
    ['---\ntitle: "The Harbour"\ndate: 1999-03-07\n---\n', "+++\ntitle = 'The Harbour'\ndate = 1999-03-07\n+++\n"],
)
def test_front_matter_gives_title_and_date_and_is_no_text(tmp_path: Path, front: str) -> None:
    raw = read(tmp_path, "a.md", front + "# Heading\n\nwords")
    assert (raw.document.title, raw.document.date, raw.text) == ("The Harbour", "1999-03-07", "Heading\n\nwords")


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "---\n\nWords stand here\n\n---\n\nmore").text == "Words stand here\n\nmore"


def test_html_in_markdown_is_read_as_html(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "a\n\n<div><p>b</p><script>x</script></div>\n\nc").text == "a\n\nb\n\nc"


# HTML


def test_html_keeps_what_is_read_and_leaves_out_what_is_around_it(tmp_path: Path) -> None:
    page = """<!DOCTYPE html><html><head><title>The
    Harbour</title><style>p {}</style><meta name="date" content="1999-03-07"></head><body>
    <header><nav>Home</nav><h1>Heading</h1></header>
    <p>It was <b>bu</b>ilt &amp; opened&nbsp;in
       1900.<br>Then</p><!-- no --><aside>Ad</aside><div hidden>no</div><div style="display: none">no</div>
    <ul><li>one</li><li>two</li></ul>
    <table><tr><th>name</th> <th>year</th></tr><tr><td>Anna</td><td>1900</td></tr></table>
    <pre>
  a
    b</pre><script>if (a < b) {}</script><template>no</template><noscript>no</noscript>
    <form>Search <button>Go</button></form><footer>imprint</footer></body></html>"""
    raw = read(tmp_path, "a.html", page)
    assert raw.text == (
        "Heading\n\nIt was built & opened in 1900.\nThen\n\none\ntwo\n\nname | year\nAnna | 1900\n\n  a\n    b"
    )
    assert (raw.document.title, raw.document.date) == ("The Harbour", "1999-03-07")


def test_a_page_that_stands_in_one_form_is_read(tmp_path: Path) -> None:
    page = "<form><p>The harbour <select><option>no</option></select>was built.</p></form>"
    assert read(tmp_path, "a.html", page).text == "The harbour was built."


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="1999-03-07T10:00:00Z">', "1999-03-07"),
        ('<meta name="DC.date" content="1999-03">', "1999-03"),
        ('<time datetime="1999">long ago</time>', "1999"),
        ('<meta name="date" content="">', None),
        ("", None),
    ],
)
def test_html_takes_its_date_from_its_metadata(tmp_path: Path, head: str, date: str | None) -> None:
    raw = read(tmp_path, "a.html", f"<h1>Top</h1>{head}<p>words</p>")
    assert (raw.document.date, raw.document.title) == (date, "Top")


def test_a_date_that_is_not_understood_is_noted(tmp_path: Path) -> None:
    raw = read(tmp_path, "a.html", '<meta name="date" content="03/04/99"><p>words')
    assert (raw.document.date, raw.notes) == (None, ("date '03/04/99' not understood",))


def test_html_is_read_in_the_encoding_it_declares_unless_it_is_utf8(tmp_path: Path) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2"><p>Łódź'
    assert read(tmp_path, "a.html", page.encode("iso-8859-2")).text == "Łódź"
    assert read(tmp_path, "a.html", page.encode()).text == "Łódź"
    assert read(tmp_path, "a.html", b'<meta charset="no-such"><p>caf\xe9').text == "café"


@pytest.mark.parametrize("page", ["http://example.org/x", "a.txt", '<?xml version="1.0"?><html><p>x</p></html>'])
def test_a_page_may_look_like_anything(tmp_path: Path, page: str) -> None:
    assert read(tmp_path, "a.html", page).text


def test_a_page_may_nest_deeper_than_python_recurses(tmp_path: Path) -> None:
    assert read(tmp_path, "a.html", "<div>" * 5000 + "words").text == "words"


def test_markup_that_is_cut_off_or_open_is_read_as_a_browser_reads_it(tmp_path: Path) -> None:
    assert read(tmp_path, "a.html", "<p>x</p><![no such").text == "x"
    assert read(tmp_path, "a.html", "<ul><li>one<li>two</ul><table><tr><td>a<td>b</table>").text == "one\ntwo\n\na | b"


# PDF


def test_a_pdf_gives_its_pages_with_paragraphs_joined(tmp_path: Path) -> None:
    first = [
        "A Heading",
        "The harbour of Varnholm was opened in a year of storms and",
        "was the work of the har-",
        "bour master.",
    ]
    raw = read(tmp_path, "a.pdf", pdf(first, ["Second page."]))
    assert raw.text == (
        "A Heading\nThe harbour of Varnholm was opened in a year of storms and was the work of the harbour master."
        "\n\nSecond page."
    )
    assert (raw.document.title, raw.document.date, raw.notes) == ("The Harbour", "2024-03-01", ())


def test_pages_of_a_pdf_without_text_are_noted(tmp_path: Path) -> None:
    raw = read(tmp_path, "a.pdf", pdf(["One"], [], ["Three"], []))
    assert (raw.text, raw.notes) == ("One\n\nThree", ("2 of 4 pages have no text layer: 2, 4",))


def test_a_scanned_pdf_asks_for_ocr(tmp_path: Path) -> None:
    failed = failure(tmp_path, "a.pdf", pdf([], []))
    assert "no text layer" in failed.reason
    assert "OCR" in failed.remedy


def test_a_pdf_with_a_password_asks_for_a_copy_without(tmp_path: Path) -> None:
    failed = failure(tmp_path, "a.pdf", encrypted("secret"))
    assert failed.reason == "it is encrypted."
    assert "password" in failed.remedy
    assert read(tmp_path, "a.pdf", encrypted("")).text == "Secret words"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 nothing", pdf(["words"])[:200], b"words"])
def test_a_damaged_pdf_names_the_error(tmp_path: Path, data: bytes) -> None:
    assert failure(tmp_path, "a.pdf", data).reason.startswith("it is damaged: Pdf" if data else "it is damaged: Empty")


@pytest.mark.parametrize("error", [KeyError("/X"), RecursionError("deep"), OSError(22, "Invalid argument")])
def test_whatever_pypdf_stumbles_over_is_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def stumble(*_: object) -> None:
        raise error

    monkeypatch.setattr(pypdf.PageObject, "extract_text", stumble)
    assert failure(tmp_path, "a.pdf", pdf(["words"])).reason.startswith(f"it is damaged: {type(error).__name__}")


def test_every_error_of_pypdf_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in vars(pypdf.errors).values():
        if isinstance(error, type) and issubclass(error, Exception) and not issubclass(error, Warning):
            monkeypatch.setattr(pypdf.PageObject, "extract_text", _raiser(error))
            failure(tmp_path, "a.pdf", pdf(["words"]))


def _raiser(error: type[Exception]) -> object:
    def stumble(*_: object) -> None:
        raise error("why")

    return stumble


def test_a_pdf_stops_at_the_limit(tmp_path: Path) -> None:
    failed = failure(tmp_path, "a.pdf", pdf(["x" * 60], ["x" * 60], ["x" * 60]), limit=100)
    assert "more than 100 characters on its first 2 pages" in failed.reason


def test_what_pypdf_logs_is_noted_and_not_printed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    raw = read(tmp_path, "a.pdf", b"junk\n" + pdf(["words"]))
    assert raw.notes
    assert raw.notes[0].startswith("pypdf: ")
    assert not caplog.records
    assert logging.getLogger("pypdf").propagate
    assert not logging.getLogger("pypdf").handlers


# Records: JSON Lines and CSV


def records(found: list[RawDocument | Failed]) -> list[tuple[str | None, str]]:
    """Record and text, or record and reason, in order."""
    return [
        (item.document.record, item.text) if isinstance(item, RawDocument) else (item.record, item.reason)
        for item in found
    ]


def test_each_line_of_json_is_a_document_of_its_own(tmp_path: Path) -> None:
    lines = [
        {"id": "x", "title": "T", "text": "one", "date": 1999},
        {"_id": 7, "Body": "two"},
        {"content": "three", "text": " "},
    ]
    found = items(tmp_path, "a.jsonl", "\n\n".join(map(json.dumps, lines)))
    assert records(found) == [("x", "one"), ("7", "two"), ("5", "three")]
    first, second, _ = (item.document for item in found if isinstance(item, RawDocument))
    assert (first.title, first.date, first.media_type) == ("T", "1999", "application/jsonl")
    assert second.title is None
    assert first.key == keys.document_key("s", "a.jsonl", "x")


def test_a_broken_line_of_json_names_itself_and_the_rest_is_read(tmp_path: Path) -> None:
    data = b"\n".join(
        [
            b'{"text": "one"}',
            b'{"text": ',
            b"[1]",
            b'{"id": "n", "headline": "x", "words": 3}',
            b'{"id": [1], "text": "x"}',
            b'{"text": 5}',
            b'{"text": ""}',
            b'{"text": "caf\xe9"}',
            b"[" * 100_000,
            b'{"text": "ten"}',
        ]
    )
    found = items(tmp_path, "a.jsonl", data)
    texts = records(found)
    assert (texts[0], texts[-1]) == (("1", "one"), ("10", "ten"))
    reasons = [reason for _, reason in texts[1:-1]]
    assert [reason.split(":")[0] for reason in reasons] == [f"line {number}" for number in range(2, 10)]
    for reason, said in zip(
        reasons,
        [
            "not JSON",
            "a list",
            "'headline', 'words'",
            "its id is a list",
            "a int",
            "'text' is empty",
            "UTF-8",
            "recursion",
        ],
        strict=True,
    ):
        assert said in reason


def test_an_id_that_comes_twice_names_both_lines(tmp_path: Path) -> None:
    found = items(tmp_path, "a.jsonl", '{"id": 3, "text": "one"}\n{"id": "x", "text": "two"}\n{"text": "three"}\n')
    assert records(found) == [("3", "one"), ("x", "two"), ("3", "line 3: the id '3' is that of line 1.")]


def test_records_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n' + '{"text": "more"}\n' * 50_000)
    stream = read_file(Source("s", tmp_path), Path("a.jsonl"), Settings())
    first = next(stream)
    assert isinstance(first, RawDocument)
    (tmp_path / "a.jsonl").write_text("")
    assert sum(1 for _ in stream) < 50_000


def test_a_record_over_the_limit_fails_alone(tmp_path: Path) -> None:
    long, short = json.dumps({"text": "x" * 11}), json.dumps({"text": "x" * 10})
    first, second = items(tmp_path, "a.jsonl", f"{long}\n{short}", limit=10)
    assert isinstance(first, Failed)
    assert "11 characters; the setting max_document_chars allows 10" in first.reason
    assert isinstance(second, RawDocument)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_line_that_no_record_can_need_is_skipped_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("pipeline.ingest.readers.jsonl._OTHER_FIELDS_CHARS", 100)
    monkeypatch.setattr("pipeline.ingest.readers.csv._OTHER_CELLS_CHARS", 100)
    header, row = {"a.jsonl": ("", '{"text": "%s"}\n'), "a.csv": ("text,\n", "%s,\n")}[name]
    (_, reason), (_, text) = records(items(tmp_path, name, header + row % ("y" * 1000) + row % "z", limit=10))
    assert "has more than" in reason
    assert text == "z"


def test_a_lone_surrogate_in_json_is_replaced_and_noted(tmp_path: Path) -> None:
    raw = read(tmp_path, "a.jsonl", '{"text": "a\\ud800b", "title": "\\ud800"}')
    assert (raw.text, raw.document.title) == ("a\ufffdb", "\ufffd")
    assert raw.notes == ("1 lone surrogates replaced by U+FFFD",)


def test_fields_can_be_named(tmp_path: Path) -> None:
    fields = Fields(id=("no",), title=("headline",), text=("words",), date=("day",))
    line = '{"no": 4, "headline": "H", "words": "w", "day": "1999-01", "text": "not this"}'
    (raw,) = items(tmp_path, "a.jsonl", line, fields=fields)
    assert isinstance(raw, RawDocument)
    document = raw.document
    assert (document.record, document.title, raw.text, document.date) == ("4", "H", "w", "1999-01")


def test_a_title_that_is_no_text_is_left_out_with_a_note(tmp_path: Path) -> None:
    raw = read(tmp_path, "a.jsonl", '{"title": ["T"], "text": "w"}')
    assert (raw.document.title, raw.notes) == (None, ("its title is a list, not a string or a number: left out",))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_row_is_a_document_whatever_separates_its_cells(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["ID", " Text ", "date"],
        ["x", '"a, b; c|\td"', "1999"],
        ["y", '"two\nlines ""quoted"""', ""],
        [],
        ["z", "w"],
    ]
    found = items(tmp_path, "a.csv", "\r\n".join(delimiter.join(row) for row in rows))
    assert records(found) == [("x", "a, b; c|\td"), ("y", 'two\nlines "quoted"'), ("z", "w")]
    assert [item.document.date for item in found if isinstance(item, RawDocument)] == ["1999", None, None]


def test_a_broken_row_names_itself_and_the_rest_is_read(tmp_path: Path) -> None:
    data = 'id,text\na,one\nb,two,three\nc,"line\nbreak"\nd,\ne,five\n'
    assert records(items(tmp_path, "a.csv", data)) == [
        ("a", "one"),
        (None, "line 3: it has 3 cells, the header 2."),
        ("c", "line\nbreak"),
        ("d", "line 6: its field 'text' is empty."),
        ("e", "five"),
    ]


def test_rows_without_an_id_are_known_by_their_first_line(tmp_path: Path) -> None:
    assert records(items(tmp_path, "a.csv", 'text\n"a\nb"\nc\n')) == [("2", "a\nb"), ("4", "c")]


def test_a_cell_may_be_longer_than_the_csv_module_allows_at_first(tmp_path: Path) -> None:
    text = "x" * 200_000
    assert records(items(tmp_path, "a.csv", f"text\n{text}\n", limit=200_000)) == [("2", text)]


@pytest.mark.parametrize(
    ("data", "said"), [("name,year\nx,1\n", "'name', 'year'"), ("", "nothing"), ("text,text\na,b\n", "twice")]
)
def test_a_table_without_one_column_of_text_fails_once(tmp_path: Path, data: str, said: str) -> None:
    assert said in failure(tmp_path, "a.csv", data).reason


def test_a_table_in_windows_1252_is_read_with_a_note_on_the_rows_that_need_it(tmp_path: Path) -> None:
    plain, accented = items(tmp_path, "a.csv", b"text\nplain\ncaf\xe9\n")
    assert isinstance(plain, RawDocument)
    assert isinstance(accented, RawDocument)
    assert (plain.notes, accented.text, accented.notes) == ((), "café", ("encoding assumed to be Windows-1252",))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(("name", "data"), [("a.csv", "text\ncafé\n"), ("a.jsonl", '{"text": "café"}\n')])
def test_records_are_read_by_their_byte_order_mark(tmp_path: Path, encoding: str, name: str, data: str) -> None:
    assert read(tmp_path, name, data.encode(encoding)).text == "café"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_records_that_are_binary_or_break_their_mark_fail(tmp_path: Path, name: str) -> None:
    assert "binary" in failure(tmp_path, name, b"PK\x03\x04\0\0text\n").reason
    assert "byte order mark" in failure(tmp_path, name, b"\xff\xfet").reason
