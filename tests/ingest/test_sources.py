"""Sources: how arguments are understood, which files they hold, in which order, and what is said of the rest."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from graph_schema.models import Failed
from pipeline.errors import SourceError
from pipeline.ingest.sources import (
    Skipped,
    Source,
    covers,
    document_path,
    parse_source,
    parse_sources,
    paths,
    remember,
    walk,
)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    for name in ("b.txt", "a/z.md", "a/deep/y.txt", "a-b.txt", "c/x.TXT"):
        write(root / name)
    return root


def write(path: Path, text: str = "words") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def record_listings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the folders listed from now on."""
    opened: list[str] = []
    scandir = os.scandir

    def record(path: Path) -> object:
        opened.append(path.name)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", record)
    return opened


def listed(source: Source) -> list[str]:
    return [item.as_posix() for item in paths(source) if isinstance(item, Path)]


def test_a_folder_is_named_after_itself_and_lists_its_files_in_order_of_their_parts(docs: Path) -> None:
    source = parse_source(str(docs))
    assert (source.name, source.root, source.pattern) == ("docs", docs.resolve(), None)
    assert listed(source) == ["a/deep/y.txt", "a/z.md", "a-b.txt", "b.txt", "c/x.TXT"]


def test_a_file_and_its_folder_give_the_same_name_root_and_path(docs: Path) -> None:
    single, folder = parse_source(str(docs / "b.txt")), parse_source(str(docs))
    assert (single.name, single.root) == (folder.name, folder.root)
    assert listed(single) == ["b.txt"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["a-b.txt", "b.txt"]),
        ("**/*.txt", ["a/deep/y.txt", "a-b.txt", "b.txt"]),
        ("a/**", ["deep/y.txt", "z.md"]),
        ("a*/z.md", ["a/z.md"]),
        ("[bc]*", ["b.txt"]),
        ("?/*.md", ["a/z.md"]),
    ],
)
def test_a_glob_lists_what_it_matches_below_the_part_before_its_magic(
    docs: Path, pattern: str, expected: list[str]
) -> None:
    source = parse_source(f"{docs}/{pattern}")
    assert source.name == ("a" if pattern.startswith("a/") else "docs")
    assert listed(source) == expected


def test_a_glob_never_lists_a_folder_it_cannot_match_in(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = record_listings(monkeypatch)
    assert listed(Source("docs", docs, "a/*.md")) == ["a/z.md"]
    assert opened == ["docs", "a"]


def test_a_folder_is_listed_only_when_its_turn_comes(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = record_listings(monkeypatch)
    next(paths(parse_source(str(docs))))
    assert opened == ["docs", "a", "deep"]


def test_a_given_name_wins(docs: Path) -> None:
    assert parse_source(f"letters={docs}").name == "letters"
    assert parse_source(f"letters={docs}/*.txt").name == "letters"


def test_what_exists_under_the_whole_argument_is_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a=b" / "x.txt")
    write(tmp_path / "notes[1].txt")
    assert parse_source("a=b").name == "a=b"
    assert listed(parse_source("notes[1].txt")) == ["notes[1].txt"]


def test_an_equals_sign_behind_a_slash_belongs_to_the_path(tmp_path: Path) -> None:
    write(tmp_path / "year=1999" / "x.txt")
    assert parse_source(f"{tmp_path}/year=*/x.txt").root == tmp_path.resolve()


def test_hidden_files_and_folders_are_left_out(docs: Path) -> None:
    before = listed(parse_source(str(docs)))
    write(docs / ".hidden.txt")
    write(docs / ".git" / "x.txt")
    assert listed(parse_source(str(docs))) == before


def test_a_hidden_file_named_outright_is_read(docs: Path) -> None:
    hidden = write(docs / ".hidden.txt")
    assert listed(parse_source(str(hidden))) == [".hidden.txt"]


def test_links_to_folders_are_not_followed_and_are_reported(docs: Path) -> None:
    (docs / "a" / "loop").symlink_to(docs)
    source = parse_source(str(docs))
    assert Skipped("docs", "a/loop", "link to a folder") in list(paths(source))
    assert "a/loop/b.txt" not in listed(source)


def test_links_to_files_are_followed(docs: Path) -> None:
    (docs / "link.txt").symlink_to(docs / "b.txt")
    assert "link.txt" in listed(parse_source(str(docs)))


@pytest.mark.timeout(20)
def test_what_is_neither_file_nor_folder_is_reported_and_never_opened(docs: Path) -> None:
    os.mkfifo(docs / "pipe.txt")
    (docs / "dangling.txt").symlink_to(docs / "nowhere")
    skipped = {item.path: item.reason for item in paths(parse_source(str(docs))) if isinstance(item, Skipped)}
    assert skipped == {"pipe.txt": "neither a file nor a folder", "dangling.txt": "broken link"}


def test_files_of_unknown_suffix_are_reported_by_suffix(docs: Path) -> None:
    write(docs / "x.ODT")
    write(docs / "Makefile")
    skipped = [item for item in paths(parse_source(str(docs))) if isinstance(item, Skipped)]
    assert skipped == [
        Skipped("docs", "Makefile", "unknown suffix ''"),
        Skipped("docs", "x.ODT", "unknown suffix '.odt'"),
    ]


def test_a_folder_that_cannot_be_listed_is_reported_and_the_others_are_read(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "a":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    items = list(paths(parse_source(str(docs))))
    (failed,) = (item for item in items if isinstance(item, Failed))
    assert (failed.path, failed.stage, failed.transient) == ("a", "read", False)
    assert "Permission denied" in failed.reason
    assert [item.as_posix() for item in items if isinstance(item, Path)] == ["a-b.txt", "b.txt", "c/x.TXT"]


def test_a_document_path_is_nfc_while_the_file_is_still_found(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "café.txt")
    write(tmp_path / decomposed)
    (path,) = paths(Source("s", tmp_path))
    assert isinstance(path, Path)
    assert (tmp_path / path).is_file()
    assert document_path(path) == unicodedata.normalize("NFC", decomposed) != path.as_posix()
    assert covers(parse_source(str(tmp_path / decomposed)), document_path(path))


def test_a_name_that_is_not_utf8_is_a_failure_that_can_be_written_down(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("words")
    (failed,) = paths(Source("s", tmp_path))
    assert isinstance(failed, Failed)
    assert failed.path.encode() == rb"caf\udce9.txt"


def test_a_missing_path_names_the_path_and_a_neighbour(docs: Path) -> None:
    with pytest.raises(SourceError) as caught:
        parse_sources([str(docs / "b.txr")])
    assert str(docs / "b.txr") in caught.value.message
    assert str(docs / "b.txt") in caught.value.remedy


@pytest.mark.parametrize("argument", ["", "=docs", "  =docs", "no/such/*.txt", "name=no/such/folder"])
def test_arguments_that_name_nothing_are_refused(argument: str) -> None:
    with pytest.raises(SourceError):
        parse_sources([argument])


def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        parse_source(str(tmp_path / "pipe"))


@pytest.mark.parametrize("pattern", ["", "/*.odt", "/*.pdf"])
def test_a_source_without_a_file_to_read_names_the_known_suffixes(tmp_path: Path, pattern: str) -> None:
    write(tmp_path / "x.odt")
    with pytest.raises(SourceError) as caught:
        parse_sources([f"{tmp_path}{pattern}"])
    assert ".jsonl" in caught.value.remedy
    assert str(tmp_path) in caught.value.message


def test_two_roots_under_one_name_are_refused_with_the_way_out(tmp_path: Path) -> None:
    for year in ("2023", "2024"):
        write(tmp_path / year / "letters" / "x.txt")
    arguments = [str(tmp_path / "2023" / "letters"), str(tmp_path / "2024" / "letters")]
    with pytest.raises(SourceError) as caught:
        parse_sources(arguments)
    assert all(argument in caught.value.message for argument in arguments)
    assert "NAME=" in caught.value.remedy
    assert [source.name for source in parse_sources([arguments[0], f"new={arguments[1]}"])] == ["letters", "new"]


def test_a_file_that_two_sources_hold_is_walked_once(docs: Path) -> None:
    sources = parse_sources([str(docs / "b.txt"), f"{docs}/**/*.txt", str(docs), str(docs)])
    walked = [item[1].as_posix() for item in walk(sources) if isinstance(item, tuple)]
    assert sorted(walked) == sorted(listed(parse_source(str(docs))))


def test_one_file_under_two_names_is_two_documents(docs: Path) -> None:
    walked = list(walk(parse_sources([f"one={docs}/b.txt", f"two={docs}/b.txt"])))
    assert [item[0].name for item in walked if isinstance(item, tuple)] == ["one", "two"]


@pytest.mark.parametrize("pattern", [None, "*.txt", "**/*.txt", "a/**", "**/deep/*", "**"])
def test_a_source_covers_what_it_lists_and_nothing_else(docs: Path, pattern: str | None) -> None:
    write(docs / "x.odt")
    write(docs / ".git" / "x.txt")
    source = Source("docs", docs, pattern)
    files = [path.relative_to(docs).as_posix() for path in docs.rglob("*") if path.is_file()]
    assert sorted(path for path in files if covers(source, path)) == sorted(listed(source))


def test_a_single_file_covers_only_itself(docs: Path) -> None:
    source = parse_source(str(docs / "b.txt"))
    assert covers(source, "b.txt")
    assert not covers(source, "a-b.txt")


def test_a_name_that_stands_for_one_folder_is_refused_for_another(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "reports").mkdir(parents=True)
        (tmp_path / place / "reports" / "one.txt").write_text("Text.", encoding="utf-8")
    first, second = (parse_source(str(tmp_path / place / "reports")) for place in ("a", "b"))
    remember(tmp_path, [first])
    remember(tmp_path, [first])
    with pytest.raises(SourceError, match="'reports' stands for"):
        remember(tmp_path, [second])


def test_a_folder_that_moved_keeps_its_name_when_it_is_given(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "reports").mkdir(parents=True)
        (tmp_path / place / "reports" / "one.txt").write_text("Text.", encoding="utf-8")
    remember(tmp_path, [parse_source(str(tmp_path / "a" / "reports"))])
    moved = tmp_path / "b" / "reports"
    remember(tmp_path, [parse_source(f"reports={moved}")])
    remember(tmp_path, [parse_source(str(moved))])


def test_a_link_that_points_elsewhere_keeps_its_name(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "one.txt").write_text("Text.", encoding="utf-8")
    current = tmp_path / "current"
    current.symlink_to(tmp_path / "a")
    remember(tmp_path, [parse_source(str(current))])
    current.unlink()
    current.symlink_to(tmp_path / "b")
    remember(tmp_path, [parse_source(str(current))])
