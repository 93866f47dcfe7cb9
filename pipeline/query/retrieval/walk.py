"""The walk: from the names of a question to the documents that bear them as titles, and from what those say to the
documents that bear the names said there."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from pipeline.query.link import full_text_query
from pipeline.query.retrieval.words import STOP_WORDS, Text, key_of, name_spans, read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipeline.query.contracts import StepRecord
    from pipeline.query.retrieval.asked import Asked
    from pipeline.store.driver import Store

MAX_BEARERS = 40
MAX_KEYS = 3_000
MAX_UNKNOWN_NAMES = 3
FUZZY_CANDIDATES, FUZZY_RATIO, FUZZY_SLACK, MIN_FUZZY_CHARS = 10, 86.0, 2.0, 4
LONG_WORD_CHARS = 6
LINKED_CHUNKS, LINKED_CHARS = 3, 1_600
TARGET_CHARS = 700
Span = tuple[int, int]
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk, as far as ranking needs it; `kind` is that of what its document is about, where that is known."""

    id: str
    document: str
    index: int
    text: str
    start: int
    source: str
    path: str
    record: str | None
    title: str | None
    kind: str | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """A span of words that could be the title of a document. `weight` says how surely the title names it, `bearers` how
    many documents bear it, `ratio` (0 to 1) how alike the letters are."""

    span: Span
    title: str
    document: str
    weight: float
    bearers: int
    ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a passage that names another document, or, where `bridge` is set, what another passage names too."""

    passage: Passage
    link: Link
    number: int
    bridge: bool = False


class Walker:
    """Looks up titles and passages under one step's contract."""

    def __init__(self, store: Store, record: StepRecord) -> None:
        self.store = store
        self.record = record

    def links(self, asked: Asked) -> list[Link]:
        """The documents that the names of a question can stand for: longest names first, no two spans overlapping but
        where a whole name differs in a letter or two from a title, and a part of it is another."""
        spans = asked.keys()
        found = self._titled(spans)
        best: dict[Span, list[Link]] = defaultdict(list)
        for title, rows in found.items():
            for span in spans[title]:
                best[span] += [Link(span, title, row["document"], row["weight"], row["bearers"]) for row in rows]
        words = asked.text.words
        order = sorted(
            best,
            key=lambda span: (
                -sum(1 + words[number].capital for number in range(*span)),
                -max(link.weight for link in best[span]),
                span,
            ),
        )
        taken: list[Span] = []
        for span in order:
            if not any(_overlap(span, other) for other in taken):
                taken.append(span)
        chosen = [link for span in taken for link in best[span]]
        known = {word for span in taken for word in range(*span)}
        unknown = [
            name
            for name in asked.names
            if any(word not in known and words[word].text not in STOP_WORDS for word in range(*name))
        ]
        return chosen + self._alike(asked.text, unknown[:MAX_UNKNOWN_NAMES])

    def _alike(self, text: Text, spans: list[Span]) -> list[Link]:
        """Titles that differ from a name in a letter or two."""
        ratios: dict[Span, dict[str, float]] = {}
        for span in spans:
            key = key_of(text, *span)
            if len(key) < MIN_FUZZY_CHARS:
                continue
            self.record.call()
            rows = self.store.read("titles_like", query=_fuzzy(key), limit=FUZZY_CANDIDATES)
            rated = {row["title"]: fuzz.ratio(key, row["title"]) for row in self.record.take_rows(rows)}
            enough = max(FUZZY_RATIO, max(rated.values(), default=0.0) - FUZZY_SLACK)
            ratios[span] = {title: ratio for title, ratio in rated.items() if ratio >= enough}
        found = self._titled({title for alike in ratios.values() for title in alike})
        return [
            Link(span, title, row["document"], row["weight"], row["bearers"], ratio / 100)
            for span, alike in ratios.items()
            for title, ratio in alike.items()
            for row in found.get(title, ())
        ]

    def mentions(self, passages: Iterable[Passage]) -> list[Mention]:
        """The names in passages that other documents bear as titles, longest names first, in the order of the text."""
        spans: dict[str, list[tuple[Passage, Span]]] = defaultdict(list)
        for passage in passages:
            text = read(passage.text)
            for span in name_spans(text):
                spans[key_of(text, *span)].append((passage, span))
        found = self._titled(list(spans)[:MAX_KEYS])
        placed: dict[str, dict[Span, list[Link]]] = defaultdict(lambda: defaultdict(list))
        by_id: dict[str, Passage] = {}
        for title, rows in found.items():
            for passage, span in spans[title]:
                by_id[passage.id] = passage
                placed[passage.id][span] += [
                    Link(span, title, row["document"], row["weight"], row["bearers"])
                    for row in rows
                    if row["document"] != passage.document
                ]
        return [
            Mention(by_id[key], link, number)
            for key, of_spans in placed.items()
            for number, span in enumerate(_maximal(of_spans))
            for link in of_spans[span]
        ]

    def _titled(self, keys: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        if not keys:
            return {}
        self.record.call()
        rows = self.store.read("documents_titled", keys=sorted(keys), max_bearers=MAX_BEARERS)
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.record.take_rows(rows):
            found[row["title"]].append(row)
        return {title: sorted(of, key=lambda row: (-row["weight"], row["document"])) for title, of in found.items()}

    def naming(self, wanted: list[tuple[str, str]], limit: int) -> list[tuple[int, Passage]]:
        """For each phrase and query the passages that hold the one and match the other best, with the pair's number."""
        if not wanted:
            return []
        queries = [f'+"{" ".join(re.findall(WORD, phrase))}" {rest}' for phrase, rest in wanted]
        self.record.call()
        rows = self.record.take_rows(self.store.read("find_chunks_each", queries=queries, limit=limit))
        return [(row.pop("query"), Passage(**row)) for row in rows]

    def openings(self, documents: Iterable[str], *, chunks: int, chars: int) -> list[Passage]:
        """The first passages of documents."""
        wanted = list(dict.fromkeys(documents))
        if not wanted:
            return []
        self.record.call()
        rows = self.store.read("openings_of_documents", documents=wanted, chunks=chunks, chars=chars)
        return [Passage(**row) for row in self.record.take_rows(rows)]

    def matching(self, query: str, limit: int) -> list[Passage]:
        """Passages that match a full-text query, best first."""
        if not query.strip():
            return []
        self.record.call()
        rows = self.record.take_rows(self.store.read("find_chunks", query=query, limit=limit, scope=None))
        return [Passage(index=-1, **row) for row in rows]

    def nearest(self, vector: list[float], encoder: str, limit: int) -> list[Passage]:
        """The passages whose vectors are nearest to another of the same encoder."""
        self.record.call()
        rows = self.record.take_rows(self.store.read("nearest_chunks", vector=vector, encoder=encoder, limit=limit))
        return [Passage(index=-1, **row) for row in rows]


def _fuzzy(key: str) -> str:
    """A full-text query for titles of the same words, each with a slip of the pen or two."""
    words = key.split()
    return " ".join(
        f"+{word}~{2 if len(word) >= LONG_WORD_CHARS else 1}" if len(word) >= MIN_FUZZY_CHARS else word
        for word in words
    )


def words_query(words: Iterable[str]) -> str:
    """A full-text query for any of some words."""
    return full_text_query(" ".join(dict.fromkeys(words)))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _maximal(spans: Iterable[Span]) -> list[Span]:
    """The spans that lie in no other, in order."""
    ordered = sorted(spans, key=lambda span: (span[0] - span[1], span))
    kept: list[Span] = []
    for span in ordered:
        if not any(_overlap(span, other) for other in kept):
            kept.append(span)
    return sorted(kept)
