"""A tagger of names: a linear-chain conditional random field (Lafferty et al. 2001) over what a spaCy model says of
each word, with the word's clusters, what it was elsewhere, and what lists of names call it.

The recogniser's types are its weak part; here they are one feature of many, and what it computed before it decided
counts beside them. Training (`scripts/train names`) and tagging share the features; the weights are plain arrays
(`pipeline/weights/names.md`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.text import weights
from pipeline.text.nlp import states_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spacy.tokens import Doc, Span, Token

    Array = np.ndarray

CLASSES = ("Person", "Place", "Organization", "Other")
OUTSIDE = "O"
LABELS = (OUTSIDE, *(f"{part}-{name}" for name in CLASSES for part in "BILU"))
PROBE = "city"
SAME_SPACE = 0.01
WINDOW = (-2, -1, 0, 1, 2)
NEAR = (-1, 0, 1)
MAX_PLACE_WORDS = 5
MAX_CACHED = 50_000

_FOLLOWS = {"O": "OBU", "B": "IL", "I": "IL", "L": "OBU", "U": "OBU"}
_IMPOSSIBLE = -1e4


class Tagged(NamedTuple):
    """Tokens `start` to `end`, half-open, tagged as a name; the probability of each class, in the order of `CLASSES`,
    and what is left of one is that it is no name."""

    start: int
    end: int
    name: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """The names of a parsed text, in order, and for each token the probability that it is in none."""

    spans: tuple[Tagged, ...]
    outside: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of words beforehand: `centroids` of word vectors, one array a granularity with half its squared
    lengths, in the space where the vector of the word `PROBE` is `probe`; `seen`, the features of words by what they
    were elsewhere; `people` and `places`, what lists of names call a word or the words of a place in lower case."""

    centroids: tuple[tuple[Array, Array], ...]
    probe: Array
    seen: dict[str, tuple[str, ...]]
    people: dict[str, tuple[str, ...]]
    places: dict[tuple[str, ...], tuple[str, ...]]

    def clusters(self, token: Token) -> Iterator[str]:
        """The clusters of a word; none in a space of vectors that is not the trained one."""
        if not token.has_vector or not self._shares_space(token):
            return
        vector = _unit(np.asarray(token.vector))
        for centres, half_squares in self.centroids:
            yield f"cluster{len(centres)}={np.argmax(centres @ vector - half_squares)}"

    def _shares_space(self, token: Token) -> bool:
        other = np.asarray(token.vocab.get_vector(PROBE))
        return other.shape == self.probe.shape and bool(np.abs(other - self.probe).max() < SAME_SPACE)

    def elsewhere(self, word: str) -> tuple[str, ...]:
        """What a capitalised word was elsewhere; one in capitals is looked up in both spellings."""
        if not word[:1].isupper():
            return ()
        spellings = (word, word.title()) if len(word) > 1 and word.isupper() else (word,)
        return next((self.seen[each] for each in spellings if each in self.seen), ("seen=never",))

    def listed(self, doc: Doc) -> list[list[str]]:
        """What lists call each token: as a word of a person's name, and as part of the longest place name there."""
        lower = [token.lower_ for token in doc]
        capital = [token.text[:1].isupper() for token in doc]
        found = [list(self.people.get(word, ())) if big else [] for word, big in zip(lower, capital, strict=True)]
        index = 0
        while index < len(doc):
            end = self._end_of_place(lower, capital, index)
            for at in range(index, end):
                part = ("B" if at == index else "I") + ("" if end - index == 1 else "+")
                found[at] += [f"{part}-{name}" for name in self.places[tuple(lower[index:end])]]
            index = max(end, index + 1)
        return found

    def _end_of_place(self, lower: list[str], capital: list[bool], first: int) -> int:
        """Where the longest place name that begins at `first` ends; `first` where none does."""
        if capital[first]:
            for end in range(min(first + MAX_PLACE_WORDS, len(lower)), first, -1):
                if capital[end - 1] and tuple(lower[first:end]) in self.places:
                    return end
        return first


def features_of(doc: Doc, lexicon: Lexicon) -> list[list[str]]:
    """The features of every token, by name: what the tagger is trained on."""
    words = [_word_features(token, lexicon) for token in doc]
    syntax = [_syntax_features(_syntax(token)) for token in doc]
    found = []
    for token, own in zip(doc, _joint_features(doc, lexicon), strict=True):
        at = [(offset, token.i + offset) for offset in WINDOW if 0 <= token.i + offset < len(doc)]
        found.append(["bias", *own])
        for offset, index in at:
            found[-1] += _at(offset, words[index])
            found[-1] += _at(offset, syntax[index])
    return found


class Tagger:
    """Tags names with trained weights. Scores of words are kept, so that a word costs once."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        names = weights.unpacked(arrays["features"])
        self.row = {name: index for index, name in enumerate(names)}
        self.weights = np.vstack([arrays["weights"], np.zeros(len(LABELS))]).astype(np.float64)
        self.bias = self.row.get("bias", len(names))
        self.chain = Chain(_legal(arrays["transitions"].astype(np.float64)))
        self.lexicon = lexicon_of(arrays)
        (self.states_of_model,) = weights.unpacked(arrays["states_model"])
        self.of_states = arrays["states"].astype(np.float64)
        self._words = _Kept(self._word)
        self._syntaxes = _Kept(lambda token: self._window(_syntax_features(_syntax(token))))

    def __call__(self, doc: Doc) -> Tags:
        """The names of a parsed text."""
        return self.tag([doc])[0]

    def tag(self, docs: Sequence[Doc]) -> list[Tags]:
        """The names of each text; to the bit those that it has alone, and sooner than one after the other."""
        scores = [self._scores(doc) for doc in docs if len(doc)]
        results = iter(zip(self.chain.best(scores), self.chain.marginals(scores), strict=True))
        return [_tags(*next(results)) if len(doc) else Tags((), ()) for doc in docs]

    def _scores(self, doc: Doc) -> Array:
        """The sum of the weights of each token's features: tokens x labels."""
        near = self._words(_word_key, doc) + self._syntaxes(_syntax, doc)
        rows: list[int] = []
        first: list[int] = []
        for own in _joint_features(doc, self.lexicon):
            first.append(len(rows))
            rows.append(self.bias)
            rows += [row for feature in own if (row := self.row.get(feature)) is not None]
        scores: Array = np.add.reduceat(self.weights[rows], first, axis=0)
        for column, offset in enumerate(WINDOW):
            if abs(offset) < len(doc):
                scores[max(0, -offset) : len(doc) - max(0, offset)] += near[
                    max(0, offset) : len(doc) - max(0, -offset), column
                ]
        states = states_of(doc)
        if states is not None and states.model == self.states_of_model:
            scores += states.values @ self.of_states[:-1] + self.of_states[-1]
        return scores

    def _word(self, token: Token) -> Array:
        return self._window(_word_features(token, self.lexicon))

    def _window(self, features: list[str]) -> Array:
        return np.stack([self._sum(_at(offset, features)) for offset in WINDOW])

    def _sum(self, features: list[str]) -> Array:
        rows = [row for feature in features if (row := self.row.get(feature)) is not None]
        total: Array = self.weights[rows].sum(axis=0)
        return total


class _Kept:
    """Scores of tokens in a window, kept by what they depend on: [offsets, labels] each. Threads may share it."""

    def __init__(self, make: Callable[[Token], Array]) -> None:
        self.make = make
        self.place: dict[tuple[object, ...], int] = {}
        self.values = np.empty((1_024, len(WINDOW), len(LABELS)))
        self._guard = threading.Lock()

    def __call__(self, key_of: Callable[[Token], tuple[object, ...]], doc: Doc) -> Array:
        """[tokens, offsets, labels]."""
        with self._guard:
            if len(self.place) >= MAX_CACHED:
                self.place.clear()
            places = [self._at(key_of(token), token) for token in doc]  # before the values are looked at: they may grow
            return self.values[places]

    def _at(self, key: tuple[object, ...], token: Token) -> int:
        place = self.place.get(key)
        if place is None:
            place = self.place[key] = len(self.place)
            if place == len(self.values):
                self.values = np.concatenate([self.values, np.empty_like(self.values)])
            self.values[place] = self.make(token)
        return place


class Chain:
    """Sequences of labels under [labels, labels] transition scores, many at a time. Scores are [tokens, labels] for
    each sequence, one token or more. A sequence's results do not depend, in any bit, on those beside it: no product of
    matrices, whose order of additions does."""

    def __init__(self, transitions: Array) -> None:
        self.transitions = transitions
        self.odds = np.exp(transitions)

    def best(self, scores: Sequence[Array]) -> Iterator[list[int]]:
        """The likeliest labels of each (Viterbi)."""
        if not scores:
            return
        steps = _Steps(scores)
        best = steps.scores[0] + _START
        came: list[Array] = []
        for row, count in zip(steps.scores[1:], steps.counts[1:], strict=True):
            paths = best[:count, :, None] + self.transitions
            came.append(paths.argmax(axis=1))
            best[:count] = paths.max(axis=1) + row[:count]
        labels = np.empty(steps.scores.shape[:2], dtype=np.int64)
        labels[steps.lengths - 1, np.arange(len(scores))] = (best + _END).argmax(axis=1)
        for step in range(len(came), 0, -1):
            every = np.arange(steps.counts[step])
            labels[step - 1, every] = came[step - 1][every, labels[step, every]]
        for column, length in steps:
            yield labels[:length, column].tolist()

    def marginals(self, scores: Sequence[Array]) -> Iterator[Array]:
        """The probability of each label at each token (forward and backward, scaled): [tokens, labels] of each."""
        if not scores:
            return
        steps = _Steps(scores)
        odds = np.exp(steps.scores - steps.scores.max(axis=2, keepdims=True))
        forward, backward = np.empty_like(odds), np.ones_like(odds)
        forward[0] = _normalised(odds[0])
        for step in range(1, len(odds)):
            count = steps.counts[step]
            reached = (forward[step - 1, :count, :, None] * self.odds).sum(axis=1)
            forward[step, :count] = _normalised(reached * odds[step, :count])
        for step in range(len(odds) - 2, -1, -1):
            count = steps.counts[step + 1]
            left = backward[step + 1, :count] * odds[step + 1, :count]
            backward[step, :count] = _normalised((self.odds * left[:, None, :]).sum(axis=2))
        for column, length in steps:
            yield _normalised(forward[:length, column] * backward[:length, column])


class _Steps:
    """Sequences side by side, the longest first: `scores` [steps, sequences, labels], of which the first `counts[step]`
    reach each step. Gives the column and the length of each sequence, in the order given."""

    def __init__(self, scores: Sequence[Array]) -> None:
        given = np.array([len(each) for each in scores])
        order = np.argsort(-given, kind="stable")
        self.columns = np.argsort(order, kind="stable")
        self.lengths = given[order]
        self.scores = np.zeros((self.lengths[0], len(scores), len(LABELS)))
        for column, index in enumerate(order):
            self.scores[: len(scores[index]), column] = scores[index]
        self.counts = (self.lengths > np.arange(len(self.scores))[:, None]).sum(axis=1)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter([(int(column), int(self.lengths[column])) for column in self.columns])


def _normalised(rows: Array) -> Array:
    shares: Array = rows / rows.sum(axis=1, keepdims=True)
    return shares


def _tags(labels: list[int], marginals: Array) -> Tags:
    classes = marginals[:, 1:].reshape(len(marginals), len(CLASSES), -1).sum(axis=2)
    spans = tuple(
        Tagged(start, end, name, tuple(classes[start:end].mean(axis=0).tolist()))
        for start, end, name in spans_of([LABELS[label] for label in labels])
    )
    return Tags(spans, tuple(marginals[:, 0].tolist()))


@cache
def default_tagger() -> Tagger:
    """The tagger that ships."""
    return Tagger(weights.load("names"))


def lexicon_of(arrays: dict[str, Array]) -> Lexicon:
    """The lexicon among trained arrays."""
    sets = [tuple(line.split()) for line in weights.unpacked(arrays["seen_sets"])]
    words = weights.unpacked(arrays["seen_words"])
    centres = [arrays[name].astype(np.float32) for name in sorted(arrays) if name.startswith("centroids")]
    centroids = tuple((each, (each * each).sum(axis=1) / 2) for each in centres)
    seen = {word: sets[index] for word, index in zip(words, arrays["seen_set_of_word"].tolist(), strict=True)}
    places = {tuple(name.split(" ")): lists for name, lists in _listed("places", arrays).items()}
    return Lexicon(centroids, arrays["probe"], seen, _listed("people", arrays), places)


def _listed(name: str, arrays: dict[str, Array]) -> dict[str, tuple[str, ...]]:
    """Name -> what lists call it, of lines of names between tabs after what all of the line are called."""
    rows = [line.split("\t") for line in weights.unpacked(arrays[name])]
    return {each: tuple(lists.split(" ")) for lists, *names in rows for each in names}


def spans_of(labels: list[str]) -> list[tuple[int, int, str]]:
    """The names that labels spell: first token, end, class."""
    found: list[tuple[int, int, str]] = []
    start = 0
    for index, label in enumerate(labels):
        if label[0] in "BU":
            start = index
        if label[0] in "LU":
            found.append((start, index + 1, label[2:]))
    return found


def labels_of(length: int, spans: list[tuple[int, int, str]]) -> list[str]:
    """The labels that spell `spans`, of which none overlap, over `length` tokens."""
    labels = [OUTSIDE] * length
    for start, end, name in spans:
        labels[start:end] = [f"{part}-{name}" for part in ("U" if end - start == 1 else f"B{'I' * (end - start - 2)}L")]
    return labels


def _word_features(token: Token, lexicon: Lexicon) -> list[str]:
    word, lower = token.text, token.lower_
    found = [
        f"lower={lower}",
        *lexicon.clusters(token),
        *lexicon.elsewhere(word),
        f"word={word}",
        f"shape={token.shape_}",
        *(f"starts={lower[:length]}" for length in (2, 3, 4)),
        *(f"ends={lower[-length:]}" for length in (2, 3, 4)),
    ]
    if word[:1].isupper():
        found.append("capitalised")
    if len(word) > 1 and word.isupper():
        found.append("capitals")
    if any(character.isdigit() for character in word):
        found.append("digits")
    return found


def _word_key(token: Token) -> tuple[str, bool]:
    return token.text, token.has_vector


def _syntax(token: Token) -> tuple[str, ...]:
    return token.pos_, token.tag_, token.dep_, token.ent_iob_ if token.ent_type_ else "", token.ent_type_


def _syntax_features(key: tuple[str, ...]) -> list[str]:
    pos, tag, dep, part, entity = key
    return [f"pos={pos}", f"tag={tag}", f"dep={dep}", f"entity={entity}", f"part={part}-{entity}"]


def _at(offset: int, features: list[str]) -> list[str]:
    """Features of the token `offset` away; of farther ones only the word, its clusters and its syntax."""
    if abs(offset) > 1:
        features = [each for each in features if each.startswith(_FAR)]
    return [f"{offset}:{each}" for each in features]


_FAR = ("lower=", "cluster", "pos=", "tag=", "dep=", "entity=", "part=")


def _joint_features(doc: Doc, lexicon: Lexicon) -> Iterator[list[str]]:
    """Features that join several things: neighbouring words, shapes and tags, the head, how the sentence begins, and
    the names of lists that stand there."""
    lower, shape, tag = (["_", *(getattr(token, name) for token in doc), "_"] for name in ("lower_", "shape_", "tag_"))
    entity = ["_", *(token.ent_type_ or OUTSIDE for token in doc), "_"]
    listed = [[], *lexicon.listed(doc), []]
    for sentence in _sentences(doc):
        opening = "|".join(
            [token.lower_ if token.is_alpha else token.shape_ for token in sentence if not token.is_punct][:2]
        )
        capitals = _in_capitals(sentence)
        for token in sentence:
            at = token.i + 1
            found = [
                f"words-1={lower[at - 1]}|{lower[at]}",
                f"words+1={lower[at]}|{lower[at + 1]}",
                f"shapes={shape[at - 1]}|{shape[at]}|{shape[at + 1]}",
                f"tags-1={tag[at - 1]}|{tag[at]}",
                f"tags+1={tag[at]}|{tag[at + 1]}",
                f"entities={entity[at - 1]}|{entity[at]}|{entity[at + 1]}",
                f"head={token.head.lower_}",
                f"arc={token.dep_}|{token.head.lower_}",
                f"entity|word={entity[at]}|{lower[at]}",
                f"entity|shape={entity[at]}|{shape[at]}",
                f"opening={opening}",
                f"opening|word={opening}|{lower[at]}",
                f"place={min(token.i - sentence.start, 2)}",
            ]
            if capitals:
                found.append("sentence in capitals")
            for offset in NEAR:
                if names := listed[at + offset]:
                    found += [f"{offset}:listed={name}" for name in names]
                    found.append(f"{offset}:all listed={'|'.join(names)}")
            yield found


def _sentences(doc: Doc) -> list[Span]:
    return list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]


def _in_capitals(sentence: Span) -> bool:
    words = [token.text for token in sentence if token.is_alpha]
    return sum(word.isupper() for word in words) > 0.6 * len(words)


def _unit(vector: Array) -> Array:
    unit: Array = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit


def _legal(transitions: Array) -> Array:
    """`transitions` with what no sequence of names can hold ruled out."""
    for one, first in enumerate(LABELS):
        for other, second in enumerate(LABELS):
            inside = first[0] in "BI"
            if second[0] not in _FOLLOWS[first[0]] or (inside and first[2:] != second[2:]):
                transitions[one, other] = _IMPOSSIBLE
    return transitions


_START = np.array([_IMPOSSIBLE if label[0] in "IL" else 0.0 for label in LABELS])
_END = np.array([_IMPOSSIBLE if label[0] in "BI" else 0.0 for label in LABELS])
