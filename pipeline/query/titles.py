"""Titles in a question: the runs of its words that documents are called by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text.titles import MAX_TITLE_WORDS, title_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.contracts import StepRecord
    from pipeline.store.driver import Store

MAX_KNOWN = 100

_WORD = re.compile(r"[^\s\"“”]+")
_OPENERS = frozenset(
    "who whom whose what which when where why how in on at did does do is are was were has have had can could will "
    "would list name tell give between of".split()
)


@dataclass(frozen=True, slots=True)
class TitleSpan:
    """The characters `start` to `end` (half-open) of a question, and their title key."""

    start: int
    end: int
    key: str


def titles_in(text: str, store: Store, record: StepRecord) -> tuple[TitleSpan, ...]:
    """The titles of documents that a question names, in order; of those that overlap the longest, then the first."""
    spans = list(_spans(text))
    if not spans:
        return ()
    record.call()
    keys = sorted({span.key for span in spans})
    rows = record.take_rows(store.read("titles_known", keys=keys, limit=MAX_KNOWN))
    known = {row["key"] for row in rows}
    kept: list[TitleSpan] = []
    for span in sorted(spans, key=lambda each: (each.start - each.end, each.start)):
        if span.key in known and all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda each: each.start))


def _spans(text: str) -> Iterator[TitleSpan]:
    """Runs of words that could be a title: with a capital or a figure in front, where the question has capitals."""
    words = [match.span() for match in _WORD.finditer(text)]
    lower = text[1:].islower()
    for first, (start, _) in enumerate(words):
        for _, last in words[first : first + MAX_TITLE_WORDS + 2]:
            said = text[start:last]
            if not (said[0].isupper() or not said[0].isalpha() or (lower and last > words[first][1])):
                continue
            ends = sorted({start + len(each) for each in _trimmed(said)}, reverse=True)
            for key, end in {title_key(text[start:end]): end for end in ends}.items():
                if key and not (first == 0 and key.split()[0] in _OPENERS):
                    yield TitleSpan(start, end, key)


def _trimmed(said: str) -> Iterator[str]:
    """What a run of words is without the punctuation and the possessive at its end."""
    plain = said.rstrip("?,:;.!")
    for each in (said, plain):
        if not re.search(r"['’]s?$", each):
            yield each
    yield re.sub(r"['’]s?$", "", plain)
