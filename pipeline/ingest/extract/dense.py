"""Dense features of candidates and of pairs of them, and the small networks over them.

What they read is made anyway: the states that the parser's own network has of each word in its surroundings, and the
word vectors of the model. Both mean something only under the very model that the weights were trained with; under any
other the classifier goes without (`Space.is_that_of`). Everything here is a function of one chunk alone, and summed in
double precision, so that neither batches nor threads show in the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.ingest.extract.features import FORMS, Sentence, path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.ingest.extract.features import Candidate

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

AROUND_CANDIDATE = 4
AROUND_PAIR = 3
DECIMALS = 4


class Space:
    """The model whose states and word vectors the networks know: its fingerprint, the size of its states, and the
    `projection` of its vectors [width, kept] onto their main directions, scaled to about unit size."""

    def __init__(self, model: str, state_scale: float, projection: Floats) -> None:
        self.model = model
        self.state_scale = state_scale
        self.projection = projection
        self._table = self._words = np.zeros((0, 0), np.float32)

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Space:
        """The space of trained weights."""
        projection = arrays["projection"].astype(np.float32)
        return cls(str(arrays["space_model"]), float(arrays["state_scale"]), projection)

    def is_that_of(self, found: Sequence[Sentence]) -> bool:
        """Whether the sentences were parsed with the model of this space."""
        return all(sentence.words.model == self.model for sentence in found)

    def words(self, table: Floats) -> Floats:
        """The model's table of word vectors, along the main directions, and nothing in a last row; the whole of it
        once, which is cheaper than each chunk's words."""
        if self._table is not table:
            known = (unit(table).astype(np.float64) @ self.projection).astype(np.float32)
            self._table, self._words = table, np.vstack([known, np.zeros((1, known.shape[1]), np.float32)])
        return self._words


class Tokens:
    """The tokens of several sentences, one after another: `states` of each in its surroundings, `words` for each by
    itself. `shift` is what turns a token's index in its document into its row here, for each sentence."""

    def __init__(self, found: Sequence[Sentence], space: Space) -> None:
        states = np.concatenate([each.words.states[each.start : each.end] for each in found])
        rows = np.concatenate([each.words.row[each.start : each.end] for each in found])
        starts = np.array([each.start for each in found])
        lengths = np.array([each.end for each in found]) - starts
        self.first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.last = self.first + lengths
        self.shift = self.first - starts
        self.states: Floats = (states / space.state_scale).astype(np.float32)
        self.words = space.words(found[0].words.table)[rows]
        self._sums = np.concatenate([np.zeros((1, self.words.shape[1])), np.cumsum(self.words, axis=0, dtype=float)])

    def mean(self, start: Ints, end: Ints) -> Floats:
        """[spans, vector]: the mean word of half-open spans of rows; nothing for an empty one."""
        end = np.maximum(start, end)
        means: Floats = ((self._sums[end] - self._sums[start]) / np.maximum(end - start, 1)[:, None]).astype(np.float32)
        return means


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer of rectified units: [inputs, units], [units], [units, outputs], [outputs]."""

    hidden: NDArray[np.float64]
    hidden_bias: NDArray[np.float64]
    out: NDArray[np.float64]
    out_bias: NDArray[np.float64]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], name: str) -> Network:
        """The network called `name` of trained weights."""
        return cls(*(arrays[f"{name}_{part}"].astype(np.float64) for part in cls.__slots__))

    def __call__(self, columns: Floats) -> Floats:
        """[rows, outputs] logits of [rows, inputs]."""
        units = np.maximum(columns.astype(np.float64) @ self.hidden + self.hidden_bias, 0)
        logits: Floats = (units @ self.out + self.out_bias).round(DECIMALS).astype(np.float32)
        return logits


def unit(vectors: Floats) -> Floats:
    """The vectors, each of length one; nothing stays nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return found


def role_columns(found: Sequence[Sentence], tokens: Tokens) -> Floats:
    """[candidates, inputs]: each candidate's words, those that it hangs from, those beside it, and its form."""
    sentence = np.repeat(np.arange(len(found)), [len(each.candidates) for each in found])
    candidates = [each for sentence in found for each in sentence.candidates]
    shift, first, last = tokens.shift[sentence], tokens.first[sentence], tokens.last[sentence]
    head = [each.words.head for each in found]
    root = np.array([each.root for each in candidates])
    above = np.array([head[number][token] for number, token in zip(sentence, root, strict=True)])
    higher = np.array([head[number][token] for number, token in zip(sentence, above, strict=True)])
    start, end = (np.array([getattr(each, side) for each in candidates]) + shift for side in ("start", "end"))
    place = np.concatenate([np.arange(len(each.candidates)) for each in found])
    sizes = np.array([len(each.candidates) for each in found])[sentence]
    root, above, higher = root + shift, above + shift, higher + shift
    states, words = tokens.states, tokens.words
    counts = np.stack(
        [start == first, end == last, np.log1p(place), np.log1p(sizes), end - start == 1, above == root], axis=1
    )
    return np.concatenate(
        [
            *(states[each] for each in (root, above, higher)),
            states[np.maximum(start - 1, first)],
            states[np.minimum(end, last - 1)],
            *(words[each] for each in (root, above, start, end - 1)),
            tokens.mean(start, end),
            2 * tokens.mean(np.maximum(start - AROUND_CANDIDATE, first), start),
            2 * tokens.mean(end, np.minimum(end + AROUND_CANDIDATE, last)),
            2 * tokens.mean(first, last),
            _forms(candidates),
            counts,
        ],
        axis=1,
        dtype=np.float32,
    )


def pair_columns(found: Sequence[Sentence], tokens: Tokens, sentence: Ints, first: Ints, second: Ints) -> Floats:
    """[pairs, inputs] of pairs by their sentence and the places of the two among its candidates: the words of both,
    those between, beside and on the path between them in the tree, and how the two stand."""
    ends = [
        (found[number].candidates[one], found[number].candidates[other])
        for number, one, other in zip(sentence, first, second, strict=True)
    ]
    shift = tokens.shift[sentence]
    opening, closing = tokens.first[sentence], tokens.last[sentence]
    one, other = (
        np.array([(each.start, each.end, each.root) for each in side]) + shift[:, None]
        for side in zip(*ends, strict=True)
    )
    ahead = first < second
    left, right = np.where(ahead[:, None], one, other), np.where(ahead[:, None], other, one)
    above, top, crossed, shape = _paths(found, sentence, ends, shift)
    states, words = tokens.states, tokens.words
    between = (left[:, 1], right[:, 0])
    return np.concatenate(
        [
            *(states[each] for each in (one[:, 2], other[:, 2], above[:, 0], above[:, 1], top)),
            *(words[each] for each in (one[:, 2], other[:, 2], top)),
            _mean_of(words, crossed),
            _mean_of(states, crossed),
            2 * tokens.mean(*between),
            2 * tokens.mean(np.maximum(left[:, 0] - AROUND_PAIR, opening), left[:, 0]),
            2 * tokens.mean(right[:, 1], np.minimum(right[:, 1] + AROUND_PAIR, closing)),
            2 * tokens.mean(opening, closing),
            _forms([each for each, _ in ends]),
            _forms([each for _, each in ends]),
            ahead[:, None],
            shape,
            np.log1p(np.maximum(between[1] - between[0], 0))[:, None],
            np.log1p(np.abs(first - second))[:, None],
            np.log1p(first)[:, None],
            np.log1p(second)[:, None],
        ],
        axis=1,
        dtype=np.float32,
    )


def _paths(
    found: Sequence[Sentence], sentence: Ints, ends: Sequence[tuple[Candidate, Candidate]], shift: Ints
) -> tuple[Ints, Ints, list[list[int]], Floats]:
    """Of each pair, in rows of the tokens: what the two hang from, where their paths meet, the words on the way, and
    how long the paths are and whether one holds the other."""
    above, tops, crossed, shape = [], [], [], []
    for number, (one, other), by in zip(sentence.tolist(), ends, shift.tolist(), strict=True):
        words = found[number].words
        up, down, top = path(words, one.root, other.root)
        inner = [*up[1:], *down[1:]] + ([top] if top >= 0 and top not in (one.root, other.root) else [])
        above.append((words.head[one.root] + by, words.head[other.root] + by))
        tops.append((top if top >= 0 else one.root) + by)
        crossed.append([token + by for token in inner])
        shape.append((top < 0, len(up) / 4, len(down) / 4, top == one.root, top == other.root))
    return np.array(above), np.array(tops), crossed, np.array(shape, np.float32)


def _mean_of(table: Floats, rows: list[list[int]]) -> Floats:
    """The mean of the table's rows that each list names; nothing for an empty list."""
    padded = np.vstack([table, np.zeros((1, table.shape[1]), np.float32)])
    counts = np.maximum([len(each) for each in rows], 1)
    return summed(padded, [each or [len(table)] for each in rows]) / counts[:, None].astype(np.float32)


def summed(table: Floats, rows: list[list[int]]) -> Floats:
    """The sum of the table's rows that each list names; every list names one or more."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    indices = np.fromiter((each for row in rows for each in row), np.int64, int(lengths.sum()))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.add.reduceat(table[indices], starts, axis=0)


def _forms(candidates: Sequence[Candidate]) -> Floats:
    """[candidates, forms]: 1 for the form of each."""
    return np.eye(len(FORMS), dtype=np.float32)[[FORMS.index(each.form) for each in candidates]]
