"""What the classifier finds, bound to the mentions of its chunk: who, which predicate, whom or when, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest.extract.classifier import HEADS, RelationClassifier
from pipeline.ingest.extract.clause import VERBS, Clause
from pipeline.ingest.extract.events import EVENT_NOUNS
from pipeline.ingest.extract.relations import MAX_QUOTE_CHARS
from pipeline.ingest.extract.stance import Stance
from pipeline.ingest.extract.times import Times
from pipeline.ingest.extract.vetoes import is_ruled_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Span, Token

    from graph_schema.models import Value
    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.classifier import TypedRelation
    from pipeline.ingest.extract.features import Candidate
    from pipeline.ingest.extract.stance import StanceReader
    from pipeline.text.mentions import RawMention


MIN_PROBABILITY = 0.6
SURER = dict.fromkeys(
    ("WORKS_FOR", "LOCATED_IN", "LIVES_IN", "MARRIED_TO", "PARENT_OF", "STUDIED_AT", "AFFILIATED_WITH"), 0.7
)


@dataclass(slots=True)
class Typed:
    """A predicate between two mentions, or a mention and a value, given by their index in the chunk; exactly one of
    `object` and `value` is set. `start` and `end` are chunk offsets of the quote; `listed`: the subject is one of
    several that are coordinated."""

    predicate: str
    subject: int
    object: int | None
    value: Value | None
    confidence: float
    start: int
    end: int
    stance: Stance
    times: Times
    listed: bool = False


class TypedFinder:
    """Finds, in a chunk, what the classifier knows of the predicates of one ontology, where that is likely enough to be
    claimed. An ontology without any of them costs nothing."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.known = frozenset(head.predicate for head in HEADS if self._fits(head.predicate, head.target == "date"))

    def __call__(self, doc: Doc, mentions: list[RawMention], at: dict[int, int], stances: StanceReader) -> list[Typed]:
        """All of a chunk. `at` maps token index -> mention index."""
        if not self.known:
            return []
        relations = RelationClassifier.shipped()(doc, mentions, at)
        sure = [each for each in relations if each.probability >= SURER.get(each.head.predicate, MIN_PROBABILITY)]
        text = doc.text if sure else ""
        return [typed for relation in sure for typed in self._bound(doc, text, relation, mentions, stances)]

    def _fits(self, name: str, is_date: bool) -> bool:
        predicate = self.ontology.predicates.get(name)
        return predicate is not None and predicate.value == ("date" if is_date else None)

    def _bound(
        self, doc: Doc, text: str, relation: TypedRelation, mentions: list[RawMention], stances: StanceReader
    ) -> Iterator[Typed]:
        """Nothing where an end is a word that stands for no mention, or who speaks is taken for who is spoken of."""
        predicate = relation.head.predicate
        one, other = relation.subject, relation.object
        if relation.head.inverse or (other.start < one.start and self._is_symmetric(predicate)):
            one, other = other, one
        if predicate not in self.known or one.mention is None or other.mention is None or one.mention == other.mention:
            return
        if is_ruled_out(doc, predicate, one, other, self._is_symmetric(predicate)):
            return
        value = mentions[other.mention].value
        verb = governing_verb(doc, one.root, other.root)
        clause = None if verb is None else Clause(verb, "active", verb, ())
        stance = _stance(doc, one.root, other.root, stances)
        if stance.attributed_to == mentions[one.mention].surface:
            return
        start, end = _quote(text, doc[one.root].sent, one, other)
        yield Typed(
            predicate=predicate,
            subject=one.mention,
            object=other.mention if value is None else None,
            value=value,
            confidence=relation.probability,
            start=start,
            end=end,
            stance=stance,
            times=Times() if clause is None or value is not None else stances.when.of(clause, doc[other.root]),
            listed=_is_listed(doc[one.root]),
        )

    def _is_symmetric(self, predicate: str) -> bool:
        known = self.ontology.predicates.get(predicate)
        return known is not None and known.symmetric


def governing_verb(doc: Doc, one: int, other: int) -> Token | None:
    """The verb on the way between two tokens of a tree that is nearest to the second; `None` when there is none, as
    within a noun phrase."""
    return next((token for token in _way(doc, one, other) if token.pos_ in VERBS), None)


def _stance(doc: Doc, one: int, other: int, stances: StanceReader) -> Stance:
    """How what is said of two tokens stands: as the verb that governs it, in doubt where another verb or a noun between
    them is, and as the two stand to it themselves."""
    way = _way(doc, one, other)
    verbs = [token for token in way if token.pos_ in VERBS]
    said = [stances(Clause(verb, "active", verb, ())) for verb in verbs]
    stance = said[0] if said else Stance()
    for each in said[1:]:
        stance = stance.under(Stance(False, each.modality, each.attributed_to))
    top = next(token for token in way if token.i in {doc[one].i, *(each.i for each in doc[one].ancestors)})
    for end in (one, other):
        stance = stances.within(doc[end], top, stance)
    for token in dict.fromkeys(way):
        if token.pos_ in VERBS:
            stance = stance.under(stances.of_post(token))
        elif token.pos_ == "NOUN" and token.i not in {one, other}:
            deed = token.lemma_.lower() in EVENT_NOUNS
            stance = stance.under(stances(Clause(token, "nominal", token, ())) if deed else stances.of_noun(token))
    return stance


def _is_listed(token: Token) -> bool:
    return token.dep_ == "conj" or any(child.dep_ == "conj" for child in token.children)


def _way(doc: Doc, one: int, other: int) -> list[Token]:
    """The tokens on the way between two of a tree, from the second up and from the first up; where they meet twice."""
    up = [doc[one], *doc[one].ancestors]
    down = [doc[other], *doc[other].ancestors]
    above = {token.i for token in up}
    meeting = next((token.i for token in down if token.i in above), -1)
    way: list[Token] = []
    for side in (down, up):
        for token in side:
            way.append(token)
            if token.i == meeting:
                break
    return way


def _quote(text: str, sentence: Span, one: Candidate, other: Candidate) -> tuple[int, int]:
    """The sentence, within its paragraph; of a very long one only the stretch from one end to the other."""
    doc = sentence.doc
    inner_start = doc[min(one.start, other.start)].idx
    last = doc[max(one.end, other.end) - 1]
    inner_end = last.idx + len(last)
    start, end = sentence.start_char, sentence.end_char
    if end - start > MAX_QUOTE_CHARS:
        start, end = inner_start, inner_end
    start = max(start, text.rfind("\n\n", start, inner_start) + 1)
    if (cut := text.find("\n\n", inner_end, end)) >= 0:
        end = cut
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
