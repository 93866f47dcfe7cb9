"""Parts of speech and lemmas by memory. What a pipeline's rules make of a word with its tag and its label, they make of
it wherever it stands; spaCy's attribute ruler and lemmatizer go over every token anew, which is two fifths of a parse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler, Lemmatizer
from spacy.tokens import Doc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from spacy.language import Language

    Key = tuple[int, ...]
    Rows = NDArray[Any]

RULER, LEMMATIZER = "attribute_ruler", "lemmatizer"
WRITTEN: list[int | str] = ["TAG", "POS", "MORPH", "LEMMA", "DEP"]
READ: list[int | str] = ["ORTH", *WRITTEN]
OF_ONE_TOKEN = frozenset({*READ, "TEXT", "LOWER", "IS_SPACE"})
OTHER_LABEL = "any other label"
MAX_REMEMBERED = 100_000


class Morphology:
    """A component in the place of a pipeline's attribute ruler and lemmatizer, with the same results to the bit.

    Each token is looked up by what their rules can read of it: labels that no rule names are one to them. Where a rule
    reads several tokens, those are looked up together.
    """

    def __init__(self, nlp: Language) -> None:
        self.ruler = cast("AttributeRuler", nlp.get_pipe(RULER))
        self.lemmatizer = cast("Lemmatizer", nlp.get_pipe(LEMMATIZER))
        rules: Any = self.ruler.patterns
        self.of_one = AttributeRuler(nlp.vocab)
        self.of_one.add_patterns([rule for rule in rules if all(len(each) == 1 for each in rule["patterns"])])
        longer = [each for rule in rules for each in rule["patterns"] if len(each) > 1]
        self.longest = max(map(len, longer), default=0)
        self.longer, self.opening = Matcher(nlp.vocab), Matcher(nlp.vocab)
        if longer:
            self.longer.add("longer", longer)
            self.opening.add("opening", [each[:1] for each in longer])
        self.labels = frozenset(nlp.vocab.strings[label] for label in _labels(rules))
        self.other_label = nlp.vocab.strings.add(OTHER_LABEL)
        self._forget()

    def _forget(self) -> None:
        self.place: dict[Key, int] = {}
        self.values: Rows = np.empty((1_024, len(WRITTEN)), np.uint64)
        self.opens: set[int] = set()
        self.together: dict[tuple[Key, ...], Rows] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set tag, part of speech, morphology, lemma and label of every token, as the two would."""
        if not len(doc):
            return doc
        *columns, labels = doc.to_array(READ).T.tolist()
        keys: list[Key] = list(zip(*columns, map(self._known_label, labels), strict=True))
        if len(self.place) > MAX_REMEMBERED:
            self._forget()
        if new := [key for key in dict.fromkeys(keys) if key not in self.place]:
            self._learn(doc, new)
        places = [self.place[key] for key in keys]
        rows = self.values[places]
        for start, end in self._stretches(doc, places):
            rows[start:end] = self._of_stretch(doc, tuple(keys[start:end]))
        rows[:, -1] = [
            said if label == self.other_label else label
            for label, said in zip(rows[:, -1].tolist(), labels, strict=True)
        ]
        doc.from_array(WRITTEN, rows)  # type: ignore[arg-type]
        return doc

    def _known_label(self, label: int) -> int:
        return label if label in self.labels else self.other_label

    def _learn(self, doc: Doc, keys: Sequence[Key]) -> None:
        """Remember what the two make of tokens that stand alone."""
        part = _of_keys(doc, keys)
        self.opens.update(len(self.place) + start for _, start, _ in self.opening(part, allow_missing=True))
        first, end = len(self.place), len(self.place) + len(keys)
        while end > len(self.values):
            self.values = np.concatenate([self.values, np.empty_like(self.values)])
        self.values[first:end] = self.lemmatizer(self.of_one(part)).to_array(WRITTEN)
        self.place.update(zip(keys, range(first, end), strict=True))

    def _stretches(self, doc: Doc, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Where rules of several tokens apply, half-open; what overlaps is one stretch."""
        start, end = 0, 0
        for first in [index for index, place in enumerate(places) if place in self.opens]:
            found = self.longer(doc[first : first + self.longest], allow_missing=True)
            last = first + max((stop for _, begin, stop in found if begin == 0), default=0)
            if last == first:
                continue
            if first >= end:
                if end:
                    yield start, end
                start = first
            end = max(end, last)
        if end:
            yield start, end

    def _of_stretch(self, doc: Doc, keys: tuple[Key, ...]) -> Rows:
        """What the two make of tokens that stand side by side."""
        if keys not in self.together:
            self.together[keys] = self.lemmatizer(self.ruler(_of_keys(doc, keys))).to_array(WRITTEN)
        return self.together[keys]


def _of_keys(doc: Doc, keys: Sequence[Key]) -> Doc:
    part = Doc(doc.vocab, words=[doc.vocab.strings[each[0]] for each in keys])
    part.from_array(WRITTEN, np.array([each[1:] for each in keys], np.uint64))  # type: ignore[arg-type]
    return part


def _labels(rules: list[dict[str, Any]]) -> Iterator[str]:
    """The labels that rules name or set."""
    for rule in rules:
        if "DEP" in rule["attrs"]:
            yield rule["attrs"]["DEP"]
        for said in (token["DEP"] for pattern in rule["patterns"] for token in pattern if "DEP" in token):
            yield from [said] if isinstance(said, str) else [label for labels in said.values() for label in labels]


def can_be_remembered(nlp: Language) -> bool:
    """Whether the attribute ruler and the lemmatizer of a pipeline stand side by side, and read of a token only what
    its key holds."""
    names = nlp.pipe_names
    if RULER not in names or names[names.index(RULER) + 1 :][:1] != [LEMMATIZER]:
        return False
    ruler, lemmatizer = nlp.get_pipe(RULER), nlp.get_pipe(LEMMATIZER)
    if not isinstance(ruler, AttributeRuler) or not isinstance(lemmatizer, Lemmatizer) or lemmatizer.mode != "rule":
        return False
    rules: Any = ruler.patterns
    tokens = [token for rule in rules for pattern in rule["patterns"] for token in pattern]
    labels = [token["DEP"] for token in tokens if "DEP" in token]
    return (
        OF_ONE_TOKEN.issuperset(name for token in tokens for name in token)
        and set(WRITTEN).issuperset(name for rule in rules for name in rule["attrs"])
        and all(isinstance(each, str) or each.keys() <= {"IN", "NOT_IN"} for each in labels)
        and all(len({len(each) > 1 for each in rule["patterns"]}) == 1 for rule in rules)
    )
