"""Sources: a folder, a glob or a file, under a name that its documents keep wherever the folder lies."""

from __future__ import annotations

import difflib
import glob
import json
import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from graph_schema.models import Failed
from pipeline.errors import ConfigurationError, SourceError
from pipeline.files import write_atomically, writing
from pipeline.ingest.readers import SUFFIXES, format_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = [
    "Skipped",
    "Source",
    "covers",
    "document_path",
    "failed_file",
    "lists",
    "parse_source",
    "parse_sources",
    "paths",
    "remember",
    "remembered",
    "sources_again",
    "walk",
]

SOURCES_FILE = "sources.json"
_NAMED = re.compile(r"([^/=]*)=(.+)", re.DOTALL)
_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Source:
    """A name, the resolved folder that paths are relative to, and which of its files.

    `pattern` is relative to `root`: `None` stands for every file of a known suffix, a glob (`**` for any number of
    folders) for those it matches; when `literal` it is the path of one file, whatever its suffix.
    `given` is the folder's absolute path before links were followed, `named` whether the name was given with it.
    """

    name: str
    root: Path
    pattern: str | None = None
    literal: bool = False
    given: str = field(default="", compare=False)
    named: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that a source holds and nobody reads; `reason` is short and the same for all of its sort, to be
    counted by."""

    source: str
    path: str
    reason: str


_Entry: TypeAlias = "tuple[Path, os.DirEntry[str]]"


def parse_source(argument: str) -> Source:
    """The source in `PATH` or `NAME=PATH`, where PATH is a folder, a glob or a file.

    What exists under exactly the argument's name is that, whatever `=` and `*` it holds. The name is that of the base
    folder unless given: of a glob the part before the first `*`, `?` or `[`, of a file its folder. Raises
    `SourceError` for a path that does not exist.
    """
    name, path = _split(argument)
    given = Path(path).expanduser()
    if os.path.isfile(given):
        return _source(name, given.absolute().parent, given.name, literal=True)
    if os.path.isdir(given):
        return _source(name, given, None)
    magic = next((index for index, part in enumerate(given.parts) if _MAGIC.search(part)), None)
    base = given if magic is None else Path(*given.parts[:magic])
    if magic is None or not os.path.isdir(base):
        raise _missing(base, argument)
    return _source(name, base, _nfc("/".join(given.parts[magic:])))


def parse_sources(arguments: Iterable[str], only: Collection[str] = ()) -> tuple[Source, ...]:
    """The sources in `arguments`, each once, in their order: those of the names `only`, or all where none are named.

    Raises `SourceError` for a path that does not exist, for a folder or glob that holds nothing to read, for two
    folders under one name, whose documents could not be told apart, and for a name that none bears. What is wrong with
    a source of another name than those of `only` is no matter.
    """
    parsed: dict[Source, None] = {}
    for argument in arguments:
        try:
            parsed[parse_source(argument)] = None
        except SourceError:
            if not only or _may_be_called(argument, only):
                raise
    sources = _select(parsed, only)
    roots: dict[str, Path] = {}
    for source in sources:
        root = roots.setdefault(source.name, source.root)
        if root != source.root:
            raise SourceError(
                f"two sources have the name {source.name!r}: {str(root)!r} and {str(source.root)!r}.",
                f"Give one of them another: NAME={source.root}.",
            )
    for source in sources:
        _refuse_empty(source)
    return sources


def remember(home: Path, sources: Iterable[Source]) -> None:
    """Keep in `home` which folder each source name stands for, so that a later run cannot take another folder of the
    same name for it and replace its documents.

    Raises `SourceError` when a name is another folder's already; giving the name (`NAME=PATH`) says that it moved; and
    as `writing`.
    """
    known = remembered(home)
    for source in sources:
        folder = known.get(source.name, source.given)
        if folder != source.given and not source.named:
            raise SourceError(
                f"the source name {source.name!r} stands for {folder!r} in this graph, not for {source.given!r}.",
                f"Another archive needs another name: NAME={source.given}. One that moved keeps its name: "
                f"{source.name}={source.given}.",
            )
        known[source.name] = source.given
    with writing(home / SOURCES_FILE):
        write_atomically(home / SOURCES_FILE, json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def sources_again(home: Path, name: str, path: str, patterns: Iterable[str | None]) -> tuple[Source, ...]:
    """Sources of one file, or of what `patterns` match below one folder, which an earlier run of this home named by
    source and path. Raises `SourceError` where it is not known which folder the source stands for."""
    known = remembered(home)
    if name not in known:
        raise SourceError(f"which folder the source {name!r} stands for is not known.", f"Ingest it: {name}=PATH.")
    given = known[name]
    root = Path(given).resolve()
    written = _on_disk(root, path)
    source = Source(name, root, str(written), literal=True, given=given, named=True)
    if not (root / written).is_dir():
        return (source,)
    parts = Path(path).parts
    below = [rest for pattern in patterns for rest in sorted(_rests(parts, _pattern_parts(pattern))) if rest]
    return tuple(replace(source, pattern="/".join((*map(glob.escape, parts), *rest)), literal=False) for rest in below)


def remembered(home: Path) -> dict[str, str]:
    """Source name -> the folder that it stands for in this graph."""
    path = home / SOURCES_FILE
    try:
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise ConfigurationError(f"{str(path)!r} is not valid JSON: {error}.", "Mend the file or remove it.") from None
    return known


def paths(source: Source) -> Iterator[Path | Skipped | Failed]:
    """The files of `source` to read, relative to its root, in order of their parts; a folder is listed when its turn
    comes.

    Hidden files and folders are left out, links to folders are not followed. Files that no reader knows come as
    `Skipped`, folders that cannot be listed as `Failed`: of documents below such a folder nothing is known.
    """
    if source.literal:
        yield _utf8(source, Path(source.pattern or ""))
        return
    stack, failed = _entries(source, Path())
    if failed is not None:
        yield failed
    while stack:
        relative, entry = stack.pop()
        item = _sort(source, relative, entry)
        if isinstance(item, str):
            below, failed = _entries(source, relative)
            stack.extend(below)
            if failed is not None:
                yield failed
        elif item is not None:
            yield item


def walk(sources: Iterable[Source]) -> Iterator[tuple[Source, Path] | Skipped | Failed]:
    """`paths` of all `sources`, with the source of each: a file that two sources of one name and root hold comes
    once."""
    wider: dict[tuple[str, Path], list[Source]] = {}
    for source in sorted(dict.fromkeys(sources), key=lambda source: source.literal):
        others = wider.setdefault((source.name, source.root), [])
        for item in paths(source):
            if not isinstance(item, Path):
                yield item
            elif not any(covers(other, document_path(item)) for other in others):
                yield source, item
        if not source.literal:
            others.append(source)


def covers(source: Source, path: str) -> bool:
    """Whether `source` would read a file at `path` (a document's path, relative, with forward slashes)."""
    if source.literal:
        return path == document_path(Path(source.pattern or ""))
    parts = tuple(path.split("/"))
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and format_of(Path(path).suffix) is not None and _matches(source, parts)


def lists(source: Source, path: str) -> bool:
    """Whether `source` would list a folder at `path`, `"."` for its own."""
    parts = Path(path).parts
    return not source.literal and not any(part.startswith(".") for part in parts) and _may_hold(source, parts)


def document_path(relative: Path) -> str:
    """The path of a document: NFC, forward slashes, the bytes that are not UTF-8 as escapes."""
    return _nfc(relative.as_posix()).encode("utf-8", "backslashreplace").decode()


def _may_be_called(argument: str, names: Collection[str]) -> bool:
    """Whether a source that cannot be parsed may have one of `names`: the given one, or one of a folder of its path."""
    name, path = _split(argument)
    parts = Path(path).expanduser().absolute().parts if name is None else (name.strip(),)
    return any(_nfc(part) in names for part in parts)


def _select(sources: Collection[Source], names: Collection[str]) -> tuple[Source, ...]:
    known = sorted({source.name for source in sources})
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SourceError(
            f"no source of this run is called {unknown[0]!r}.", f"They are called {', '.join(known) or 'nothing'}."
        )
    return tuple(source for source in sources if not names or source.name in names)


def _on_disk(root: Path, path: str) -> Path:
    """The path on disk of a document's path, which is NFC where that need not be; `path` itself where nothing lies."""
    found = Path()
    for part in Path(path).parts:
        if not (root / found / part).exists():
            with suppress(OSError):
                part = next((each for each in os.listdir(root / found) if _nfc(each) == part), part)
        found /= part
    return found


def _split(argument: str) -> tuple[str | None, str]:
    match = None if os.path.exists(argument) else _NAMED.fullmatch(argument)
    name, path = match.groups() if match else (None, argument)
    if not path or (name is not None and not name.strip()):
        raise SourceError(f"source {argument!r} has no {'name' if path else 'path'}.", "Write PATH or NAME=PATH.")
    return name, path


def _source(name: str | None, base: Path, pattern: str | None, *, literal: bool = False) -> Source:
    named = bool(name)
    # Of a link the name, not the target's: "current" stays one source when it points elsewhere.
    name = _nfc(name.strip() if name else Path(os.path.abspath(base)).name)
    if not name or not _is_utf8(name):
        raise SourceError(f"the folder {str(base)!r} has no name to go by.", f"Name the source: NAME={base}.")
    return Source(name, base.resolve(), pattern, literal, os.path.abspath(base), named)


def _missing(path: Path, argument: str) -> SourceError:
    if os.path.exists(path):
        return SourceError(f"source {argument!r} is neither a file nor a folder.", "Name a file, a folder or a glob.")
    neighbours = os.listdir(path.parent) if os.access(path.parent, os.R_OK | os.X_OK) else []
    close = difflib.get_close_matches(path.name, neighbours, n=1)
    hint = f"Did you mean {str(path.parent / close[0])!r}?" if close else "Name a file, a folder or a glob."
    return SourceError(f"source {argument!r}: {str(path)!r} does not exist.", hint)


def _refuse_empty(source: Source) -> None:
    failed = None
    for item in paths(source):
        if isinstance(item, Path):
            return
        failed = failed or (item if isinstance(item, Failed) else None)
    where = f"{str(source.root)!r}" + (f" matching {source.pattern!r}" if source.pattern else "")
    if failed is not None:
        raise SourceError(f"nothing to read in {where}; {failed.path!r}: {failed.reason}", failed.remedy)
    raise SourceError(f"nothing to read in {where}.", f"Files are known by their suffix: {', '.join(SUFFIXES)}.")


def _entries(source: Source, folder: Path) -> tuple[list[_Entry], Failed | None]:
    """What lies in `folder` that is not hidden, last name first, and why it cannot be listed."""
    try:
        with os.scandir(source.root / folder) as listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
    except OSError as error:
        reason, remedy = f"folder cannot be listed: {error.strerror}.", "Give this user the right to list it."
        return [], failed_file(source, folder, reason, remedy, transient=not isinstance(error, PermissionError))
    entries.sort(key=lambda entry: (_nfc(entry.name), entry.name), reverse=True)
    return [(folder / entry.name, entry) for entry in entries], None


def _sort(
    source: Source, relative: Path, entry: os.DirEntry[str]
) -> Path | Skipped | Failed | Literal["folder"] | None:
    """What to do with `entry`: read it, list it ("folder"), report it, or nothing when the pattern leaves it out."""
    kind = _kind(entry)
    parts = tuple(map(_nfc, relative.parts))
    if kind in {"folder", "link to a folder"}:
        if not _may_hold(source, parts):
            return None
    elif not _matches(source, parts):
        return None
    if kind == "folder":
        return "folder"
    if kind != "file":
        return Skipped(source.name, document_path(relative), kind)
    if format_of(relative.suffix) is None:
        return Skipped(source.name, document_path(relative), f"unknown suffix {relative.suffix.lower()!r}")
    return _utf8(source, relative)


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir():
            return "link to a folder" if entry.is_symlink() else "folder"
        if entry.is_file():
            return "file"
        return "broken link" if entry.is_symlink() else "neither a file nor a folder"
    except OSError:
        return "broken link"


def _matches(source: Source, parts: tuple[str, ...]) -> bool:
    if source.pattern is None:
        return True
    return any(all(part == "**" for part in rest) for rest in _rests(parts, _pattern_parts(source.pattern)))


def _may_hold(source: Source, parts: tuple[str, ...]) -> bool:
    """Whether the pattern can match something below the folder `parts`."""
    return source.pattern is None or any(_rests(parts, _pattern_parts(source.pattern)))


def _pattern_parts(pattern: str | None) -> tuple[str, ...]:
    return ("**",) if pattern is None else tuple(pattern.split("/"))


def _rests(parts: tuple[str, ...], pattern: tuple[str, ...]) -> set[tuple[str, ...]]:
    """What may be left of `pattern` once it has matched all of `parts`: none where it cannot, several by `**`."""
    if not parts:
        return {pattern}
    if not pattern:
        return set()
    if pattern[0] == "**":
        return _rests(parts, pattern[1:]) | _rests(parts[1:], pattern)
    return _rests(parts[1:], pattern[1:]) if fnmatchcase(parts[0], pattern[0]) else set()


def _utf8(source: Source, relative: Path) -> Path | Failed:
    if _is_utf8(str(relative)):
        return relative
    return failed_file(source, relative, "its name is not UTF-8.", "Rename the file.", transient=False)


def failed_file(source: Source, path: Path, reason: str, remedy: str, *, transient: bool) -> Failed:
    """What is reported of a file or folder of `source` that nobody can look into."""
    return Failed(
        source=source.name,
        path=document_path(path),
        record=None,
        stage="read",
        reason=reason,
        remedy=remedy,
        transient=transient,
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
