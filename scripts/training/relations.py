"""Training of the relation classifier; `pipeline/weights/relations.md` describes it and its data."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.classifier import (
    GATE,
    HEADS,
    LOWEST,
    NO_ROLE,
    PARTS,
    TYPES,
    Pairs,
    context,
    gated,
    mask_roles,
    mean,
    network_columns,
    open_only,
    parts,
    squashed,
)
from pipeline.ingest.extract.dense import Space, Tokens, role_columns, unit
from pipeline.ingest.extract.features import PAIR_BUCKETS, ROLE_BUCKETS, pair_features, role_features, sentences
from pipeline.ingest.extract.places import cannot_be_in, is_known
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder
from training.arrays import digests, save
from training.networks import arrays_of, fit_network
from training.passages import CONLL04_HEADS, HALF, everything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from pipeline.ingest.extract.features import Candidate, Sentence
    from training.passages import Fact, Passage, Span

    Arrays = dict[str, NDArray[np.generic]]
    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SPLITS = 4
ROLE_C = 0.15
PAIR_C = 0.2
MIN_POSITIVES = 5
SMALLEST = 0.004
DIRECTIONS = 64
SEEDS = (0, 1)
TREES = {
    "max_iter": 140,
    "max_leaf_nodes": 15,
    "max_depth": 6,
    "learning_rate": 0.08,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}
LOCATED_IN = next(number for number, head in enumerate(HEADS) if head.name == "LOCATED_IN")
LIKELY = -1.0
SHIFT_VARIANCE = 0.25
GRID = np.arange(-2.5, 2.0, 0.05)
PERSON = frozenset(
    "DATE_OF_BIRTH PLACE_OF_BIRTH DATE_OF_DEATH PLACE_OF_RESIDENCE NATIONALITY EMPLOYEE_OR_MEMBER_OF EDUCATED_AT "
    "CHILD_OF SPOUSE POLITICAL_AFFILIATION KILLED Live_In Work_For".split()
)
ORGANIZATION = frozenset("DATE_FOUNDED HEADQUARTERS SUBSIDIARY_OF FOUNDED_BY CEO OrgBased_In".split())
OBJECT_TYPE = {
    **dict.fromkeys("PLACE_OF_BIRTH PLACE_OF_RESIDENCE HEADQUARTERS LOCATED_IN Live_In OrgBased_In".split(), "place"),
    **dict.fromkeys(
        "EMPLOYEE_OR_MEMBER_OF EDUCATED_AT POLITICAL_AFFILIATION SUBSIDIARY_OF Work_For".split(), "organization"
    ),
    **dict.fromkeys("CHILD_OF SPOUSE FOUNDED_BY CEO KILLED".split(), "person"),
}


def train(shared: Path, target: Path) -> None:
    """Train on what is under `shared` and write the weights to `target`; prints what cross-validation says."""
    passages = everything(shared)
    arrays = fit(passages)
    arrays["trained_on"] = digests(passage.text for passage in passages)
    save(target, arrays)
    print(f"relations: {target.stat().st_size / 1e6:.2f} MB")


def fit(passages: Sequence[Passage], parse: Callable[[list[str]], Iterable[Doc]] | None = None) -> Arrays:
    """The weights of all three stages. `parse` turns texts into parsed documents, by default with the default model."""
    parse = parse or nlp.load(Settings().model).pipe
    corpus = _corpus(passages, parse([each.text for each in passages]))
    space = _space(corpus)
    tokens = Tokens(corpus.sentences, space)
    arrays, roles = _fit_roles(corpus, tokens)
    pairs = gated(corpus.sentences, roles)
    labels, weights = _pair_labels(corpus, pairs)
    of_pairs, scores = _fit_pairs(corpus, tokens, pairs, roles, labels, weights)
    arrays |= of_pairs | _space_arrays(space)
    rows, heads, columns = context(pairs, scores, roles, corpus.candidates)
    split = corpus.split[corpus.passage_of[pairs.subject[rows]]]
    item_labels, item_weights = labels[rows, heads], weights[rows, heads]
    final = np.zeros(len(rows), np.float64)
    for left_out in range(SPLITS):
        held = split == left_out
        final[held] = _trees(columns, item_labels, item_weights, ~held).decision_function(columns[held])
    arrays |= _tree_arrays(_trees(columns, item_labels, item_weights, np.ones(len(rows), bool)))
    partial = np.array([each.partial for each in corpus.passages])[corpus.passage_of[pairs.subject]][rows]
    sure = item_weights == 1
    benchmark, ordinary = sure & ~partial, sure & partial
    positives = int((labels & (weights == 1)).sum() - item_labels[ordinary].sum())
    arrays["threshold"] = _threshold(final[benchmark], item_labels[benchmark], positives)
    arrays["calibration"] = _calibrated(final[ordinary], item_labels[ordinary], heads[ordinary])
    _print_reliability(arrays, final[ordinary], item_labels[ordinary], heads[ordinary])
    return arrays


@dataclass(frozen=True, slots=True)
class _Corpus:
    """All sentences with two candidates or more; `spans` are the characters of each candidate in its passage, which
    `passage_of` numbers; `split` puts each passage into a part for cross-validation, by its group."""

    passages: Sequence[Passage]
    sentences: list[Sentence]
    candidates: list[Candidate]
    spans: list[tuple[int, int]]
    passage_of: Ints
    split: Ints


def _corpus(passages: Sequence[Passage], docs: Iterable[Doc]) -> _Corpus:
    find = MentionFinder(load_ontology())
    found: list[Sentence] = []
    passage_of: list[int] = []
    spans: list[tuple[int, int]] = []
    for number, doc in enumerate(docs):
        of_passage = sentences(doc, *find(doc, 0))
        found += of_passage
        here = [each for sentence in of_passage for each in sentence.candidates]
        spans += [(doc[each.start].idx, doc[each.end - 1].idx + len(doc[each.end - 1])) for each in here]
        passage_of += [number] * len(here)
    candidates = [each for sentence in found for each in sentence.candidates]
    split = np.array([_part(each.group) for each in passages])
    return _Corpus(passages, found, candidates, spans, np.array(passage_of), split)


def _part(group: str) -> int:
    return int.from_bytes(blake2b(group.encode(), digest_size=4).digest(), "big") % SPLITS


# the words


def _space(corpus: _Corpus) -> Space:
    """The space of the model that parsed the corpus: its word vectors along the directions in which those of the corpus
    differ most (principal components of unit vectors)."""
    states = np.concatenate([each.words.states[each.start : each.end] for each in corpus.sentences])
    rows = np.concatenate([each.words.row[each.start : each.end] for each in corpus.sentences])
    vectors = unit(corpus.sentences[0].words.table[rows[rows >= 0]]).astype(np.float64)
    directions = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :DIRECTIONS]
    projection = (directions / (vectors @ directions).std()).astype(np.float16)
    (model,) = {each.words.model for each in corpus.sentences}
    return Space(model, round(float(states.std(dtype=np.float64)), 4), projection.astype(np.float32))


def _space_arrays(space: Space) -> Arrays:
    return {
        "space_model": np.array(space.model),
        "state_scale": np.array(space.state_scale),
        "projection": space.projection.astype(np.float16),
    }


# roles


def _fit_roles(corpus: _Corpus, tokens: Tokens) -> tuple[Arrays, Floats]:
    """Weights of the first stage, and its out-of-fold scores."""
    rows = [role_features(sentence, at) for sentence in corpus.sentences for at in range(len(sentence.candidates))]
    features = _sparse(rows, ROLE_BUCKETS)
    labels, weights = _role_labels(corpus)
    allowed = mask_roles(np.zeros(labels.shape, np.float32), corpus.sentences) > NO_ROLE
    split = corpus.split[corpus.passage_of]
    table = np.zeros((ROLE_BUCKETS, PARTS), np.float32)
    bias = np.full(PARTS, LOWEST, np.float32)
    scores = np.full(labels.shape, LOWEST, np.float32)
    for part in range(PARTS):
        usable = allowed[:, part] & (weights[:, part] > 0)
        for left_out in (*range(SPLITS), None):
            chosen = np.flatnonzero(usable & (split != left_out))
            if labels[chosen, part].sum() < MIN_POSITIVES:
                continue
            slope, offset = _logistic(features[chosen], labels[chosen, part], weights[chosen, part], ROLE_C)
            if left_out is None:
                table[:, part], bias[part] = slope, offset
            else:
                held = np.flatnonzero(split == left_out)
                scores[held, part] = features[held] @ slope + offset
    columns = role_columns(corpus.sentences, tokens)
    network, others = _fit_network("role", columns, labels, np.where(allowed, weights, 0), split)
    arrays: Arrays = {"roles": _small(table), "role_bias": bias, **network}
    return arrays, mask_roles(mean(scores, others), corpus.sentences)


def _fit_network(name: str, columns: Floats, labels: Bools, weights: Floats, split: Ints) -> tuple[Arrays, Floats]:
    """The weights of a network, and its out-of-fold scores."""
    scores = np.zeros(labels.shape, np.float32)
    for left_out in range(SPLITS):
        held = split == left_out
        scores[held] = fit_network(columns[~held], labels[~held], weights[~held], SEEDS)(columns[held])
    return arrays_of(fit_network(columns, labels, weights, SEEDS), name), scores


def _role_labels(corpus: _Corpus) -> tuple[Bools, Floats]:
    """[candidates, PARTS]: what each candidate is by the labels, and how far to believe it."""
    heads = len(HEADS)
    labels = np.zeros((len(corpus.candidates), PARTS), bool)
    weights = np.zeros(labels.shape, np.float32)
    for row, (number, span) in enumerate(zip(corpus.passage_of, corpus.spans, strict=True)):
        passage = corpus.passages[number]
        weights[row, : 2 * heads] = passage.weights * 2
        types = {name for other, name in passage.typed if _overlap(span, other)}
        for fact in passage.facts:
            name = HEADS[fact.head].name
            if _overlap(span, fact.subject):
                labels[row, fact.head] = True
                types |= {"person"} if name in PERSON else {"organization"} if name in ORGANIZATION else set()
            if _overlap(span, fact.object):
                labels[row, heads + fact.head] = True
                types |= {OBJECT_TYPE[name]} if name in OBJECT_TYPE else set()
        following = row + 1 < len(corpus.spans) and corpus.passage_of[row + 1] == number
        if passage.ordinary and following and _is_in(passage.text, span, corpus.spans[row + 1]):
            labels[row, LOCATED_IN] = labels[row + 1, heads + LOCATED_IN] = True
        if types:
            weights[row, 2 * heads :] = 1
            labels[row, 2 * heads :] = [each in types for each in TYPES]
    return labels, weights


# pairs


def _fit_pairs(
    corpus: _Corpus, tokens: Tokens, pairs: Pairs, roles: Floats, labels: Bools, weights: Floats
) -> tuple[Arrays, Floats]:
    """Weights of the second stage, and its out-of-fold scores."""
    features = _sparse(
        [
            pair_features(corpus.sentences[number], first, second)
            for number, first, second in zip(pairs.sentence, pairs.first, pairs.second, strict=True)
        ],
        PAIR_BUCKETS,
    )
    subjects, objects = parts(pairs, roles)
    passes = subjects + objects > GATE
    split = corpus.split[corpus.passage_of[pairs.subject]]
    table = np.zeros((PAIR_BUCKETS, len(HEADS)), np.float32)
    bias = np.full(len(HEADS), LOWEST, np.float32)
    from_roles = np.zeros((2, len(HEADS)), np.float32)
    scores = np.full(labels.shape, LOWEST, np.float32)
    for head in range(len(HEADS)):
        of_roles = csr_matrix(np.stack([squashed(subjects[:, head]), squashed(objects[:, head])], axis=1))
        both = hstack([features, of_roles]).tocsr()
        for left_out in (*range(SPLITS), None):
            chosen = np.flatnonzero(passes[:, head] & (weights[:, head] > 0) & (split != left_out))
            if labels[chosen, head].sum() < MIN_POSITIVES:
                continue
            slope, offset = _logistic(both[chosen], labels[chosen, head], weights[chosen, head], PAIR_C)
            if left_out is None:
                table[:, head], from_roles[:, head], bias[head] = slope[:-2], slope[-2:], offset
            else:
                held = np.flatnonzero(passes[:, head] & (split == left_out))
                scores[held, head] = both[held] @ slope + offset
    columns = network_columns(corpus.sentences, tokens, pairs, roles)
    network, others = _fit_network("pair", columns, labels, np.where(passes, weights, 0), split)
    arrays: Arrays = {"pairs": _small(table), "pair_bias": bias, "from_roles": from_roles, **network}
    return arrays, open_only(mean(scores, others), subjects, objects)


def _pair_labels(corpus: _Corpus, pairs: Pairs) -> tuple[Bools, Floats]:
    """[pairs, heads]: whether the labels say it, and how far to believe it."""
    labels = np.zeros((len(pairs), len(HEADS)), bool)
    weights = np.zeros(labels.shape, np.float32)
    for row, (one, other) in enumerate(zip(pairs.subject, pairs.object, strict=True)):
        passage = corpus.passages[corpus.passage_of[one]]
        weights[row] = passage.weights
        for fact in passage.facts:
            subject, target = _overlap(corpus.spans[one], fact.subject), _overlap(corpus.spans[other], fact.object)
            if subject and target:
                labels[row, fact.head] = True
                weights[row, fact.head] = max(1.0, weights[row, fact.head])
            elif passage.partial and not labels[row, fact.head] and _may_be_the_same(fact, subject, target):
                weights[row, fact.head] = 0
        if passage.ordinary and _is_in(passage.text, corpus.spans[one], corpus.spans[other]):
            if not labels[row, LOCATED_IN]:
                weights[row, LOCATED_IN] = HALF
            labels[row, LOCATED_IN] = True
    weights[labels] = np.maximum(weights[labels], HALF)
    return labels, weights


def _is_in(text: str, place: Span, other: Span) -> bool:
    """Whether two names stand as "Turin, Italy" does: our own labels took that for one name."""
    name, larger = text[slice(*place)], text[slice(*other)]
    return text[place[1] : other[0]].strip() == "," and is_known(larger) and not cannot_be_in(name, larger)


def _may_be_the_same(fact: Fact, subject: bool, target: bool) -> bool:
    """Whether a pair with one end of a fact may say the fact too, of another mention of its other end."""
    return target or (subject and HEADS[fact.head].target == "thing")


# context


def _trees(columns: Floats, labels: Bools, weights: Floats, among: Bools) -> HistGradientBoostingClassifier:
    chosen = among & (weights > 0)
    return HistGradientBoostingClassifier(**TREES).fit(columns[chosen], labels[chosen], sample_weight=weights[chosen])


def _tree_arrays(model: HistGradientBoostingClassifier) -> Arrays:
    grown = [each[0].nodes for each in model._predictors]
    size = max(map(len, grown))
    arrays: Arrays = {
        "tree_feature": np.zeros((len(grown), size), np.uint8),
        "tree_threshold": np.zeros((len(grown), size), np.float32),
        "tree_left": np.zeros((len(grown), size), np.uint8),
        "tree_right": np.zeros((len(grown), size), np.uint8),
        "tree_value": np.zeros((len(grown), size), np.float32),
        "tree_base": np.array(float(np.ravel(model._baseline_prediction)[0])),
        "tree_depth": np.array(max(int(nodes["depth"].max()) for nodes in grown)),
    }
    for number, nodes in enumerate(grown):
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        within = (number, slice(len(nodes)))
        arrays["tree_feature"][within] = np.where(leaf, 0, nodes["feature_idx"])
        arrays["tree_threshold"][within] = np.where(leaf, 0, nodes["num_threshold"])
        arrays["tree_left"][within] = np.where(leaf, own, nodes["left"])
        arrays["tree_right"][within] = np.where(leaf, own, nodes["right"])
        arrays["tree_value"][within] = np.where(leaf, nodes["value"], 0)
    return arrays


def _threshold(scores: Floats, labels: Bools, positives: int) -> NDArray[np.float64]:
    """The one threshold of all relations: where F1 over the benchmarks' pairs is best."""
    kept = [scores > each for each in GRID]
    right = np.array([labels[each].sum() for each in kept])
    f1 = 2 * right / (positives + np.array([each.sum() for each in kept]))
    print(f"relations: threshold {GRID[np.argmax(f1)]:.2f}, pairs F1 {f1.max():.3f} in cross-validation")
    return np.array(GRID[np.argmax(f1)])


def _calibrated(scores: Floats, labels: Bools, heads: Ints) -> NDArray[np.float64]:
    """[heads, 2]: the line that turns a score into log-odds on ordinary text (Platt 1999), one for KnowledgeNet's
    relations and one for those of CoNLL04, whose labels mean more than ours; each relation moves its line as far as
    its own labels say."""
    apart = np.array([head.name in CONLL04_HEADS for head in HEADS])
    table = np.zeros((len(HEADS), 2))
    for group in (apart, ~apart):
        among = group[heads]
        line = LogisticRegression(C=1e3).fit(scores[among, None], labels[among])
        table[group] = line.coef_[0, 0], line.intercept_[0]
    for head in range(len(HEADS)):
        own = heads == head
        table[head, 1] += _shift(table[head, 0] * scores[own] + table[head, 1], labels[own])
    return table


def _shift(logits: Floats, labels: Bools) -> float:
    """How far log-odds are off for one relation where they say "likely": the most probable shift under a normal prior
    around none, by Newton's method."""
    likely = logits > LIKELY
    logits, labels = logits[likely], labels[likely]
    shift = 0.0
    for _ in range(20):
        said = 1 / (1 + np.exp(-logits - shift))
        slope = (labels - said).sum() - shift / SHIFT_VARIANCE
        shift += slope / ((said * (1 - said)).sum() + 1 / SHIFT_VARIANCE)
    return float(shift)


def _print_reliability(arrays: Arrays, scores: Floats, labels: Bools, heads: Ints) -> None:
    slope, offset = arrays["calibration"].astype(np.float64)[heads].T
    probability = 1 / (1 + np.exp(-slope * scores - offset))
    for low in np.arange(0.3, 1.0, 0.1):
        within = (probability >= low) & (probability < low + 0.1)
        if within.any():
            print(
                f"relations: ordinary text, said to be {low:.1f}: {labels[within].mean():.2f} of {within.sum()} right"
            )
    for head in range(len(HEADS)):
        kept = (probability >= 0.6) & (heads == head)
        print(f"relations: ordinary text, {HEADS[head].name}, 0.6 or surer: {labels[kept].sum()} of {kept.sum()} right")
    for least in (0.4, 0.5, 0.6, 0.7, 0.8):
        kept = probability >= least
        share = labels[kept].sum() / max(labels.sum(), 1)
        print(f"relations: ordinary text, {least} or surer: precision {labels[kept].mean():.3f}, recall {share:.3f}")


# arrays


def _logistic(features: csr_matrix, labels: Bools, weights: Floats, c: float) -> tuple[Floats, float]:
    model = LogisticRegression(C=c, solver="liblinear", tol=1e-2, max_iter=60, random_state=0)
    model.fit(features, labels, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _sparse(rows: list[list[int]], buckets: int) -> csr_matrix:
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    indices = np.fromiter((each for row in rows for each in row), np.int32, int(lengths.sum()))
    matrix = csr_matrix(
        (np.ones(len(indices), np.float32), indices, np.concatenate([[0], np.cumsum(lengths)])), (len(rows), buckets)
    )
    matrix.sum_duplicates()
    return matrix


def _small(table: Floats) -> NDArray[np.float16]:
    """Half the precision, and nothing where the weight is next to nothing: what is zero takes no room."""
    return np.where(np.abs(table) < SMALLEST, 0, table).astype(np.float16)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
