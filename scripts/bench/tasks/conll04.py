"""CoNLL04: entities with exact boundaries and type, and the five relations between them.

Sentences are put together again from their tokens, so that the parser reads ordinary text, and what is found is counted
in tokens. An entity is right when its tokens and its type are: a person is Peop, a place or facility Loc, an
organisation Org, everything else (dates, amounts, peoples, works) Other. Counted are names and values that the tagger
holds for likelier than not, names as far as it counts them one; pronouns and roles are none. Sentences that
the shipped weights were trained on are left out. One more line is for the same sentences in capitals.
"""

from __future__ import annotations

import importlib
from collections import Counter
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from graph_schema.ontology import load_ontology
from pipeline.settings import Settings
from pipeline.text import nlp, weights
from pipeline.text.mentions import MentionFinder
from pipeline.text.tagger import default_tagger
from pipeline.text.truecase import Dictionary, Truecaser
from tasks.base import SHARED, Result, Score
from tasks.conll04_data import Span, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.ontology import Ontology
    from pipeline.text.mentions import RawMention
    from tasks.base import Options
    from tasks.conll04_data import Sentence

FILE = SHARED / "relations" / "conll04" / "dev.jsonl"
TYPE_OF_KIND = {"Person": "Peop", "Place": "Loc", "Organization": "Org"}
TYPES = (*TYPE_OF_KIND.values(), "Other")
MIN_CONFIDENCE = 0.5
MAX_SEEN = 0.1
ANCHOR = "entities 88.9, relations 71.5"


def run(options: Options) -> Result:
    """Score a file. Raises `ValueError` when the shipped weights were trained on it."""
    sentences = unseen(read(options.file or FILE))
    entities, table = _entities(sentences)
    in_capitals, _ = _entities([replace(each, text=each.text.upper()) for each in sentences if _keeps_length(each)])
    table.append(("entities, all, sentences in capitals", _line(in_capitals)))
    result = Result(
        {"entities": entities.as_json(), **entities.as_json()}, [("published, SpERT on test", ANCHOR), *table]
    )
    if find_spec("tasks.conll04_relations") is None:
        return result
    relations: Result = importlib.import_module("tasks.conll04_relations").relations(options)
    result.figures |= {"relations": relations.figures, **relations.figures}
    result.table += relations.table
    return result


def unseen(sentences: list[Sentence], name: str = "names") -> list[Sentence]:
    """The sentences that the shipped weights called `name` were not trained on: datelines ("Moscow ITAR-TASS") repeat
    between the data's files. Raises `ValueError` when too many were."""
    left = [sentence for sentence in sentences if not weights.trained_on(name, sentence.text)]
    seen = len(sentences) - len(left)
    if seen > MAX_SEEN * len(sentences):
        raise ValueError(
            f"{seen} of {len(sentences)} sentences are among those that the shipped weights {name!r} were trained on; "
            "give another --file, one of other sentences."
        )
    return left


def _entities(sentences: list[Sentence]) -> tuple[Score, list[tuple[str, str]]]:
    ontology = load_ontology(Settings.load().ontology)
    finder = MentionFinder(ontology)
    counts: Counter[tuple[str, str]] = Counter()
    model = nlp.load(Settings.load().model)
    truecase = Truecaser(default_tagger().lexicon, Dictionary.of(model))
    for doc, sentence in model.pipe(((truecase(each.text), each) for each in sentences), as_tuples=True):
        said = set(_spans(sentence, finder(doc, 0)[0], ontology))
        gold = set(sentence.entities)
        for name, spans in (("right", said & gold), ("said", said), ("gold", gold)):
            counts.update((name, span.type) for span in spans)
    return _score(counts, TYPES), [
        (f"entities, {name}", _line(_score(counts, types)))
        for name, types in (*((each, (each,)) for each in TYPES), ("all", TYPES))
    ]


def _keeps_length(sentence: Sentence) -> bool:
    return len(sentence.text.upper()) == len(sentence.text)


def _spans(sentence: Sentence, mentions: list[RawMention], ontology: Ontology) -> Iterator[Span]:
    for mention in mentions:
        tokens = sentence.tokens_of(mention.tagged_start, mention.tagged_end)
        if mention.form in {"name", "value"} and mention.confidence >= MIN_CONFIDENCE and tokens is not None:
            yield Span(*tokens, type_of(mention.kind, ontology))


def type_of(kind: str, ontology: Ontology) -> str:
    """The type in the data of a kind of the ontology."""
    return next((TYPE_OF_KIND[each] for each in ontology.ancestors(kind) if each in TYPE_OF_KIND), "Other")


def _score(counts: Counter[tuple[str, str]], types: tuple[str, ...]) -> Score:
    right, said, gold = (sum(counts[name, each] for each in types) for name in ("right", "said", "gold"))
    return Score(right, said, gold)


def _line(score: Score) -> str:
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"
