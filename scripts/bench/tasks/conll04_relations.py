"""CoNLL04's five relations, strictly: the relation is right when its type is and both ends are, in tokens and type.

What is scored is what the shipped classifier says between the mentions of a sentence, under the types that the shipped
mentions have. Sentences that its weights were trained on are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.classifier import NAME, RelationClassifier
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder
from tasks.base import Result, Score
from tasks.conll04 import FILE, type_of, unseen
from tasks.conll04_data import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.classifier import TypedRelation
    from pipeline.text.mentions import RawMention
    from tasks.base import Options
    from tasks.conll04_data import Sentence

RELATION_OF_HEAD = {
    "Live_In": "Live_In",
    "Work_For": "Work_For",
    "OrgBased_In": "OrgBased_In",
    "KILLED": "Kill",
    "LOCATED_IN": "Located_In",
}

End = tuple[int, int, str]


def relations(options: Options) -> Result:
    """Score a file. Raises `ValueError` when the shipped weights were trained on it."""
    sentences = unseen(read(options.file or FILE), NAME)
    settings = Settings.load()
    ontology = load_ontology(settings.ontology)
    find, classify = MentionFinder(ontology), RelationClassifier.shipped()
    right = said = gold = 0
    pairs = ((each.text, each) for each in sentences)
    for doc, sentence in nlp.load(settings.model).pipe(pairs, as_tuples=True):
        mentions, at = find(doc, 0)
        answers = set(_answers(sentence, classify(doc, mentions, at), mentions, ontology))
        labelled = set(_labelled(sentence))
        right += len(answers & labelled)
        said += len(answers)
        gold += len(labelled)
    score = Score(right, said, gold)
    shown = f"P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"
    return Result(score.as_json(), [("relations, strict", shown)])


def _answers(
    sentence: Sentence, found: list[TypedRelation], mentions: list[RawMention], ontology: Ontology
) -> Iterator[tuple[str, End, End]]:
    for each in found:
        relation = RELATION_OF_HEAD.get(each.head.name)
        if relation is None or each.subject.mention is None or each.object.mention is None:
            continue
        ends = [_end(sentence, mentions[index], ontology) for index in (each.subject.mention, each.object.mention)]
        if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
            yield relation, ends[0], ends[1]


def _end(sentence: Sentence, mention: RawMention, ontology: Ontology) -> End | None:
    tokens = sentence.tokens_of(mention.tagged_start, mention.tagged_end)
    return None if tokens is None else (*tokens, type_of(mention.kind, ontology))


def _labelled(sentence: Sentence) -> Iterator[tuple[str, End, End]]:
    for name, head, tail in sentence.relations:
        one, other = sentence.entities[head], sentence.entities[tail]
        yield name, (one.start, one.end, one.type), (other.start, other.end, other.type)
