"""E-mail: headers, bodies and attachments of one mail and of mailboxes, broken and hostile ones included."""

from __future__ import annotations

import base64
import io
import random
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from files import docx, paragraph

from graph_schema.models import Failed
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.readers import mail as mail_reader
from pipeline.ingest.sources import Source
from pipeline.settings import Settings

HEAD = (
    "From: Anna Berg <anna@x.example>\nTo: Bo <bo@x.example>\nSubject: The bell\nDate: Tue, 4 Mar 2014 23:12:00 -0500\n"
)
SEPARATOR = "From anna@x.example Tue Mar  4 09:12:00 2014\n"


def items(folder: Path, data: bytes | str, name: str = "a.eml") -> list[RawDocument | Failed]:
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_file(Source("s", folder), Path(name), Settings()))


def read(folder: Path, data: bytes | str) -> RawDocument:
    (item,) = items(folder, data)
    assert isinstance(item, RawDocument), item
    return item


def failure(folder: Path, data: bytes | str, name: str = "a.eml") -> Failed:
    (item,) = items(folder, data, name)
    assert isinstance(item, Failed), item
    assert item.remedy
    return item


def shown(found: list[RawDocument | Failed]) -> list[tuple[str | None, str]]:
    """Record and text (for a mail: its body), or record and reason, in order."""
    return [
        (item.document.record, item.text.rpartition("Subject: The bell\n\n")[2].strip())
        if isinstance(item, RawDocument)
        else (item.record, item.reason)
        for item in found
    ]


def parts(*content: str, kind: str = "mixed") -> str:
    """A multipart mail of parts, each with its own headers."""
    held = "".join(f"--b\n{each}\n" for each in content)
    return f'{HEAD}MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b"\n\n{held}--b--\n'


# One mail


def test_headers_stand_before_the_text_and_give_title_and_date(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        HEAD.replace("Subject", "X-Spam: no\nCC: c@x.example,\n  d@x.example\nSubject") + "\nDear Bo,\n\nyes.\n",
    )
    assert raw.text == (
        "From: Anna Berg <anna@x.example>\nTo: Bo <bo@x.example>\nCc: c@x.example, d@x.example\n"
        "Date: Tue, 4 Mar 2014 23:12:00 -0500\nSubject: The bell\n\nDear Bo,\n\nyes."
    )
    document = raw.document
    assert (document.title, document.date, document.record) == ("The bell", "2014-03-04", None)
    assert document.media_type == "message/rfc822"


def test_a_reply_keeps_what_it_quotes_and_its_signature(tmp_path: Path) -> None:
    body = "Yes.\n\nOn Monday, Bo wrote:\n> Is it in Varde?\n>> No.\n\n-- \nAnna Berg\nVarde"
    assert read(tmp_path, f"{HEAD}\n{body}\n").text.endswith(f"\n\n{body}")


def test_encoded_names_and_subjects_are_decoded_and_a_name_with_a_comma_is_quoted(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        b"From: =?utf-8?Q?S=C3=B8rensen=2C_Henrik?= <h@x.example>\n"
        b"To: =?iso-8859-1?q?Ren=E9?= Delacourt <r@x.example>, J\xfcrgen <j@x.example>, \xc3\x85sa <a@x.example>\n"
        b"Subject: =?utf-8?b?w4U=?=\n =?utf-8?b?bGVzdW5k?= and more\n\nwords",
    )
    assert raw.text.split("\n")[:3] == [
        'From: "Sørensen, Henrik" <h@x.example>',
        "To: René Delacourt <r@x.example>, Jürgen <j@x.example>, Åsa <a@x.example>",
        "Subject: Ålesund and more",
    ]


@pytest.mark.parametrize(
    ("date", "expected", "noted"),
    [
        ("4 Mar 2014 09:12", "2014-03-04", False),
        ("Tue, 4 Mar 2014 09:12:00 +0100 (CET)", "2014-03-04", False),
        ("last Tuesday", None, True),
        ("Tue, 44 Mar 2014 09:12:00 +0100", None, True),
        ("", None, False),
    ],
)
def test_the_date_is_that_of_the_header_or_none(tmp_path: Path, date: str, expected: str | None, noted: bool) -> None:
    raw = read(tmp_path, f"From: a@x.example\nDate: {date}\n\nwords")
    assert (raw.document.date, bool(raw.notes)) == (expected, noted)


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "Ærø café".encode(), "Ærø café"),
        ("iso-8859-1", "Ærø café".encode("latin-1"), "Ærø café"),
        ("iso-8859-2", "Łódź".encode("iso-8859-2"), "Łódź"),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        ("no-such", "Ærø café".encode(), "Ærø café"),
        ("us-ascii", "Ærø café".encode("cp1252"), "Ærø café"),
    ],
)
def test_a_body_is_read_in_its_encoding_or_in_what_it_is(tmp_path: Path, charset: str, data: bytes, text: str) -> None:
    head = f"{HEAD}Content-Type: text/plain; charset={charset}\n"
    assert read(tmp_path, f"{head}\n".encode() + data).text.endswith(f"\n\n{text}")
    encoded = f"{head}Content-Transfer-Encoding: base64\n\n".encode() + base64.b64encode(data)
    assert read(tmp_path, encoded).text.endswith(f"\n\n{text}")


def test_html_alone_is_read_as_html(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEAD}Content-Type: text/html\n\n<p>one<p>t&eacute;wo").text.endswith("\n\none\n\ntéwo")


def test_of_two_ways_to_say_it_the_plain_one_is_read_unless_it_is_empty(tmp_path: Path) -> None:
    html = "Content-Type: text/html\n\n<p>marked up"
    plain = "Content-Type: text/plain\n\n{}"
    assert read(tmp_path, parts(html, plain.format("plain"), kind="alternative")).text.endswith("bell\n\nplain")
    assert read(tmp_path, parts(plain.format(" "), html, kind="alternative")).text.endswith("bell\n\nmarked up")


def test_further_text_of_a_mail_follows_in_order(tmp_path: Path) -> None:
    text = "Content-Type: text/plain\n\n{}"
    assert read(tmp_path, parts(text.format("one"), text.format("two"))).text.endswith("\n\none\n\ntwo")


# Attachments


def test_each_attachment_is_a_document_through_the_reader_of_its_format(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@x.example", "The bell"
    mail.set_content("See below.")
    mail.add_attachment(
        docx(paragraph("The loan.")), maintype="application", subtype="octet-stream", filename="loan.docx"
    )
    mail.add_attachment("# Notes\n\nwords", subtype="markdown", filename="../../etc/notes.md")
    mail.add_attachment("id,text\n7,one\n8,two\n", subtype="csv", filename="list.csv")
    mail.add_attachment("plain words", filename="list.csv.txt")
    mail.add_attachment("again", filename="list.csv.txt")
    found = items(tmp_path, mail.as_bytes())
    assert shown(found) == [
        (None, "See below."),
        ("loan.docx", "The loan."),
        ("notes.md", "Notes\n\nwords"),
        ("list.csv/7", "one"),
        ("list.csv/8", "two"),
        ("list.csv.txt", "plain words"),
        ("list.csv.txt~2", "again"),
    ]
    documents = [item.document for item in found if isinstance(item, RawDocument)]
    assert [each.media_type for each in documents[2:4]] == ["text/markdown", "text/csv"]
    assert [each.title for each in documents[:3]] == ["The bell", "The Bell", "Notes"]
    assert len({each.key for each in documents}) == len(documents)
    assert items(tmp_path, mail.as_bytes()) == found


def test_an_attachment_nobody_reads_is_reported_and_a_broken_one_fails_alone(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@x.example", "The bell"
    mail.set_content("See below.")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="x.PNG")
    mail.add_attachment(b"MZ", maintype="application", subtype="x-secret")
    mail.add_attachment(b"%PDF-1.4 nothing", maintype="application", subtype="pdf", filename="a.pdf")
    first, second = items(tmp_path, mail.as_bytes())
    assert isinstance(first, RawDocument)
    assert first.notes == (
        "attachment left out, no reader knows its type: .png",
        "attachment left out, no reader knows its type: application/x-secret",
    )
    assert isinstance(second, Failed)
    assert second.record == "a.pdf"
    assert "damaged" in second.reason


def test_an_attachment_without_a_name_goes_by_its_type(tmp_path: Path) -> None:
    part = "Content-Type: text/html\nContent-Disposition: attachment\n\n<p>words"
    assert shown(items(tmp_path, parts("Content-Type: text/plain\n\nbody", part)))[1] == ("attachment.html", "words")


def test_an_attached_mail_is_a_document_with_attachments_of_its_own(tmp_path: Path) -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"], inner["Date"] = "b@x.example", "The bell", "Mon, 3 Mar 2014 10:00:00 +0000"
    inner.set_content("First.")
    inner.add_attachment("deep", filename="deep.txt")
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "a@x.example", "The bell"
    outer.set_content("Second.")
    outer.add_attachment(inner)
    found = items(tmp_path, outer.as_bytes())
    assert shown(found) == [(None, "Second."), ("The bell.eml", "First."), ("The bell.eml/deep.txt", "deep")]
    assert isinstance(found[1], RawDocument)
    assert (found[1].document.date, found[1].document.media_type) == ("2014-03-03", "message/rfc822")


def test_what_is_attached_to_one_of_two_alternatives_is_not_lost(tmp_path: Path) -> None:
    inner = (
        'Content-Type: multipart/mixed; boundary="c"\n\n--c\nContent-Type: text/html\n\n<p>marked up\n'
        '--c\nContent-Type: text/plain; name="a.txt"\n\nattached\n--c--'
    )
    found = items(tmp_path, parts("Content-Type: text/plain\n\nplain", inner, kind="alternative"))
    assert shown(found) == [(None, "plain"), ("a.txt", "attached")]


# Broken and hostile mails


def test_broken_mime_is_read_as_far_as_it_goes_and_noted(tmp_path: Path) -> None:
    without_end = parts("Content-Type: text/plain\n\nwords").replace("--b--\n", "")
    assert shown([raw := read(tmp_path, without_end)]) == [(None, "words")]
    assert raw.notes == ("the mail is broken: CloseBoundaryNotFoundDefect",)
    raw = read(tmp_path, f"{HEAD}Content-Type: multipart/mixed\n\nwords")
    assert raw.text.endswith("\n\nwords")
    assert "the mail is broken: NoBoundaryInMultipartDefect" in raw.notes
    raw = read(tmp_path, f"{HEAD}Content-Transfer-Encoding: base64\n\nd29yZHM")
    assert raw.text.endswith("\n\nwords")


def test_a_file_that_is_no_mail_says_so(tmp_path: Path) -> None:
    assert "it is no mail" in failure(tmp_path, "Only words.\n\nMore.").reason
    assert "it is no mail" in failure(tmp_path, b"\x89PNG\r\n\x1a\n\0\0").reason
    assert failure(tmp_path, " \n").reason == "it holds no text."


def test_a_body_that_is_binary_fails_and_its_attachments_are_read(tmp_path: Path) -> None:
    binary = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(b"a\0b\1").decode()
    found = shown(items(tmp_path, parts(binary, 'Content-Type: text/plain; name="a.txt"\n\nwords')))
    assert "binary" in found[0][1]
    assert found[1] == ("a.txt", "words")


def test_a_header_that_would_take_minutes_is_refused_by_name(tmp_path: Path) -> None:
    long = 'a="' + ";" * 100_000
    failed = failure(tmp_path, f"{HEAD}Content-Type: text/plain; {long}\n\nwords")
    assert failed.reason.startswith("its header 'Content-Type' has 1000")
    assert "its header 'To' has" in failure(tmp_path, f"From: a@x.example\nTo: {'b@x.example, ' * 20_000}\n\nx").reason


def test_a_mail_over_the_limit_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_reader, "MAX_MAIL_BYTES", 500)
    assert "more than 500 bytes" in failure(tmp_path, HEAD + "\n" + "x" * 500).reason


def test_parts_that_nest_too_deep_are_refused(tmp_path: Path) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(2000))
    assert failure(tmp_path, HEAD + nested + "\nx").reason == "its parts nest too deep."


@pytest.mark.parametrize("deep", [120, 600, 2000])
def test_mails_within_mails_that_nest_too_deep_are_refused(tmp_path: Path, deep: int) -> None:
    nested = "MIME-Version: 1.0\nContent-Type: message/rfc822\n\nSubject: The bell\n" * deep
    assert failure(tmp_path, HEAD + nested + "\nx").reason == "its parts nest too deep."
    assert [item.reason for item in items(tmp_path, box(HEAD + nested + "\nx", mail(1, "one")), "a.mbox")[:-1]
            if isinstance(item, Failed)] == ["line 1: its parts nest too deep."]  # fmt: skip


def test_mails_within_mails_that_do_not_nest_too_deep_are_each_a_document(tmp_path: Path) -> None:
    nested = "MIME-Version: 1.0\nContent-Type: message/rfc822\n\nSubject: The bell\n" * 98
    found = items(tmp_path, HEAD + nested + "\nx")
    assert [item for item in found if isinstance(item, Failed)] == []
    assert len({item.document.record for item in found if isinstance(item, RawDocument)}) == 99


def test_what_breaks_a_reader_is_a_failure_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("pipeline.ingest.readers.html._parse", broken)
    page = 'Content-Type: text/html; name="a.html"\n\n<p>Words.'
    found = items(tmp_path, box(mail(1, "one"), parts("\nBody.", page), mail(2, "two")), "a.mbox")
    assert [item.reason for item in found if isinstance(item, Failed)] == [
        "its reader failed: ZeroDivisionError: a defect."
    ]
    assert len(found) == 4


@pytest.mark.parametrize("piece", ["=?a?q?", "=?", "<", "(", '"', ",", "a@b ", "=?utf-8?q?x?= "])
def test_time_stays_linear_in_a_header(tmp_path: Path, piece: str) -> None:
    started = time.perf_counter()
    items(tmp_path, f"From: {piece * (100_000 // len(piece))}\nSubject: {piece * (100_000 // len(piece))}\n\nwords")
    assert time.perf_counter() - started < 10


def test_damage_anywhere_is_a_failure_or_a_document_and_never_more(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Åsa <a@x.example>", "b@x.example", "The bell ø"
    mail.set_content("Plain ø words.")
    mail.add_alternative("<p>Plain ø words.", subtype="html")
    mail.add_attachment("words", filename="ø.txt")
    whole, dice = mail.as_bytes(), random.Random(7)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        items(tmp_path, bytes(data))


# Mailboxes


def box(*mails: str) -> str:
    return "".join(f"{SEPARATOR}{each}\n\n" for each in mails)


def mail(number: int, body: str) -> str:
    return f"Message-ID: <{number}@x.example>\n{HEAD}\n{body}"


def test_a_mailbox_is_many_documents_under_their_message_ids(tmp_path: Path) -> None:
    attached = "Message-ID: <3@x.example>\n" + parts(
        "Content-Type: text/plain\n\nthree", 'Content-Type: text/plain; name="a.txt"\n\nattached'
    )
    text = "two\n\nFrom now on, 10:30 or 1975.\n>From Varde"
    found = items(tmp_path, box(mail(1, "one"), mail(2, text), attached), "a.mbox")
    assert shown(found) == [
        ("1@x.example", "one"),
        ("2@x.example", "two\n\nFrom now on, 10:30 or 1975.\nFrom Varde"),
        ("3@x.example", "three"),
        ("3@x.example/a.txt", "attached"),
    ]
    assert {item.document.media_type for item in found[:3] if isinstance(item, RawDocument)} == {"message/rfc822"}


def test_an_id_twice_is_a_copy_or_gets_a_name_of_its_own(tmp_path: Path) -> None:
    data = box(mail(1, "one"), mail(1, "other"), mail(1, "one"), f"{HEAD}\nnone", f"{HEAD}\nno id")
    first, second, copy, third, fourth = shown(items(tmp_path, data, "a.mbox"))
    assert (first, second[1], third[1], fourth[1]) == (("1@x.example", "one"), "other", "none", "no id")
    assert copy == (None, "line 19: the mail '1@x.example' is a copy of that on line 1.")
    assert len({first[0], second[0], third[0], fourth[0]}) == 4
    again = shown(items(tmp_path, box(f"{HEAD}\nno id", mail(1, "one")), "a.mbox"))
    assert again == [fourth, first]


def test_a_broken_mail_of_a_box_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ingest.readers.mbox.MAX_MAIL_BYTES", 300)
    found = shown(items(tmp_path, box(mail(1, "x" * 500), "only words", mail(2, "two")), "a.mbox"))
    assert [record for record, _ in found] == [None, None, "2@x.example"]
    assert "line 1: the mail has more than 300 bytes" in found[0][1]
    assert "no mail" in found[1][1]


def test_a_box_is_read_as_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_text(box(*(mail(number, "words " * 20) for number in range(5000))))
    stream = read_file(Source("s", tmp_path), Path("a.mbox"), Settings())
    assert isinstance(next(stream), RawDocument)
    (tmp_path / "a.mbox").write_text("")
    assert sum(1 for _ in stream) < 5000


def test_a_file_that_is_no_mailbox_says_so_and_an_empty_one_holds_none(tmp_path: Path) -> None:
    assert "no mailbox" in failure(tmp_path, f"{HEAD}\nwords", "a.mbox").reason
    assert items(tmp_path, "", "a.mbox") == []


def test_carriage_returns_and_a_time_zone_in_the_separator_are_known(tmp_path: Path) -> None:
    data = box(mail(1, "one"), mail(2, "two")).replace("2014\nMess", "2014 +0100\nMess").replace("\n", "\r\n")
    assert [text for _, text in shown(items(tmp_path, data, "a.mbox"))] == ["one", "two"]


def test_a_line_without_an_end_is_never_held_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.ingest.readers import mbox

    monkeypatch.setattr(mbox, "MAX_MAIL_BYTES", 100)
    monkeypatch.setattr(mbox, "_PIECE_BYTES", 60)
    found = list(mbox._mails(io.BytesIO(SEPARATOR.encode() + b"x" * 1000 + b"\n\n" + SEPARATOR.encode() + b"y")))
    assert found == [(1, None), (4, b"y")]
