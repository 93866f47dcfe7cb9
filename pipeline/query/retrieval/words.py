"""Words of questions and passages, cheaply: folded words with offsets, stems, sentences, and what two words share.

No parser runs over passages at question time; a passage of a hundred words costs a fraction of a millisecond.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.text.names import fold
from pipeline.text.titles import OPENERS

STEM_CHARS = 5
MAX_SPAN_WORDS = 8

_WORD = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*['’]?")
_SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9])|\n{2,}")
_POSSESSIVE = re.compile(r"['’]s?$")
_BREAK = re.compile(r"[;:!?\n]|[()\[\]]|\.\s")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st jr sr prof gen col lt capt gov sen rep rev hon no vol vs inc ltd co corp mt ft bros".split()
)
JOINING = frozenset("of the and de von van la le del di da der for".split())
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be been before being both but by can could did do does done "
    "for from had has have having he her hers him his how i if in into is it its itself me more most my no nor "
    "not of on one only or other our out over own same she should so some such than that the their them then "
    "there these they this those through to too under until up us very was we were what when where which while "
    "who whom whose why will with would you your name named called s t".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its folded form and stem, its offsets (half-open), and whether it stands with a capital or a digit."""

    text: str
    stem: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A text's words, and the word at which each sentence begins."""

    text: str
    words: tuple[Word, ...]
    sentences: tuple[int, ...] = field(default=(0,))

    def sentence_of(self, word: int) -> range:
        """The words of the sentence that holds word number `word`."""
        at = bisect_right(self.sentences, word) - 1
        end = self.sentences[at + 1] if at + 1 < len(self.sentences) else len(self.words)
        return range(self.sentences[at], end)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The first letters of a word, which its forms share: "director" and "directed"."""
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    return word[:STEM_CHARS]


@lru_cache(maxsize=4_096)
def read(text: str) -> Text:
    """The words and sentences of a text."""
    words = tuple(
        Word(folded, stem(folded), match.start(), match.end(), _is_capital(match[0]))
        for match in _WORD.finditer(text)
        if (folded := fold(match[0]))
    )
    starts = [word.start for word in words]
    sentences = [0]
    for match in _SENTENCE_END.finditer(text):
        at = bisect_right(starts, match.end() - 1)
        if "\n" not in match[0] and text[match.start()] == "." and at and _is_abbreviated(words[at - 1].text):
            continue
        if sentences[-1] < at < len(words):
            sentences.append(at)
    return Text(text, words, tuple(sentences))


def name_spans(text: Text) -> list[tuple[int, int]]:
    """Spans of words (half-open) of a passage that could be a name: they begin and end with a capital or a digit."""
    spans = []
    words = text.words
    for first, word in enumerate(words):
        if not word.capital:
            continue
        for last in range(first, min(first + MAX_SPAN_WORDS, len(words))):
            if last > first and _breaks(text.text[words[last - 1].end : words[last].start], words[last - 1]):
                break
            if words[last].capital:
                spans.append((first, last + 1))
    return spans


def names_in(text: Text) -> list[tuple[int, int]]:
    """Runs of words with a capital, longest first come: what a passage most likely names."""
    spans: list[tuple[int, int]] = []
    words = text.words
    begins = set(text.sentences)
    first = 0
    while first < len(words):
        if not words[first].capital or words[first].text in STOP_WORDS | OPENERS:
            first += 1
            continue
        end = first + 1
        while end < len(words) and end - first < MAX_SPAN_WORDS and end not in begins:
            between = text.text[words[end - 1].end : words[end].start]
            if between.strip(" .") or len(between) > 2:
                break
            if words[end].capital:
                end += 1
            elif words[end].text in JOINING and end + 1 < len(words) and words[end + 1].capital:
                end += 2
            else:
                break
        said = [word for word in words[first:end] if not word.text.isdigit()]
        if said and not (end == first + 1 and first in begins and len(said[0].text) < 3):
            spans.append((first, end))
        first = end
    return spans


def surface(text: Text, first: int, end: int) -> str:
    """The characters of a span of words, without a possessive ending."""
    return _POSSESSIVE.sub("", text.text[text.words[first].start : text.words[end - 1].end])


def key_of(text: Text, first: int, end: int) -> str:
    """The title key of a span of words."""
    words = text.words[first:end]
    if len(words) > 1 and words[0].text in {"the", "a", "an"}:
        words = words[1:]
    return " ".join(word.text for word in words)


def _is_capital(surface: str) -> bool:
    return surface[0].isupper() or surface[0].isdigit()


def _is_abbreviated(word: str) -> bool:
    return len(word) == 1 or word in _ABBREVIATIONS


def _breaks(between: str, before: Word) -> bool:
    if len(between) > 4:
        return True
    if between.startswith(".") and _is_abbreviated(before.text):
        return "\n" in between
    return bool(_BREAK.search(between)) or between.count(",") > 1
