"""Typed relations between the mentions of a sentence, by a small classifier of our own.

Three stages, each over every candidate pair of a sentence that the one before leaves:

1. roles: logistic regressions over a mention and its surroundings say which part it may play (subject or object of each
   relation, person, organisation, place). Only pairs whose two parts fit go on: most sentences end here.
2. pairs: logistic regressions over what stands between and around two mentions, in the text and in the tree. In both
   stages a small network over the parser's states and the word vectors says the same, and the mean of the two counts;
   under another spaCy model than the trained one the regressions speak alone.
3. context: boosted trees over both scores and those of the other pairs of the sentence, trained on out-of-fold scores
   (stacking; Wolpert 1992), and a table that turns their score into a probability.

`pipeline/weights/relations.md` says what it was trained on and how it scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.ingest.extract.dense import Network, Space, Tokens, pair_columns, role_columns, summed
from pipeline.ingest.extract.features import (
    FORMS,
    PERSONS,
    antecedents,
    pair_features,
    role_features,
    sentences,
)
from pipeline.text import weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from pipeline.ingest.extract.features import Candidate, Sentence
    from pipeline.text.mentions import RawMention

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

NAME = "relations"
GATE = -6.0
PAIR_FLOOR = -5.0
LOWEST = -9.0
NO_ROLE = -12.0
TYPES = ("person", "organization", "place")

Target = Literal["date", "place", "thing"]


@dataclass(frozen=True, slots=True)
class Head:
    """One relation that the classifier knows: the ontology's predicate for it, whether that takes the arguments the
    other way round, and what the object may be."""

    name: str
    predicate: str
    inverse: bool = False
    target: Target = "thing"


HEADS = (
    Head("DATE_OF_BIRTH", "BORN_ON", target="date"),
    Head("PLACE_OF_BIRTH", "BORN_IN", target="place"),
    Head("DATE_OF_DEATH", "DIED_ON", target="date"),
    Head("PLACE_OF_RESIDENCE", "LIVES_IN", target="place"),
    Head("NATIONALITY", "NATIONAL_OF", target="place"),
    Head("EMPLOYEE_OR_MEMBER_OF", "WORKS_FOR"),
    Head("POLITICAL_AFFILIATION", "AFFILIATED_WITH"),
    Head("EDUCATED_AT", "STUDIED_AT"),
    Head("CHILD_OF", "PARENT_OF", inverse=True),
    Head("SPOUSE", "MARRIED_TO"),
    Head("DATE_FOUNDED", "FOUNDED_ON", target="date"),
    Head("HEADQUARTERS", "HEADQUARTERED_IN", target="place"),
    Head("SUBSIDIARY_OF", "SUBSIDIARY_OF"),
    Head("FOUNDED_BY", "FOUNDED", inverse=True),
    Head("CEO", "LEADS", inverse=True),
    Head("KILLED", "KILLED"),
    Head("LOCATED_IN", "LOCATED_IN", target="place"),
    Head("Live_In", "LIVES_IN", target="place"),
    Head("Work_For", "WORKS_FOR"),
    Head("OrgBased_In", "HEADQUARTERED_IN", target="place"),
)
PARTS = 2 * len(HEADS) + len(TYPES)


@dataclass(frozen=True, slots=True)
class TypedRelation:
    """A relation that the classifier finds: `head` names it as the training data does; `subject` and `object` are in
    that head's order."""

    head: Head
    subject: Candidate
    object: Candidate
    probability: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs of several sentences. `subject` and `object` index candidates (rows of `role` scores); `sentence`
    numbers the sentence, `first` and `second` are the two places among its candidates. `home` is each candidate's
    sentence, `earlier` the candidate that it may stand for, or -1."""

    home: Ints
    earlier: Ints
    sentence: Ints
    subject: Ints
    object: Ints
    first: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.sentence)


class RelationClassifier:
    """Finds typed relations in one parsed chunk."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        self.roles = arrays["roles"].astype(np.float32)
        self.role_bias = arrays["role_bias"].astype(np.float32)
        self.pairs = arrays["pairs"].astype(np.float32)
        self.pair_bias = arrays["pair_bias"].astype(np.float32)
        self.from_roles = arrays["from_roles"].astype(np.float32)
        self.space = Space.of(arrays)
        self.role_network, self.pair_network = (Network.of(arrays, name) for name in ("role", "pair"))
        self.trees = Trees(arrays)
        self.slope, self.offset = arrays["calibration"].astype(np.float64).T
        self.threshold = float(arrays["threshold"])

    @classmethod
    @cache
    def shipped(cls) -> RelationClassifier:
        """The classifier with the weights that ship; made once a process."""
        return cls(weights.load(NAME))

    def __call__(self, doc: Doc, mentions: Sequence[RawMention], at: dict[int, int]) -> list[TypedRelation]:
        """The relations of a chunk, in the order of their subjects. `at` maps token index -> mention index."""
        found = sentences(doc, mentions, at)
        if not found:
            return []
        return self.classify(found)

    def classify(self, found: list[Sentence]) -> list[TypedRelation]:
        """The relations of sentences that hold two candidates or more."""
        candidates = [each for sentence in found for each in sentence.candidates]
        tokens = Tokens(found, self.space) if self.space.is_that_of(found) else None
        roles = self.role_scores(found, tokens)
        pairs = gated(found, roles)
        if not len(pairs):
            return []
        scores = self.pair_scores(found, tokens, pairs, roles)
        rows, heads, columns = context(pairs, scores, roles, candidates)
        final = self.trees(columns)
        kept = np.flatnonzero(final > self.threshold)
        said = heads[kept]
        probabilities = 1 / (1 + np.exp(-self.slope[said] * final[kept] - self.offset[said]))
        return [
            TypedRelation(
                HEADS[heads[index]],
                candidates[pairs.subject[rows[index]]],
                candidates[pairs.object[rows[index]]],
                round(float(probability), 4),
            )
            for index, probability in zip(kept, probabilities, strict=True)
        ]

    def role_scores(self, found: list[Sentence], tokens: Tokens | None) -> Floats:
        """[candidates, PARTS] logits: subject of each head, object of each head, types."""
        rows = [role_features(sentence, index) for sentence in found for index in range(len(sentence.candidates))]
        scores = summed(self.roles, rows) + self.role_bias
        if tokens is not None:
            scores = mean(scores, self.role_network(role_columns(found, tokens)))
        return mask_roles(scores, found)

    def pair_scores(self, found: list[Sentence], tokens: Tokens | None, pairs: Pairs, roles: Floats) -> Floats:
        """[pairs, heads] logits; `LOWEST` where the gate holds a head back."""
        rows = [
            pair_features(found[number], first, second)
            for number, first, second in zip(pairs.sentence, pairs.first, pairs.second, strict=True)
        ]
        subjects, objects = parts(pairs, roles)
        scores = summed(self.pairs, rows) + self.pair_bias
        scores += self.from_roles[0] * squashed(subjects) + self.from_roles[1] * squashed(objects)
        if tokens is not None:
            scores = mean(scores, self.pair_network(network_columns(found, tokens, pairs, roles)))
        return open_only(scores, subjects, objects)


class Trees:
    """Boosted regression trees as arrays: [trees, nodes] of feature, threshold, left, right and value; a leaf leads to
    itself."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        self.feature = arrays["tree_feature"].astype(np.int64)
        self.threshold = arrays["tree_threshold"].astype(np.float32)
        self.left = arrays["tree_left"].astype(np.int64)
        self.right = arrays["tree_right"].astype(np.int64)
        self.value = arrays["tree_value"].astype(np.float32)
        self.base = float(arrays["tree_base"])
        self.depth = int(arrays["tree_depth"])

    def __call__(self, columns: Floats) -> Floats:
        """The score of each row of [rows, features]."""
        count, nodes = self.feature.shape
        offset = np.arange(count, dtype=np.int64) * nodes
        at = np.tile(offset, (len(columns), 1))
        row = np.arange(len(columns))[:, None]
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        left, right = (self.left + offset[:, None]).ravel(), (self.right + offset[:, None]).ravel()
        for _ in range(self.depth):
            below = columns[row, feature[at]] <= threshold[at]
            at = np.where(below, left[at], right[at])
        scores: Floats = self.value.ravel()[at].sum(axis=1, dtype=np.float32) + np.float32(self.base)
        return scores


def network_columns(found: list[Sentence], tokens: Tokens, pairs: Pairs, roles: Floats) -> Floats:
    """[pairs, inputs] of the pairs' network: the words, and what the stage before says of both ends."""
    of_words = pair_columns(found, tokens, pairs.sentence, pairs.first, pairs.second)
    return np.concatenate([of_words, squashed(roles[pairs.subject]), squashed(roles[pairs.object])], axis=1)


def mean(scores: Floats, others: Floats) -> Floats:
    """The mean of two models' logits, of which none may be surer than `LOWEST`."""
    return (np.clip(scores, LOWEST, -LOWEST) + np.clip(others, LOWEST, -LOWEST)) / np.float32(2)


def open_only(scores: Floats, subjects: Floats, objects: Floats) -> Floats:
    """Pair scores within bounds, `LOWEST` where the parts of the two do not fit."""
    return np.where(subjects + objects > GATE, np.clip(scores, LOWEST, -LOWEST), LOWEST).astype(np.float32)


def squashed(logits: Floats) -> Floats:
    """Role logits as features of a pair, of about unit size."""
    return np.clip(logits, -8, 8) / np.float32(4)


def parts(pairs: Pairs, roles: Floats) -> tuple[Floats, Floats]:
    """[pairs, heads] logits of each pair's subject as a subject, and of its object as an object."""
    heads = len(HEADS)
    return roles[pairs.subject][:, :heads], roles[pairs.object][:, heads : 2 * heads]


def mask_roles(roles: Floats, found: list[Sentence]) -> Floats:
    """Role scores with `NO_ROLE` for what a candidate cannot be by its form: dates are objects of date relations."""
    forms = np.array([FORMS.index(each.form) for sentence in found for each in sentence.candidates])
    allowed = _ALLOWED[forms]
    return np.where(allowed, roles, np.float32(NO_ROLE))


def _allowed_parts() -> Bools:
    """[forms, PARTS]: which parts a candidate of each form can play."""
    table = np.ones((len(FORMS), PARTS), bool)
    for number, form in enumerate(FORMS):
        for position, head in enumerate(HEADS):
            table[number, position] = form != "date"
            fits = {"date": form == "date", "place": form not in {"date", "pronoun"}, "thing": form != "date"}
            table[number, len(HEADS) + position] = fits[head.target]
    return table


_ALLOWED = _allowed_parts()


def gated(found: list[Sentence], roles: Floats) -> Pairs:
    """The pairs of one sentence that may stand in at least one relation by the roles of the two."""
    heads = len(HEADS)
    chosen: list[Ints] = []
    earlier: list[int] = []
    base = 0
    for number, sentence in enumerate(found):
        size = len(sentence.candidates)
        own = roles[base : base + size]
        fits = (own[:, None, :heads] + own[None, :, heads : 2 * heads] > GATE).any(axis=2) & ~np.eye(size, dtype=bool)
        first, second = np.nonzero(fits)
        chosen.append(np.stack([np.full(len(first), number), base + first, base + second, first, second]))
        earlier += [base + each if each >= 0 else -1 for each in antecedents(sentence)]
        base += size
    home = np.repeat(np.arange(len(found)), [len(sentence.candidates) for sentence in found])
    return Pairs(home, np.array(earlier), *np.concatenate(chosen, axis=1).astype(np.int64))


def context(pairs: Pairs, scores: Floats, roles: Floats, candidates: Sequence[Candidate]) -> tuple[Ints, Ints, Floats]:
    """What the third stage reads of each pair and head above the floor: rows of `pairs`, heads, and [items, features]:
    the scores of the pair, of its neighbours, of its rivals for either part, and where the two stand."""
    heads = len(HEADS)
    forms = np.array([FORMS.index(each.form) for each in candidates])
    subjects, objects = parts(pairs, roles)
    subject_form, object_form = forms[pairs.subject], forms[pairs.object]
    rows, kept = np.nonzero(scores > PAIR_FLOOR)
    ordered = np.sort(scores, axis=1)
    best, second = ordered[rows, -1], ordered[rows, -2]
    own = scores[rows, kept]
    things = same_things(pairs.earlier)
    grids = [
        subjects,
        objects,
        roles[pairs.subject][:, heads : 2 * heads],
        roles[pairs.object][:, :heads],
        _rivals(scores, pairs.subject),
        _rivals(scores, pairs.object),
        *(_rivals(scores, pairs.object, np.isin(subject_form, each)) for each in _FORM_GROUPS),
        *(_rivals(scores, pairs.subject, np.isin(object_form, each)) for each in _FORM_GROUPS[:2]),
        _rivals(scores, pairs.sentence),
        *_neighbours(scores, pairs),
        *_of_the_same_things(scores, pairs, things),
        *_strongest_roles(pairs, roles),
    ]
    words = np.array([_word(each) for each in candidates])
    mates = np.bincount(things)[things]
    spans = np.array([(each.start, each.end) for each in candidates])
    sizes = np.bincount(pairs.sentence, minlength=int(pairs.sentence.max()) + 1)
    shared = [
        subject_form,
        object_form,
        words[pairs.subject],
        words[pairs.object],
        mates[pairs.subject],
        mates[pairs.object],
        pairs.second - pairs.first,
        np.abs(pairs.second - pairs.first),
        pairs.first,
        pairs.second,
        sizes[pairs.sentence],
        spans[pairs.object, 0] - spans[pairs.subject, 1],
        spans[pairs.subject, 0] - spans[pairs.object, 1],
    ]
    types = np.concatenate([roles[pairs.subject][:, 2 * heads :], roles[pairs.object][:, 2 * heads :]], axis=1)
    columns = [
        own,
        np.where(own >= best, second, best),
        kept,
        *(grid[rows, kept] for grid in grids),
        *(each[rows] for each in shared),
        *types[rows].T,
    ]
    return rows, kept, np.stack(columns, axis=1).astype(np.float32)


_WORDS = ("he", "she", "it", "they", "i", "we", "who", "whom", "whose", "which", "that", "where", "what")
_FORM_GROUPS = tuple([FORMS.index(form) for form in forms] for forms in (("name",), ("pronoun",), ("relative", "role")))


def _rivals(scores: Floats, groups: Ints, among: Bools | None = None) -> Floats:
    """[pairs, heads]: the best score of another pair of the same group (of those `among`)."""
    masked = scores if among is None else np.where(among[:, None], scores, np.float32(LOWEST))
    size = int(groups.max()) + 1
    best = np.full((size, scores.shape[1]), LOWEST, np.float32)
    np.maximum.at(best, groups, masked)
    is_best = masked >= best[groups]
    second = np.full_like(best, LOWEST)
    np.maximum.at(second, groups, np.where(is_best, np.float32(LOWEST), masked))
    ties = np.zeros(best.shape, np.int64)
    np.add.at(ties, groups, is_best)
    alone = is_best & (ties[groups] == 1)
    return np.where(alone, second[groups], best[groups])


def _neighbours(scores: Floats, pairs: Pairs) -> list[Floats]:
    """Scores of related pairs: the reverse one, those with the candidates just before and just after the object, those
    with what the subject or the object may stand for, and with what may stand for them."""
    ends = list(zip(pairs.subject.tolist(), pairs.object.tolist(), strict=True))
    known = {pair: row for row, pair in enumerate(ends)}
    bottom = np.vstack([scores, np.full((1, scores.shape[1]), LOWEST, np.float32)])
    earlier = pairs.earlier.tolist()

    def rows(found: Iterable[tuple[int, int]]) -> Ints:
        return np.array([known.get(each, -1) for each in found])

    before = rows((one, other - 1) for one, other in ends)
    after = rows((one, other + 1) for one, other in ends)
    subjects = rows((earlier[one], other) for one, other in ends)
    objects = rows((one, earlier[other]) for one, other in ends)
    return [
        *(bottom[each] for each in (rows((other, one) for one, other in ends), before, after, subjects, objects)),
        _later(scores, subjects),
        _later(scores, objects),
    ]


def _word(candidate: Candidate) -> int:
    """The number of a pronoun or a relative word, 0 for all else."""
    word = PERSONS.get(candidate.label, candidate.label)
    return _WORDS.index(word) + 1 if candidate.form in {"pronoun", "relative"} and word in _WORDS else 0


def same_things(earlier: Ints) -> Ints:
    """For each candidate the first that it may stand for, by way of those between."""
    things = np.arange(len(earlier))
    for place, before in enumerate(earlier.tolist()):
        if before >= 0:
            things[place] = things[before]
    return things


def _of_the_same_things(scores: Floats, pairs: Pairs, things: Ints) -> list[Floats]:
    """[pairs, heads], by what candidates may stand for: the best score of another pair that is between the same things
    (the same object word, the same subject word, or neither), then the best of any other thing in the subject's and in
    the object's place."""
    subjects, objects = things[pairs.subject], things[pairs.object]
    with_object, with_subject = _numbered(subjects, pairs.object), _numbered(pairs.subject, objects)
    return [
        _rivals(scores, with_object),
        _rivals(scores, with_subject),
        _rivals(scores, _numbered(subjects, objects)),
        _of_other_groups(scores, with_object, pairs.object),
        _of_other_groups(scores, with_subject, pairs.subject),
    ]


def _numbered(one: Ints, other: Ints) -> Ints:
    """The same number for the same two, from 0 on."""
    numbers: Ints = np.unique(one * (int(other.max()) + 1) + other, return_inverse=True)[1]
    return numbers


def _of_other_groups(scores: Floats, groups: Ints, within: Ints) -> Floats:
    """[pairs, heads]: the best score in the other groups `within` the same larger one."""
    best = np.full((int(groups.max()) + 1, scores.shape[1]), LOWEST, np.float32)
    np.maximum.at(best, groups, scores)
    larger = np.zeros(len(best), np.int64)
    larger[groups] = within
    return _rivals(best, larger)[groups]


def _later(scores: Floats, towards: Ints) -> Floats:
    """[pairs, heads]: the best score among the pairs that point to each pair, `LOWEST` without any."""
    best = np.full((len(scores) + 1, scores.shape[1]), LOWEST, np.float32)
    np.maximum.at(best, towards, scores)
    return best[:-1]


def _strongest_roles(pairs: Pairs, roles: Floats) -> list[Floats]:
    """[pairs, heads]: the best subject and the best object of each head among all candidates of the sentence."""
    heads = len(HEADS)
    best = np.full((int(pairs.home.max()) + 1, 2 * heads), NO_ROLE, np.float32)
    np.maximum.at(best, pairs.home, roles[:, : 2 * heads])
    return [best[pairs.sentence][:, :heads], best[pairs.sentence][:, heads:]]
