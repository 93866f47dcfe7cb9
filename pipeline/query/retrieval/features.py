"""What is measured of an edge (a passage names a document) and of a candidate passage, as plain numbers of about unit
size. Which matter, and how much, is learned (`scripts/train retrieval`)."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.query.retrieval.words import STOP_WORDS, Text, read, stem
from pipeline.text.names import fold

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology
    from pipeline.query.retrieval.asked import Asked
    from pipeline.query.retrieval.walk import Link, Mention, Passage, Span

EDGE_FEATURES = (
    "near_relation", "near_any", "relation_share", "sentence_share", "predicate", "first_mention", "order",
    "first_sentence", "weight", "bearers", "name_words", "kind_fits", "kind_clashes", "gender_fits", "gender_clashes",
    "target_share", "target_named", "source_linked", "source_weight", "source_bearers", "source_score", "title_fits",
    "target_rest", "rest_names", "hop", "bridge", "bridge_score", "bridge_share", "bridge_rank", "repeated",
    "names_source",
    "asks_share", "asks_beside", "asks_words", "phrase", "near", "nearer",
)  # fmt: skip
FEMALE = frozenset(
    "mother wife daughter sister aunt niece queen actress grandmother she her woman widow stepmother".split()
)
MALE = frozenset("father husband son brother uncle nephew king actor grandfather he his man stepfather".split())
NEAR_WORDS = 4.0


@lru_cache(maxsize=8)
def relation_words(ontology_key: str, phrases: tuple[tuple[str, str], ...]) -> dict[str, frozenset[str]]:
    """Stem -> the predicates that a word of this stem can mean."""
    del ontology_key
    found: dict[str, set[str]] = defaultdict(set)
    for phrase, predicate in phrases:
        for word in phrase.split():
            if word not in STOP_WORDS:
                found[stem(fold(word))].add(predicate)
    return {word: frozenset(predicates) for word, predicates in found.items()}


def relations_of(ontology: Ontology) -> dict[str, frozenset[str]]:
    """The words of an ontology's triggers."""
    phrases = tuple(
        (phrase, meaning.predicate) for phrase, meanings in ontology.triggers.items() for meaning in meanings
    )
    return relation_words(ontology.fingerprint, phrases)


@dataclass(frozen=True, slots=True)
class Relation:
    """What leads away from one name of the question, or from none: the stems of its other words with a weight that
    falls with their distance in the tree, the kind and the gender that the nearest noun asks for."""

    weights: dict[str, float]
    rest: frozenset[str]
    kind: str | None
    gender: str | None


def relation_from(
    asked: Asked, span: Span | None, used: frozenset[str], ontology: Ontology, others: list[Span]
) -> Relation:
    """The relation that leads on from `span`, where `used` are the stems that led here."""
    words = asked.text.words
    steps = asked.distances(span) if span is not None else dict.fromkeys(asked.content, 2)
    named = {number for other in others for number in range(*other)}
    weights: dict[str, float] = {}
    kinds: list[tuple[int, str]] = []
    genders: list[tuple[int, str]] = []
    for number, distance in steps.items():
        if number in named:
            continue
        word = words[number]
        fresh = word.stem not in used
        weight = (1.0 if fresh else 0.25) / max(1, distance)
        weights[word.stem] = max(weight, weights.get(word.stem, 0.0))
        lemma = asked.doc[asked.tokens[number]].lemma_.lower()
        if fresh and lemma in ontology.kind_of_role:
            kinds.append((distance, ontology.kind_of_role[lemma]))
        if fresh and word.text in FEMALE | MALE:
            genders.append((distance, "f" if word.text in FEMALE else "m"))
    return Relation(
        weights,
        frozenset(
            words[number].stem for number in asked.content if number not in named and words[number].stem not in used
        ),
        min(kinds)[1] if kinds else None,
        min(genders)[1] if genders else None,
    )


@lru_cache(maxsize=8_192)
def stems_of(text: str) -> frozenset[str]:
    """The stems of a text's words."""
    return frozenset(word.stem for word in read(text).words)


@lru_cache(maxsize=8_192)
def gender_of(text: str) -> str | None:
    """What most pronouns of a text say."""
    words = [word.text for word in read(text).words]
    female = sum(word in {"she", "her", "hers", "actress", "daughter", "queen"} for word in words)
    male = sum(word in {"he", "his", "him", "son", "king"} for word in words)
    return None if female == male else "f" if female > male else "m"


def _surface(text: Text, first: int, end: int) -> str:
    return text.text[text.words[first].start : text.words[end - 1].end]


def _share_beside(target: Passage, title: str, rest: frozenset[str]) -> float:
    """The share of the rest of the question in the best of the target's sentences that hold the name."""
    text = read(target.text)
    wanted = title.split()
    last = wanted[-1]
    best = 0.0
    for number, word in enumerate(text.words):
        if word.text == last:
            stems = {text.words[other].stem for other in text.sentence_of(number)}
            best = max(best, len(rest & stems) / max(1, len(rest)))
    return best


def edge_features(
    mention: Mention, target: Passage, source: Link | None, source_score: float, relation: Relation,
    meanings: dict[str, frozenset[str]], asked_names: frozenset[str], ordinal: int, asked_stems: frozenset[str],
    hop: int, rank: int, asks: str, phrase: bool,
) -> tuple[list[float], frozenset[str]]:  # fmt: skip
    """The features of one edge, in the order of `EDGE_FEATURES`, and the stems of the question that led over it."""
    text = read(mention.passage.text)
    first, end = mention.link.span
    near = near_any = matched = plain = predicate = 0.0
    total = sum(relation.weights.values()) or 1.0
    used: set[str] = set()
    positions: dict[str, int] = {}
    sentence = text.sentence_of(first)
    for number in sentence:
        if first <= number < end:
            continue
        gap = first - number if number < first else number - end + 1
        word = text.words[number].stem
        positions[word] = min(gap, positions.get(word, 99))
    for word, weight in relation.weights.items():
        if word in positions:
            nearness = 1 / (1 + positions[word] / NEAR_WORDS)
            near = max(near, weight * nearness)
            near_any = max(near_any, nearness)
            matched += weight
            plain += 1
            used.add(word)
            continue
        meaning = meanings.get(word)
        if meaning:
            gaps = [gap for other, gap in positions.items() if meaning & meanings.get(other, frozenset())]
            if gaps:
                nearness = 1 / (1 + min(gaps) / NEAR_WORDS)
                predicate = max(predicate, weight * nearness)
                used.add(word)
    target_stems = stems_of(target.text)
    left = relation.rest - used
    names = stems_of(target.title or mention.link.title)
    gender = gender_of(target.text) if relation.gender else None
    asks_stems = frozenset(word.stem for word in read(asks).words if word.text not in STOP_WORDS) - {
        text.words[number].stem for number in range(first, end)
    }
    values = [
        near,
        near_any,
        matched / total,
        plain / max(1, len(relation.weights)),
        predicate,
        float(mention.number == 0),
        1 / (1 + mention.number),
        float(sentence.start == 0),
        mention.link.weight,
        math.log1p(mention.link.bearers) / 3,
        min(end - first, 5) / 5,
        float(relation.kind is not None and relation.kind == target.kind),
        float(relation.kind is not None and target.kind is not None and relation.kind != target.kind),
        float(gender is not None and gender == relation.gender),
        float(gender is not None and gender != relation.gender),
        len(relation.rest & target_stems) / max(1, len(relation.rest)),
        float(bool(names & asked_names)),
        float(source is not None),
        0.0 if source is None else source.weight * source.ratio,
        0.0 if source is None else math.log1p(source.bearers) / 3,
        source_score,
        1 / (1 + ordinal),
        len(left & target_stems) / max(1, len(left)),
        len(asked_stems & target_stems) / max(1, len(asked_stems)),
        float(hop),
        float(mention.bridge),
        target.score / 10 if mention.bridge else 0.0,
        _share_beside(target, mention.link.title, left) if mention.bridge else 0.0,
        1 / (1 + rank) if mention.bridge else 0.0,
        math.log1p(text.text.count(_surface(text, first, end))) / 2,
        float(stems_of(mention.passage.title or "") <= target_stems) if mention.passage.title else 0.0,
        len(asks_stems & target_stems) / max(1, len(asks_stems)),
        _share_beside(target, mention.link.title, asks_stems),
        min(len(asks_stems), 8) / 8,
        float(phrase),
        math.nan,
        math.nan,
    ]
    return values, frozenset(used)
