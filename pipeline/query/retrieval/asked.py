"""What a question asks, as far as finding passages needs it: its names, its other words, and how near each of those
stands to each name in the tree of the sentence. In "the mother of the director of X", `director` is one step from X and
`mother` two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.query.retrieval.words import STOP_WORDS, Text, key_of, read

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

MAX_NAME_WORDS = 12
FAR = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's words with, for each, the number of its token in the parse; `content` are the words that say
    something, `names` the spans (half-open, in words) that look like names."""

    text: Text
    doc: Doc
    tokens: tuple[int, ...]
    content: tuple[int, ...]
    names: tuple[tuple[int, int], ...]
    lowered: bool

    def keys(self) -> dict[str, list[tuple[int, int]]]:
        """Title key -> the spans of words it could be read from."""
        found: dict[str, list[tuple[int, int]]] = {}
        count = len(self.text.words)
        for first in range(count):
            for end in range(first + 1, min(first + MAX_NAME_WORDS, count) + 1):
                if end == first + 1 and not self._may_stand_alone(first):
                    continue
                found.setdefault(key_of(self.text, first, end), []).append((first, end))
        return found

    def _may_stand_alone(self, word: int) -> bool:
        """Whether one word can be a title: a name, or any noun that says something where nothing has a capital."""
        token = self.doc[self.tokens[word]]
        if self.text.words[word].text in STOP_WORDS:
            return False
        if self.lowered:
            return token.pos_ in {"PROPN", "NOUN", "ADJ", "X"}
        return self.text.words[word].capital and (word > 0 or token.pos_ == "PROPN")

    def distances(self, span: tuple[int, int]) -> dict[int, int]:
        """Content word outside `span` -> steps from the span in the tree of the sentence, at most `FAR`."""
        inside = {self.tokens[word] for word in range(*span)}
        found = dict.fromkeys(inside, 0)
        edge = list(inside)
        steps = 0
        while edge and steps < FAR:
            steps += 1
            edge = [
                other.i
                for token in edge
                for other in (self.doc[token].head, *self.doc[token].children)
                if found.setdefault(other.i, steps) == steps and other.i not in edge
            ]
        return {word: found.get(self.tokens[word], FAR) for word in self.content if not span[0] <= word < span[1]}

    def phrases(self, span: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        """The noun phrases around a span, from the innermost out, as characters of the question (half-open): of "the
        mother of the director of X" first "the director of X", then all of it; the whole question is none of them."""
        head = self.doc[self.tokens[span[0]] : self.tokens[span[1] - 1] + 1].root
        first, last = self.tokens[span[0]], self.tokens[span[1] - 1]
        found: list[tuple[int, int]] = []
        for token in head.ancestors:
            left, right = min(first, token.left_edge.i), max(last, token.right_edge.i)
            if token.pos_ not in {"NOUN", "PROPN", "PRON"} or right - left + 1 >= len(self.doc) - 1:
                continue
            while self.doc[left].tag_ in {"WDT", "WP", "WP$", "WRB", "IN"} and left < first:
                left += 1
            chars = (self.doc[left].idx, self.doc[right].idx + len(self.doc[right]))
            if chars not in found:
                found.append(chars)
        return tuple(found)

    def around(self, span: tuple[int, int] | None, hop: int) -> tuple[str, str, bool]:
        """What is left to ask once `hop` hops from `span` are answered: the question before and after the phrase that
        the answer stands for, and whether there is such a phrase; without one, the question's words."""
        text = self.text.text
        phrases = () if span is None else self.phrases(span)
        if len(phrases) >= hop:
            first, end = phrases[hop - 1]
            return text[:first], text[end:], True
        named = range(0) if span is None else range(*span)
        rest = [self.text.words[number] for number in self.content if number not in named]
        return "", " " + " ".join(text[word.start : word.end] for word in rest), False


def asked(question: str, nlp: Language) -> Asked:
    """Read a question."""
    text = read(question)
    doc = nlp(question)
    by_char = {offset: token.i for token in doc for offset in range(token.idx, token.idx + len(token))}
    tokens = tuple(by_char.get(word.start, 0) for word in text.words)
    lowered = not any(word.capital and not word.text.isdigit() for word in text.words[1:])
    return Asked(
        text=text,
        doc=doc,
        tokens=tokens,
        content=tuple(number for number, word in enumerate(text.words) if word.text not in STOP_WORDS),
        names=tuple(_names(text, [doc[token] for token in tokens])),
        lowered=lowered,
    )


def _names(text: Text, tokens: list[Token]) -> list[tuple[int, int]]:
    """Runs of words with a capital, and what the model takes for names."""
    spans = []
    first: int | None = None
    for number, word in enumerate(text.words):
        named = (word.capital and (number > 0 or tokens[number].pos_ == "PROPN")) or tokens[number].pos_ == "PROPN"
        joins = first is not None and word.text in {"of", "the", "and", "de", "von", "van", "la", "le", "del"}
        if named and first is None:
            first = number
        elif (
            not named
            and first is not None
            and not (joins and number + 1 < len(text.words) and text.words[number + 1].capital)
        ):
            spans.append((first, number))
            first = None
    if first is not None:
        spans.append((first, len(text.words)))
    return spans
