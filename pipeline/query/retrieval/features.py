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
    "target_share", "target_named", "source_linked", "source_weight", "source_bearers", "source_score", "source_order",
    "target_rest", "target_question", "hop", "bridge", "bridge_score", "bridge_share", "bridge_rank", "repeated",
    "names_source", "asks_share", "asks_beside", "asks_words", "phrase", "near", "nearer",
)  # fmt: skip
FEMALE = frozenset(
    "mother wife daughter sister aunt niece queen actress grandmother she her woman widow stepmother".split()
)
MALE = frozenset("father husband son brother uncle nephew king actor grandfather he his man stepfather".split())
NEAR_WORDS = 4.0


def relations_of(ontology: Ontology) -> dict[str, frozenset[str]]:
    """Stem -> the predicates that a word of this stem can mean, by the triggers of an ontology."""
    found: dict[str, set[str]] = defaultdict(set)
    for phrase, meanings in ontology.triggers.items():
        for word in phrase.split():
            if word not in STOP_WORDS:
                found[stem(fold(word))].update(meaning.predicate for meaning in meanings)
    return {word: frozenset(predicates) for word, predicates in found.items()}


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """What all edges of a question are held against: the stems of its words and of the names that link, and what words
    can mean."""

    stems: frozenset[str]
    names: frozenset[str]
    meanings: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Relation:
    """What leads away from one name of the question, or from none: the stems of its other words with a weight that
    falls with their distance in the tree, the kind and the gender that the nearest noun asks for."""

    weights: dict[str, float]
    rest: frozenset[str]
    kind: str | None
    gender: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the walk stands when it leaves a passage: the name of the question that led there (and which of its bearers
    this is), the score of the edge that did, the stems that edges before were read by, and the question before and
    after the phrase that is answered here, if there is one."""

    link: Link | None
    ordinal: int
    score: float
    used: frozenset[str]
    relation: Relation
    around: tuple[str, str, bool]


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


@lru_cache(maxsize=2_048)
def _telling_stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in read(text).words if word.text not in STOP_WORDS)


@lru_cache(maxsize=2_048)
def _sentences_by_word(text: str) -> dict[str, list[frozenset[str]]]:
    """Each word of a text -> the stems of the sentences that hold it."""
    found = read(text)
    by_word: dict[str, list[frozenset[str]]] = defaultdict(list)
    ends = [*found.sentences[1:], len(found.words)]
    for first, end in zip(found.sentences, ends, strict=True):
        stems = frozenset(word.stem for word in found.words[first:end])
        for word in {word.text for word in found.words[first:end]}:
            by_word[word].append(stems)
    return by_word


def _share_beside(target: Passage, title: str, rest: frozenset[str]) -> float:
    """The share of the rest of the question in the best of the target's sentences that hold the name."""
    beside = _sentences_by_word(target.text).get(title.rpartition(" ")[2], ())
    return max((len(rest & stems) for stems in beside), default=0) / max(1, len(rest))


@dataclass(frozen=True, slots=True)
class _Read:
    """How the sentence of a mention tells of the relation: the nearest of its words with and without its weight, the
    weighted and the plain share of its words that are there, the nearest word of one meaning, and what was read."""

    near: float
    near_any: float
    share: float
    plain_share: float
    predicate: float
    used: frozenset[str]


def _sentence_read(text: Text, span: Span, relation: Relation, meanings: dict[str, frozenset[str]]) -> _Read:
    first, end = span
    positions: dict[str, int] = {}
    for number in text.sentence_of(first):
        if not first <= number < end:
            gap = first - number if number < first else number - end + 1
            word = text.words[number].stem
            positions[word] = min(gap, positions.get(word, gap))
    near = near_any = matched = plain = predicate = 0.0
    used: set[str] = set()
    for word, weight in relation.weights.items():
        if word in positions:
            nearness = _nearness(positions[word])
            near, near_any = max(near, weight * nearness), max(near_any, nearness)
            matched, plain = matched + weight, plain + 1
            used.add(word)
        elif meaning := meanings.get(word):
            gaps = [gap for other, gap in positions.items() if meaning & meanings.get(other, frozenset())]
            if gaps:
                predicate = max(predicate, weight * _nearness(min(gaps)))
                used.add(word)
    total = sum(relation.weights.values()) or 1.0
    return _Read(near, near_any, matched / total, plain / max(1, len(relation.weights)), predicate, frozenset(used))


def _nearness(gap: int) -> float:
    return 1 / (1 + gap / NEAR_WORDS)


def edge_features(
    mention: Mention, target: Passage, origin: Origin, words: QuestionWords, *, asks: str, hop: int, rank: int
) -> tuple[list[float], frozenset[str]]:
    """The features of one edge, in the order of `EDGE_FEATURES`, and the stems of the question that led over it. `asks`
    is what is left to ask, `rank` the place of the target among those that one name bridges to. What vectors tell is
    NaN until it is measured."""
    text = read(mention.passage.text)
    first, end = mention.link.span
    link, relation, source = mention.link, origin.relation, origin.link
    told = _sentence_read(text, link.span, relation, words.meanings)
    target_stems = stems_of(target.text)
    left = relation.rest - told.used
    gender = gender_of(target.text) if relation.gender else None
    asked = _telling_stems(asks) - {text.words[number].stem for number in range(first, end)}
    values = {
        "near_relation": told.near,
        "near_any": told.near_any,
        "relation_share": told.share,
        "sentence_share": told.plain_share,
        "predicate": told.predicate,
        "first_mention": float(mention.number == 0),
        "order": 1 / (1 + mention.number),
        "first_sentence": float(text.sentence_of(first).start == 0),
        "weight": link.weight,
        "bearers": math.log1p(link.bearers) / 3,
        "name_words": min(end - first, 5) / 5,
        "kind_fits": float(relation.kind is not None and relation.kind == target.kind),
        "kind_clashes": float(None not in {relation.kind, target.kind} and relation.kind != target.kind),
        "gender_fits": float(gender is not None and gender == relation.gender),
        "gender_clashes": float(gender is not None and gender != relation.gender),
        "target_share": _share(relation.rest, target_stems),
        "target_named": float(bool(stems_of(target.title or link.title) & words.names)),
        "source_linked": float(source is not None),
        "source_weight": 0.0 if source is None else source.weight * source.ratio,
        "source_bearers": 0.0 if source is None else math.log1p(source.bearers) / 3,
        "source_score": origin.score,
        "source_order": 1 / (1 + origin.ordinal),
        "target_rest": _share(left, target_stems),
        "target_question": _share(words.stems, target_stems),
        "hop": float(hop),
        "bridge": float(mention.bridge),
        "bridge_score": target.score / 10 if mention.bridge else 0.0,
        "bridge_share": _share_beside(target, link.title, left) if mention.bridge else 0.0,
        "bridge_rank": 1 / (1 + rank) if mention.bridge else 0.0,
        "repeated": math.log1p(text.text.count(_surface(text, first, end))) / 2,
        "names_source": float(bool(mention.passage.title) and stems_of(mention.passage.title or "") <= target_stems),
        "asks_share": _share(asked, target_stems),
        "asks_beside": _share_beside(target, link.title, asked),
        "asks_words": min(len(asked), 8) / 8,
        "phrase": float(origin.around[2]),
        "near": math.nan,
        "nearer": math.nan,
    }
    return [values[name] for name in EDGE_FEATURES], told.used


def _share(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted & found) / max(1, len(wanted))
