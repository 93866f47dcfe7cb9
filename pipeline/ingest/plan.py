"""Plan: which files of the sources are to be read, and which documents of theirs are gone.

Gone is what the ledger holds of a source, a source named in this run would read, and is not there: a file that was not
listed, or a record that its file, read without a fault, no longer holds. What could not be listed or read says nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.ingest.read import READ_VERSION
from pipeline.ingest.sources import Skipped, covers, document_path, failed_file, lists, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from graph_schema.models import Failed
    from pipeline.ingest.options import RunOptions
    from pipeline.ingest.readers.base import Fields
    from pipeline.ingest.sources import Source
    from pipeline.store.driver import Store

T = TypeVar("T")
BATCH_FILES = 1_000
BATCH_KEYS = 1_000
READ_BYTES = 1 << 20
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose bytes were read before, under the same fields, by the same readers and extractor. `path` is that of
    its documents."""

    source: str
    path: str
    documents: int


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file that is new or changed. `known` is what the ledger holds of its documents, by their keys; `file_hash` is
    `None` when it cannot be read: reading will say why."""

    source: Source
    relative: Path
    file_hash: str | None
    known: dict[str, Row]

    @property
    def path(self) -> str:
        """The path of its documents."""
        return document_path(self.relative)


@dataclass(slots=True)
class Gone:
    """What is gone of one source: whole files with how many documents each, and the keys of single records by file.
    `known` is how many documents the graph held, when the run began, of what the run's sources cover."""

    source: str
    known: int = 0
    files: dict[str, int] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        """How many documents are gone."""
        return sum(self.files.values()) + sum(map(len, self.records.values()))

    @property
    def share(self) -> float:
        """Which share of the known documents is gone, 0 to 1."""
        return self.documents / max(self.known, self.documents, 1)

    def names(self) -> Iterator[str]:
        """What is gone, for people."""
        for path in self.files:
            yield f"{self.source}/{path}"
        for path, keys in self.records.items():
            yield f"{self.source}/{path} ({len(keys)} of its records)"

    def keys(self, store: Store) -> Iterator[list[str]]:
        """The keys of the documents, in batches; each batch must be deleted before the next is taken."""
        for paths in grouped(self.files, BATCH_FILES):
            while rows := store.read("keys_of_files", source=self.source, paths=paths, limit=BATCH_KEYS):
                yield [row["key"] for row in rows]
        yield from grouped((key for keys in self.records.values() for key in keys), BATCH_KEYS)


class Plan:
    """Walks the sources once. `files` says what is to be read; when it has ended and `lost` was told which records are
    missing, `gone` says what is gone. Holds the paths it saw. A document counts as unchanged only when it was extracted
    under `fingerprint`, or under any when that is `None`."""

    def __init__(
        self, store: Store, sources: Sequence[Source], *, options: RunOptions, fingerprint: str | None
    ) -> None:
        self.store = store
        self.sources = sources
        self.fields = options.fields
        self.since = options.since
        self.fingerprint = fingerprint
        self._seen: dict[str, set[str]] = defaultdict(set)
        self._unseen: dict[str, set[str]] = defaultdict(set)
        self._left: dict[str, set[str]] = defaultdict(set)
        self._records: dict[str, dict[str, list[str]]] = defaultdict(dict)
        self._total: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._walked = False

    def files(self) -> Iterator[ToRead | Unchanged | Skipped | Failed]:
        """Everything the sources hold, files in their order."""
        for name in {source.name for source in self.sources}:
            self._total[name] = self.store.read("count_documents_of_source", source=name)[0]["documents"]
        for group in grouped(walk(self.sources), BATCH_FILES):
            files: list[tuple[Source, Path]] = []
            for item in group:
                if not isinstance(item, tuple):
                    self._unseen[item.source].add(item.path)
                    yield item
                elif (aside := self._set_aside(*item)) is not None:
                    yield aside
                else:
                    files.append(item)
            yield from self._files(files)
        self._walked = True

    def lost(self, file: ToRead, keys: Iterable[str]) -> None:
        """Take note of records that a file, read whole and without a fault, no longer holds."""
        self._records[file.source.name][file.path] = sorted(keys)

    def gone(self) -> list[Gone]:
        """What is gone of each source; nothing before the sources were walked to their end."""
        if not self._walked:
            return []
        found = [self._gone_of(name) for name in sorted({source.name for source in self.sources})]
        return [each for each in found if each.documents]

    def is_settled(self, source: str, path: str) -> bool:
        """Whether nothing is wrong any more with what is no file that was read: the sources of this run that would read
        such a file, or list such a folder, were walked to their end, and it is not there, or a folder that was listed.
        """
        walked = any(each.name == source and _would_meet(each, path) for each in self.sources)
        looked_at = path in self._seen[source] or path in self._left[source] or self._is_unseen(source, path)
        return self._walked and walked and not looked_at

    def _is_old(self, source: Source, relative: Path) -> bool:
        """Whether the file was not modified since `since`; one that cannot be looked at is no such file."""
        try:
            return self.since is not None and (source.root / relative).stat().st_mtime < self.since.timestamp()
        except OSError:
            return False

    def _set_aside(self, source: Source, relative: Path) -> Skipped | Failed | None:
        """Why a file is not to be read; else it counts as seen. Two whose paths are one once they are normalised would
        be one document: the first is read."""
        name, path = source.name, document_path(relative)
        if path in self._seen[name] or path in self._left[name]:
            reason = "its name differs from another's only in how its accents are written."
            return failed_file(source, relative, reason, "Rename one of the two.", transient=False)
        if self._is_old(source, relative):
            self._left[name].add(path)
            return Skipped(name, path, f"not modified since {self.since}")
        self._seen[name].add(path)
        return None

    def _files(self, files: list[tuple[Source, Path]]) -> Iterator[ToRead | Unchanged]:
        wanted = [{"source": source.name, "path": document_path(relative)} for source, relative in files]
        ledger = {(row["source"], row["path"]): row for row in self.store.read("files_in_ledger", files=wanted)}
        for (source, relative), at in zip(files, wanted, strict=True):
            file_hash = _file_hash(source.root / relative, self.fields)
            entry = ledger.get((at["source"], at["path"]))
            if entry is None:
                yield ToRead(source, relative, file_hash, {})
                continue
            self._held[source.name] += entry["documents"]
            if self._is_unchanged(entry, file_hash):
                yield Unchanged(**at, documents=entry["documents"])
            else:
                known = {row["key"]: row for row in self.store.read("documents_of_file", **at)}
                yield ToRead(source, relative, file_hash, known)

    def _is_unchanged(self, row: Row, file_hash: str | None) -> bool:
        known: bool = row["file_hashes"] == [file_hash]
        return known and (self.fingerprint is None or row["extractors"] == [self.fingerprint])

    def _gone_of(self, name: str) -> Gone:
        gone = Gone(name, known=self._held[name], records=self._records[name])
        if self._held[name] == self._total[name]:  # every document is of a file that was seen: no need to look further
            return gone
        sources = [source for source in self.sources if source.name == name]
        for row in self._known_files(name):
            path = row["path"]
            if path not in self._seen[name] and any(covers(source, path) for source in sources):
                gone.known += row["documents"]
                if path not in self._left[name] and not self._is_unseen(name, path):
                    gone.files[path] = row["documents"]
        return gone

    def _is_unseen(self, name: str, path: str) -> bool:
        """Whether the file, or a folder above it, could not be looked at."""
        parts = path.split("/")
        above = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        unseen = self._unseen[name]
        return "." in unseen or any(each in unseen for each in above)

    def _known_files(self, name: str) -> Iterator[Row]:
        after = ""
        while rows := self.store.read("known_files", source=name, after=after, limit=BATCH_FILES):
            yield from rows
            after = rows[-1]["path"]


def grouped(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group


def _would_meet(source: Source, path: str) -> bool:
    return covers(source, path) or (lists(source, path) and not (source.root / path).is_file())


def _file_hash(path: Path, fields: Fields) -> str | None:
    """SHA-256 of a file's bytes, of the fields to read and of what reads them."""
    hasher = hashlib.sha256(repr((READ_VERSION, fields)).encode())
    try:
        with path.open("rb") as file:
            while block := file.read(READ_BYTES):
                hasher.update(block)
    except OSError:
        return None
    return hasher.hexdigest()
