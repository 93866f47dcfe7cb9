"""Training of the tagger of names, on CoNLL04's training sentences; `pipeline/weights/names.md` describes it."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pycrfsuite
from tasks.conll04_data import read

from pipeline.settings import Settings
from pipeline.text import nlp, weights
from pipeline.text.tagger import LABELS, PROBE, Lexicon, Tagger, features_of, labels_of, lexicon_of
from training.arrays import digests, save
from training.listed import lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab
    from tasks.conll04_data import Sentence

    Arrays = dict[str, np.ndarray]

CLASS_OF_TYPE = {"Peop": "Person", "Loc": "Place", "Org": "Organization", "Other": "Other"}
CORPORA = ("musique_train100", "hotpotqa_train100", "2wiki")
CLUSTERS = (64, 256, 1024)
ROUNDS = 20
EVERY_CAPITALS = 10
MIN_SEEN = 2
SEEDS = (1, 2, 3)
DROPPED = 0.3
MIN_WEIGHT = 0.05
STATE = "state"
STATE_SCALE = 0.3
CRF = {"c1": 0.1, "c2": 0.5, "max_iterations": 60, "feature.possible_transitions": True}


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence: the features of each token, what the recogniser computed of it, [tokens, width] or nothing, and its
    labels."""

    features: list[list[str]]
    states: np.ndarray | None
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Field:
    """A trained conditional random field: weights of (feature, label) and of (label, next label)."""

    states: dict[tuple[str, str], float]
    transitions: dict[tuple[str, str], float]


def train(shared: Path, target: Path) -> None:
    """Train on what is under `shared` and write the weights to `target`; prints the score on CoNLL04's dev file."""
    model = nlp.load(Settings().model)
    arrays = {**_centroids(model.vocab), **_seen(_corpora(shared, model)), **lists(model)}
    lexicon = lexicon_of(arrays)
    conll04 = shared / "relations" / "conll04"
    dev = read(conll04 / "dev.jsonl")
    held_out = {sentence.text for sentence in dev}
    sentences = [each for each in read(conll04 / "train.jsonl") if each.text not in held_out]
    with model.select_pipes(disable=nlp.REPAIRS):  # claims need them; names are learned better from the parse as it is
        arrays |= fit(list(_examples(sentences, model, lexicon)))
    arrays["states_model"] = weights.packed([nlp.name_of(model)])
    arrays["trained_on"] = digests(sentence.text for sentence in sentences)
    save(target, arrays)
    print(f"names: F1 {_score(Tagger(arrays), dev, model):.4f} on CoNLL04 dev, spans of the parser's tokens")


def fit(examples: list[Example]) -> Arrays:
    """The weights of the mean field over labelled examples."""
    values = np.vstack([each.states for each in examples if each.states is not None])
    mean, scale = values.mean(axis=0), STATE_SCALE / values.std(axis=0)
    scaled = [each if each.states is None else replace(each, states=(each.states - mean) * scale) for each in examples]
    arrays = _mean([_fit([*scaled, *_with_gaps(scaled, seed)]) for seed in SEEDS], len(mean))
    slope = arrays["states"] * scale[:, None]
    arrays["states"] = np.vstack([slope, -mean @ slope]).astype(np.float32)
    return arrays


def _with_gaps(examples: list[Example], seed: int) -> Iterator[Example]:
    """The examples with some features of every word left out, so that no feature is relied on alone (after Sutton et
    al. 2006 on weights that others keep too small), and without what the recogniser computed: with other models it is
    not known."""
    draw = random.Random(seed).random
    for each in examples:
        kept = [[feature for feature in row if draw() >= DROPPED] for row in each.features]
        yield replace(each, features=kept, states=None)


def _fit(examples: list[Example]) -> Field:
    """A conditional random field (L-BFGS, L1 and L2)."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for each in examples:
        trainer.append(_items(each), each.labels)
    trainer.set_params(CRF)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "names.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
        tagger.close()
    return Field(info.state_features, info.transitions)


def _items(example: Example) -> pycrfsuite.ItemSequence:
    if example.states is None:
        return pycrfsuite.ItemSequence(example.features)
    return pycrfsuite.ItemSequence(
        [
            dict.fromkeys(features, 1.0) | {f"{STATE}{number}": float(value) for number, value in enumerate(values)}
            for features, values in zip(example.features, example.states, strict=True)
        ]
    )


def _mean(fields: list[Field], width: int) -> Arrays:
    """The mean of several fields as arrays, without features that hardly weigh; `states` [width, labels] apart."""
    names = sorted({name for field in fields for name, _ in field.states})
    row = {name: index for index, name in enumerate(names)}
    column = {label: index for index, label in enumerate(LABELS)}
    table = np.zeros((len(names), len(LABELS)))
    transitions = np.zeros((len(LABELS), len(LABELS)))
    for field in fields:
        for (name, label), weight in field.states.items():
            table[row[name], column[label]] += weight / len(fields)
        for (one, other), weight in field.transitions.items():
            transitions[column[one], column[other]] += weight / len(fields)
    of_states = np.zeros((width, len(LABELS)))
    for number in range(width):
        if (index := row.get(f"{STATE}{number}")) is not None:
            of_states[number], table[index] = table[index], 0
    kept = np.abs(table).max(axis=1) >= MIN_WEIGHT
    return {
        "features": weights.packed([name for name, keep in zip(names, kept, strict=True) if keep]),
        "weights": table[kept].astype(np.float32),
        "states": of_states,
        "transitions": transitions.astype(np.float32),
    }


def _examples(sentences: list[Sentence], model: Language, lexicon: Lexicon) -> Iterator[Example]:
    """Each sentence, and some of them again in capitals, as headlines are written."""
    texts = [(sentence.text, sentence) for sentence in sentences]
    texts += [(capitals, sentence) for sentence in sentences[::EVERY_CAPITALS] if (capitals := _in_capitals(sentence))]
    for doc, sentence in model.pipe(texts, as_tuples=True):
        states = nlp.states_of(doc)
        yield Example(
            features_of(doc, lexicon),
            None if states is None else states.values,
            labels_of(len(doc), list(_gold(doc, sentence))),
        )


def _in_capitals(sentence: Sentence) -> str:
    """The text in capitals, or nothing where that changes its length."""
    capitals = sentence.text.upper()
    return capitals if len(capitals) == len(sentence.text) else ""


def _gold(doc: Doc, sentence: Sentence) -> Iterator[tuple[int, int, str]]:
    """The entities as spans of the parser's tokens, without the full stop that the data's tokens carry where a sentence
    ends; of two that share a token the first."""
    end = 0
    for entity in sorted(sentence.entities, key=lambda each: each.start):
        span = doc.char_span(*sentence.characters_of(entity), alignment_mode="expand")
        if span is not None and len(span) > 1 and span[-1].text in {".", ","}:
            span = span[:-1]
        if span is not None and span.start >= end:
            end = span.end
            yield span.start, span.end, CLASS_OF_TYPE[entity.type]


def _corpora(shared: Path, model: Language) -> Iterator[Doc]:
    """The passages of the multi-hop corpora, each once, parsed."""
    texts: dict[str, None] = {}
    for name in CORPORA:
        with (shared / "multihop" / name / "corpus.jsonl").open(encoding="utf-8") as lines:
            texts |= dict.fromkeys(json.loads(line)["text"] for line in lines)
    with model.select_pipes(enable=["ner"]):
        yield from model.pipe(texts)


def _seen(docs: Iterable[Doc]) -> Arrays:
    """What the recogniser says of each capitalised word over many texts, as sets of features."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for doc in docs:
        for token in doc:
            if token.text[:1].isupper():
                counts[token.text][token.ent_type_ or "O"] += 1
    features = {word: _seen_features(counts[word]) for word in sorted(counts) if counts[word].total() >= MIN_SEEN}
    sets = sorted(set(features.values()))
    number = {each: index for index, each in enumerate(sets)}
    return {
        "seen_words": weights.packed(list(features)),
        "seen_sets": weights.packed(sets),
        "seen_set_of_word": np.array([number[each] for each in features.values()], dtype=np.uint16),
    }


def _seen_features(counts: Counter[str]) -> str:
    total = counts.total()
    top = min(counts, key=lambda label: (-counts[label], label))
    share = counts[top] / total
    often = "mostly" if share > 0.8 else "often" if share >= 0.5 else "partly"
    others = sorted(label for label in counts if counts[label] > 0.15 * total)
    return " ".join([f"seen={top}:{often}", *(f"seen:{label}" for label in others)])


def _centroids(vocab: Vocab) -> Arrays:
    """Centres of the word vectors by k-means (Lloyd), begun from evenly spaced rows."""
    vectors = vocab.vectors.data / np.maximum(np.linalg.norm(vocab.vectors.data, axis=1, keepdims=True), 1e-9)
    found: Arrays = {"probe": np.asarray(vocab.get_vector(PROBE), dtype=np.float32)}
    for size in CLUSTERS:
        centres = vectors[np.linspace(0, len(vectors) - 1, size).astype(int)]
        for _ in range(ROUNDS):
            nearest = np.argmax(vectors @ centres.T - (centres * centres).sum(axis=1) / 2, axis=1)
            sums = np.zeros_like(centres)
            np.add.at(sums, nearest, vectors)
            sizes = np.bincount(nearest, minlength=size)[:, None]
            centres = np.where(sizes > 0, sums / np.maximum(sizes, 1), centres)
        found[f"centroids{size:05}"] = centres.astype(np.float16)
    return found


def _score(tagger: Tagger, sentences: list[Sentence], model: Language) -> float:
    right = said = gold = 0
    for doc, sentence in model.pipe(((each.text, each) for each in sentences), as_tuples=True):
        tagged = {(span.start, span.end, span.name) for span in tagger(doc).spans}
        expected = set(_gold(doc, sentence))
        right, said, gold = right + len(tagged & expected), said + len(tagged), gold + len(expected)
    return 2 * right / (said + gold) if right else 0.0
