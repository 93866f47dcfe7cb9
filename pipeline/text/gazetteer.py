"""Names that an ontology gives: its lists of names, and its patterns for numbers, codes and types."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from graph_schema.patterns import MAX_MATCH_CHARS
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Token

    from graph_schema.ontology import Ontology

_WITHIN_A_NAME = frozenset("- – . / &".split())
_BARRIER = ""
MAX_ADDED_WORDS = 3
_NOUNS = frozenset({"NOUN", "PROPN"})
_VERBS = frozenset({"VERB", "AUX"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
_NO_NOUNS = frozenset(
    "acomp advcl advmod amod ccomp dep mark neg npadvmod nummod parataxis pcomp prep prt xcomp".split()
)


class KnownName(NamedTuple):
    """Tokens `start` to `end` (half-open) are a name of `kind`."""

    start: int
    end: int
    kind: str


class _Entry(NamedTuple):
    words: tuple[str, ...]
    kind: str
    capital: bool


class Gazetteer:
    """Finds the names of one ontology. A document's words are looked up one by one, so that its cost does not grow with
    the number of names."""

    def __init__(self, ontology: Ontology) -> None:
        self.by_first: dict[str, list[_Entry]] = defaultdict(list)
        for kind, given in ontology.kinds.items():
            for name in given.names:
                words = tuple(fold(name).split())
                self.by_first[words[0]].append(_Entry(words, kind, capital=name != name.lower()))
        self.kind_of_last_word = ontology.kind_of_last_word
        self.patterns = [(re.compile(each), name) for name, kind in ontology.kinds.items() for each in kind.patterns]

    def __call__(self, doc: Doc) -> list[KnownName]:
        """The names in `doc`, in order and apart from one another: of those that overlap the longest stays, of equally
        long ones the first.

        A name of a list is found without regard to case, accents, hyphens and full stops, but one with a capital
        letter only where there is one. Where capitalised words behind it end in the last word of some kind, all of it
        is a name of that kind: "Sola Airport" beside the listed "Sola". A pattern counts where it matches from the
        beginning of a token to the end of one, or to the full stop that the tokenizer leaves on it.
        """
        if not (self.by_first or self.patterns):
            return []
        found = [*self._listed(doc), *self._matched(doc)]
        found.sort(key=lambda each: (each.start - each.end, each.start))
        taken: set[int] = set()
        kept = []
        for each in found:
            tokens = range(each.start, each.end)
            if taken.isdisjoint(tokens):
                taken.update(tokens)
                kept.append(each)
        return sorted(kept)

    def _listed(self, doc: Doc) -> Iterator[KnownName]:
        if not self.by_first:
            return
        words, owner = _words(doc)
        for position, first in enumerate(words):
            for entry in self.by_first.get(first, ()):
                end = position + len(entry.words)
                if tuple(words[position:end]) != entry.words:
                    continue
                start, stop = owner[position], owner[end - 1] + 1
                whole = _begins(owner, position) and _begins(owner, end)
                if whole and not (entry.capital and doc[start:stop].text.islower()):
                    yield self._extended(doc, KnownName(start, stop, entry.kind))

    def _extended(self, doc: Doc, known: KnownName) -> KnownName:
        longest = known
        for token in doc[known.end : known.end + MAX_ADDED_WORDS]:
            if not token.text[0].isupper():
                break
            if (kind := self.kind_of_last_word.get(fold(token.text))) is not None:
                longest = KnownName(known.start, token.i + 1, kind)
        return longest

    def _matched(self, doc: Doc) -> Iterator[KnownName]:
        if not self.patterns:
            return
        text = doc.text
        ends = {token.idx + len(token.text.rstrip(".")): token.i + 1 for token in doc}
        ends |= {token.idx + len(token.text): token.i + 1 for token in doc}
        for token in doc:
            if token.is_space:
                continue
            for pattern, kind in self.patterns:
                matched = pattern.match(text, token.idx, token.idx + MAX_MATCH_CHARS)
                if matched and (end := ends.get(matched.end())) is not None and end > token.i:
                    yield KnownName(token.i, end, kind)


def parse_as_names(doc: Doc, known: list[KnownName]) -> None:
    """Put right in the parse of `doc` that each of `known` is a noun: the parser, which does not know them, takes some
    for adverbs or verbs ("signed C-2019/12"). One that hung on a verb as no noun can is its subject or its object."""
    if not doc.has_annotation("DEP"):
        return
    roots = [doc[each.start : each.end].root for each in known]
    for root, before in zip(roots, [None, *roots], strict=False):
        if root.pos_ not in _NOUNS:
            root.pos_, root.tag_ = "PROPN", "NNP"
        if root.dep_ in _NO_NOUNS and (label := _noun_label(root)) is not None:
            root.dep_ = label
        elif root.dep_ == "conj" and root.head.pos_ in _VERBS and before is not None and before.head == root.head:
            between = doc[before.i + 1 : root.left_edge.i]
            if all(token.dep_ in {"cc", "punct"} for token in between):
                root.head = before


def _noun_label(root: Token) -> str | None:
    """What a noun at this place in the sentence is to the word that it hangs on; `None` where that is taken."""
    head, labels = root.head, {child.dep_ for child in root.head.children}
    if head.pos_ == "ADP":
        return "pobj"
    if head.pos_ not in _VERBS:
        return None
    if root.i < head.i:
        return None if labels & _SUBJECTS else "nsubjpass" if "auxpass" in labels else "nsubj"
    role = "attr" if head.lemma_ == "be" else "dobj"
    return None if role in labels or "auxpass" in labels else role


def _words(doc: Doc) -> tuple[list[str], list[int]]:
    """The folded words of a document, and the token each comes from; what no name goes across is a word of its own."""
    words: list[str] = []
    owner: list[int] = []
    for token in doc:
        folded = fold(token.text).split() or ([] if _joins(token) else [_BARRIER])
        words += folded
        owner += [token.i] * len(folded)
    return words, owner


def _joins(token: Token) -> bool:
    return token.text in _WITHIN_A_NAME or (token.is_space and "\n\n" not in token.text)


def _begins(owner: list[int], position: int) -> bool:
    """Whether a token begins at `position` (or the text ends there)."""
    return position in {0, len(owner)} or owner[position] != owner[position - 1]
