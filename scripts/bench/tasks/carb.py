"""Open relations on CaRB (Bhardwaj, Aggarwal and Mausam, EMNLP 2019), by the rules of its own scorer, written anew.

A tuple is a relation and two arguments: what follows the second belongs to it. A gold and a said tuple match when their
relations share a word; "be" in a said relation stands for any of its forms. The words that they share, slot by slot as
multisets, over the words of the said tuple are its precision, over those of the gold one its recall. After a verb of
saying the two arguments may be swapped. Precision takes gold and said tuples one to one, the best pair first; recall
takes for each gold tuple the best said one, which may serve several.

The data is tokenised text. The extractor reads it as people write, and what it finds is given back as the data's
tokens. Tokens are compared without case, for gold tuples change it at will.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from pipeline.ingest.extract.propositions import propositions
from pipeline.settings import Settings
from pipeline.text import nlp
from tasks.base import SHARED, Options, Result, Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from spacy.tokens import Token

    from pipeline.ingest.extract.propositions import Proposition

FILE = SHARED / "relations" / "carb" / "dev.jsonl"
READABLE = {"``": "“", "''": "”", "`": "‘", "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "--": "—"}
JOINS_LEFT = frozenset({",", ".", ";", ":", "?", "!", "%", "''", "'", ")", "]", "-RRB-", "-RSB-", "...", "n't"})
JOINS_RIGHT = frozenset({"``", "`", "(", "[", "-LRB-", "-LSB-", "$", "US$", "#", "£"})
CLITICS = frozenset({"'s", "'re", "'ve", "'ll", "'d", "'m"})
FORMS_OF_BE = frozenset("be is am are was were been being".split())
SAYING = ("said", "told", "added", "adds", "says")

Overlap = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tuple:
    """One open relation in the data's own tokens, lower case; `rest` is everything after the first argument."""

    relation: tuple[str, ...]
    first: tuple[str, ...]
    rest: tuple[str, ...] | None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """The gold and the said tuples of one sentence, and how they overlap: `overlaps[gold][said]`."""

    said: list[Tuple]
    overlaps: list[list[Overlap]]


def run(options: Options) -> Result:
    """Score every proposition that the extractor finds. `best_f1` is at the best threshold on its confidence, which
    nobody would know beforehand; `auc` the area under the curve of precision over recall. Folds 1 and 2 are the odd
    and the even sentences."""
    records = _read(options.file or FILE, options.folds)
    sentences = [
        Sentence(said, [[overlap(each, tuple_) for tuple_ in said] for each in gold])
        for gold, said in zip(map(_gold, records), _said([record["sentence"] for record in records]), strict=True)
    ]
    shipped = score(sentences, 0.0)
    thresholds = sorted({each.confidence for sentence in sentences for each in sentence.said})
    curve = [score(sentences, threshold) for threshold in thresholds]
    best = max(curve, key=lambda each: each.f1, default=shipped)
    area = _area(curve)
    return Result(
        {**shipped.as_json(), "best_f1": round(best.f1, 4), "auc": round(area, 4)},
        [
            ("sentences, gold tuples, said tuples", f"{len(sentences)}, {shipped.gold:.0f}, {shipped.said:.0f}"),
            ("precision, recall, F1", f"{shipped.precision:.3f} {shipped.recall:.3f} {shipped.f1:.3f}"),
            ("F1 at the best threshold", f"{best.f1:.3f}"),
            ("area under the curve", f"{area:.3f}"),
            ("published, on the test half", "ClausIE .450, OpenIE4 .488"),
        ],
    )


def score(sentences: Iterable[Sentence], threshold: float) -> Score:
    """Precision and recall of the tuples whose confidence is at least `threshold`."""
    right = found = 0.0
    said = gold = 0
    for sentence in sentences:
        columns = [index for index, each in enumerate(sentence.said) if each.confidence >= threshold]
        right += _paired(sentence.overlaps, columns)
        found += sum(max((row[column][1] for column in columns), default=0.0) for row in sentence.overlaps)
        said += len(columns)
        gold += len(sentence.overlaps)
    return Score(right=right, said=said, gold=gold, found=found)


def _paired(overlaps: list[list[Overlap]], columns: list[int]) -> float:
    """The precision of gold and said tuples paired one to one, greedily, the best pair first."""
    pairs = [(row[column][0], index, column) for index, row in enumerate(overlaps) for column in columns]
    rows, taken, total = set[int](), set[int](), 0.0
    for precision, row, column in sorted(pairs, key=lambda pair: -pair[0]):
        if row not in rows and column not in taken:
            rows.add(row)
            taken.add(column)
            total += precision
    return total


def overlap(gold: Tuple, said: Tuple) -> Overlap:
    """Precision and recall of one said tuple against one gold tuple."""
    straight = _overlap(gold, said.relation, said.first, said.rest)
    if said.rest is not None and any(verb in " ".join(gold.relation) for verb in SAYING):
        return max(straight, _overlap(gold, said.relation, said.rest, said.first))
    return straight


def _overlap(gold: Tuple, relation: tuple[str, ...], first: tuple[str, ...], rest: tuple[str, ...] | None) -> Overlap:
    shared, left = _shared(gold.relation, relation)
    if "be" in left and FORMS_OF_BE.intersection(gold.relation):
        shared += 1
    if not shared or (rest is None and gold.rest is not None):
        return 0.0, 0.0
    said = len(relation) + len(first)
    wanted = len(gold.relation) + len(gold.first)
    shared += _shared(gold.first, first)[0]
    if gold.rest is not None and rest is not None:
        shared += _shared(gold.rest, rest)[0]
        said += len(rest)
        wanted += len(gold.rest)
    return shared / said, shared / wanted


def _shared(gold: Sequence[str], said: Sequence[str]) -> tuple[int, list[str]]:
    """How many words two slots share, and the said words that are left over."""
    left = list(said)
    shared = 0
    for word in gold:
        if word in left:
            left.remove(word)
            shared += 1
    return shared, left


def _area(curve: list[Score]) -> float:
    """Trapezoids under precision over recall, from precision 1 at recall 0."""
    points = sorted(
        [*((each.recall, each.precision) for each in curve), (0.0, 1.0)], key=lambda each: (each[0], -each[1])
    )
    return sum((right[0] - left[0]) * (right[1] + left[1]) / 2 for left, right in pairwise(points))


# the data


def _read(file: Path, folds: tuple[int, ...]) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines if line.strip()]
    return [each for index, each in enumerate(records) if not folds or index % 2 + 1 in folds]


def _gold(record: dict[str, Any]) -> list[Tuple]:
    return [_folded(each["relation"].split(), [words.split() for words in each["args"]]) for each in record["tuples"]]


def _folded(relation: list[str], arguments: list[list[str]], confidence: float = 1.0) -> Tuple:
    first, rest = (arguments or [[]])[0], arguments[1:]
    return Tuple(_lower(relation), _lower(first), _lower(chain(*rest)) if rest else None, confidence)


def _lower(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


def _said(sentences: list[str]) -> Iterable[list[Tuple]]:
    """What the shipped model and rules find in each sentence."""
    read = [readable(sentence.split()) for sentence in sentences]
    docs = nlp.load(Settings.load().model).pipe(text for text, _ in read)
    for sentence, (_, spans), doc in zip(sentences, read, docs, strict=True):
        yield [_in_tokens(each, sentence.split(), spans) for each in propositions(doc)]


def readable(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """The tokens as people write them, and the half-open span of each in that text."""
    text, spans = "", list[tuple[int, int]]()
    before = ""
    for token in tokens:
        joined = token in JOINS_LEFT or token in CLITICS or token == "-" or before in JOINS_RIGHT or before == "-"
        text += "" if joined or not text else " "
        written = READABLE.get(token, token.replace("\\/", "/"))
        spans.append((len(text), len(text) + len(written)))
        text += written
        before = token
    return text, spans


def _in_tokens(proposition: Proposition, tokens: list[str], spans: list[tuple[int, int]]) -> Tuple:
    """One proposition as the gold is written: "is heating up" has an empty second argument."""
    parts = (proposition.relation, proposition.subject, *proposition.arguments)
    relation, subject, *rest = (_words(part, tokens, spans) for part in parts)
    arguments = [subject, *(rest or [[]])]
    return _folded(relation, arguments, proposition.confidence)


def _words(part: Sequence[Token | str], tokens: list[str], spans: list[tuple[int, int]]) -> list[str]:
    """The data's tokens that the words of one slot touch, and the words that the text does not hold."""
    found: dict[int, str] = {}
    added: list[str] = []
    for word in part:
        if isinstance(word, str):
            added.append(word)
            continue
        start, end = word.idx, word.idx + len(word.text)
        found |= {index: tokens[index] for index, span in enumerate(spans) if span[0] < end and start < span[1]}
    return [*added, *(found[index] for index in sorted(found))]
