"""KnowledgeNet (Mesquita et al., EMNLP 2019): facts of 15 properties in passages, by the rules of its text evaluation.

A fact is a property and two stretches of text. One that is said and one of the gold are the same when the property is,
and both stretches overlap. A gold fact with such a match is found; what is said and matches no gold fact is wrong, and
counts only where the passage was annotated for its property. So one answer may find several gold facts, and several
answers one; `one-to-one` beside it pairs each with at most one of the other.

What is scored is what the shipped classifier says of the words of a passage, pronouns included: most passages are one
sentence cut out of a document, in which "he" is nobody. What becomes of it as claims between entities stands beside it.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.classifier import HEADS, NAME, RelationClassifier
from pipeline.settings import Settings
from pipeline.text import nlp, weights
from pipeline.text.mentions import MentionFinder
from tasks.base import SHARED, Result, Score, Text, evidence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from spacy.tokens import Doc

    from graph_schema.models import Evidence
    from tasks.base import Options

FILE = SHARED / "relations" / "knowledgenet" / "folds_1_3.jsonl"
ANCHOR = "published, hidden fold: spaCy and Bi-LSTM .518, open extractor .560, BERT .688, people .878"
PROPERTIES = frozenset(head.name for head in HEADS[:15])

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """A property between two stretches of a passage, in half-open characters; `confidence` is how sure it is said."""

    property: str
    subject: Span
    object: Span
    confidence: float = field(default=1.0, compare=False)

    def matches(self, other: Fact) -> bool:
        """Whether the text evaluation takes the two for one."""
        return (
            self.property == other.property
            and _overlap(self.subject, other.subject)
            and _overlap(self.object, other.object)
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage, the properties that it was annotated for, and its facts."""

    id: str
    fold: int | None
    text: str
    annotated: frozenset[str]
    facts: tuple[Fact, ...]


def run(options: Options) -> Result:
    """Score the shipped classifier, or one trained on `--retrain` folds, on the passages of `--folds` or on all.

    Raises `ValueError` for passages that the weights were trained on.
    """
    passages = [each for each in read(options.file or FILE) if not options.folds or each.fold in options.folds]
    if not passages:
        raise ValueError(f"no passage of folds {options.folds}")
    if options.retrain:
        classifier = retrained(options.retrain, passages)
    else:
        refuse_trained_on(each.text for each in passages)
        classifier = RelationClassifier.shipped()
    said = list(facts_of((each.text for each in passages), classifier))
    score, counts = text_evaluation(passages, said)
    table = [
        (name, f"P {of.precision:.3f}  R {of.recall:.3f}  F1 {of.f1:.3f}  gold {of.gold:.0f}")
        for name, of in counts.items()
    ]
    table += [("all, text evaluation", _shown(score)), ("all, one-to-one", _shown(one_to_one(passages, said)))]
    if not options.retrain:
        texts = [Text(each.id, each.text) for each in passages]
        claimed = [list(claimed_facts(evidence)) for evidence in evidence_of(texts)]
        table.append(("claims between entities, text evaluation", _shown(text_evaluation(passages, claimed)[0])))
        table += [(f"claims of confidence {name}", share) for name, share in reliability(passages, claimed)]
    table += [(f"said with confidence {name}", share) for name, share in reliability(passages, said)]
    table.append(("anchor", ANCHOR))
    return Result({**score.as_json(), "one_to_one": one_to_one(passages, said).as_json()}, table)


def read(path: Path) -> Iterator[Passage]:
    """The passages of a file. Every text opens with one space more than its offsets count."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(map(json.loads, lines)):
            shift = line["start"] - 1
            facts = tuple(
                Fact(each["property"], _moved(each["subject_span"], shift), _moved(each["object_span"], shift))
                for each in line["facts"]
            )
            annotated = frozenset(line["annotated_properties"])
            yield Passage(f"{line['doc']}-{number}", line.get("fold"), line["text"], annotated, facts)


def refuse_trained_on(texts: Iterable[str]) -> None:
    """Raise `ValueError` when the shipped weights were trained on one of `texts`."""
    known = sum(weights.trained_on(NAME, text) for text in texts)
    if known:
        raise ValueError(
            f"the shipped weights were trained on {known} of these passages: name folds to train on and others to "
            "score (--retrain 1,2 --folds 3), or another file (--file FILE)"
        )


def retrained(folds: Sequence[int], held: Iterable[Passage]) -> RelationClassifier:
    """A classifier trained on some folds and on the other sources, never on a text of `held`."""
    if (scripts := str(Path(__file__).resolve().parents[2])) not in sys.path:
        sys.path.append(scripts)
    from training.passages import everything
    from training.relations import fit

    left_out = {weights.digest_of(each.text) for each in held}
    passages = [each for each in everything(SHARED, folds) if weights.digest_of(each.text) not in left_out]
    return RelationClassifier(fit(passages))


def facts_of(
    texts: Iterable[str], classifier: RelationClassifier, parse: Callable[[Iterable[str]], Iterable[Doc]] | None = None
) -> Iterator[list[Fact]]:
    """What the classifier says of each text."""
    settings = Settings.load()
    find = MentionFinder(load_ontology(settings.ontology))
    for doc in (parse or nlp.load(settings.model).pipe)(texts):
        yield [
            Fact(
                each.head.name,
                _characters(doc, each.subject.start, each.subject.end),
                _characters(doc, each.object.start, each.object.end),
                each.probability,
            )
            for each in classifier(doc, *find(doc, 0))
            if each.head.name in PROPERTIES
        ]


def claimed_facts(evidence: Evidence) -> Iterator[Fact]:
    """The accepted, affirmed claims as facts between every two mentions of their entities, and their dates."""
    by_predicate = {head.predicate: head for head in reversed(HEADS[:15])}
    mentions: dict[str, list[Span]] = defaultdict(list)
    for mention in evidence.mentions:
        mentions[mention.entity].append((mention.start, mention.end))
    for claim in evidence.claims:
        head = by_predicate.get(claim.predicate)
        if head is None or claim.status != "accepted" or claim.polarity != "affirmed":
            continue
        if claim.object is None:
            assert claim.value is not None
            at = claim.start + max(claim.quote.find(claim.value.text), 0)
            objects = [(at, at + len(claim.value.text))]
        else:
            objects = mentions[claim.object]
        ends = [(one, other) for one in mentions[claim.subject] for other in objects]
        for one, other in ends:
            subject, target = (other, one) if head.inverse else (one, other)
            yield Fact(head.name, subject, target, claim.confidence)
            if head.name == "SPOUSE":
                yield Fact(head.name, target, subject, claim.confidence)


def text_evaluation(passages: Sequence[Passage], said: Sequence[Sequence[Fact]]) -> tuple[Score, dict[str, Score]]:
    """Scores of all and of each property, by the rules above."""
    right: dict[str, int] = defaultdict(int)
    gold: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for passage, facts in zip(passages, said, strict=True):
        for fact in passage.facts:
            gold[fact.property] += 1
            right[fact.property] += any(fact.matches(each) for each in facts)
        for each in facts:
            if each.property in passage.annotated and not any(each.matches(fact) for fact in passage.facts):
                wrong[each.property] += 1
    names = sorted({*gold, *wrong})
    scores = {name: Score(right[name], right[name] + wrong[name], gold[name]) for name in names}
    found = sum(right.values())
    return Score(found, found + sum(wrong.values()), sum(gold.values())), scores


def one_to_one(passages: Sequence[Passage], said: Sequence[Sequence[Fact]]) -> Score:
    """The score when each fact that is said finds at most one of the gold, greedily and in order."""
    right = answers = gold = 0
    for passage, facts in zip(passages, said, strict=True):
        counted = list(dict.fromkeys(each for each in facts if each.property in passage.annotated))
        left = list(passage.facts)
        for each in counted:
            match = next((fact for fact in left if each.matches(fact)), None)
            if match is not None:
                left.remove(match)
        right += len(passage.facts) - len(left)
        answers += len(counted)
        gold += len(passage.facts)
    return Score(right, answers, gold)


def reliability(passages: Sequence[Passage], said: Sequence[Sequence[Fact]]) -> Iterator[tuple[str, str]]:
    """How many of those said with a confidence are right, in steps of a tenth."""
    right: dict[int, int] = defaultdict(int)
    count: dict[int, int] = defaultdict(int)
    for passage, facts in zip(passages, said, strict=True):
        for each in facts:
            if each.property in passage.annotated:
                step = min(int(10 * each.confidence), 9)
                count[step] += 1
                right[step] += any(each.matches(fact) for fact in passage.facts)
    for step in sorted(count):
        yield f".{step}", f"{right[step] / count[step]:.2f} of {count[step]} right"


def _characters(doc: Doc, start: int, end: int) -> Span:
    return doc[start].idx, doc[end - 1].idx + len(doc[end - 1])


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _moved(span: list[int], by: int) -> Span:
    return span[0] - by, span[1] - by


def _shown(score: Score) -> str:
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"
