"""Extraction beside labels: mentions, who is who within a passage, and typed claims with their confidence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from graph_schema.keys import content_hash
from graph_schema.models import Document, Failed
from graph_schema.ontology import UNKNOWN_KIND
from pipeline.errors import DocumentError
from pipeline.ingest.evaluate.labels import Span
from pipeline.ingest.evaluate.scores import NOTHING, Score, b_cubed, calibration_error, reliability
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.text.names import fold
from pipeline.text.values import parse_date, parse_money, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graph_schema.models import Claim, Evidence, Value
    from graph_schema.ontology import Ontology
    from pipeline.ingest.evaluate.labels import Label, LabelledClaim, Passage
    from pipeline.ingest.evaluate.scores import Bin
    from pipeline.settings import Settings

BATCH_PASSAGES = 64
MEASURES = ("exact", "exact_with_kind", "overlap", "overlap_with_kind")
PRONOUNS = frozenset(
    "i me my mine we us our ours you your yours he him his himself she her hers herself it its itself they them their "
    "theirs themselves who whom whose which that this these those".split()
)
DETERMINERS = frozenset("a an the this that these those my our your his her its their".split())

Form = Literal["names", "other"]
FORMS: tuple[Form, ...] = ("names", "other")


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that was missed, or said without being labelled, with the words around it."""

    type: Literal["missed", "false"]
    what: Literal["mention", "claim"]
    passage: str
    said: str
    context: str


@dataclass(slots=True)
class ExtractionScores:
    """What an evaluation found. Of the two forms of mention, `names` holds names, `other` pronouns and descriptions."""

    passages: int = 0
    mentions: dict[Form, dict[str, Score]] = field(default_factory=dict)
    clusters: Score = NOTHING
    claims: dict[str, Score] = field(default_factory=dict)
    answers: list[tuple[float, bool]] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)

    @property
    def all_claims(self) -> Score:
        """The claims of all predicates together."""
        return sum(self.claims.values(), NOTHING)

    @property
    def reliability(self) -> tuple[Bin, ...]:
        """Confidence of the claims beside the share that is right."""
        return reliability(self.answers)

    def as_json(self) -> dict[str, Any]:
        """Everything but the slips."""
        error = calibration_error(self.reliability)
        return {
            "passages": self.passages,
            "mentions": {
                form: {measure: score.as_json() for measure, score in scores.items()}
                for form, scores in self.mentions.items()
            },
            "clusters": self.clusters.as_json(),
            "claims": {
                **self.all_claims.as_json(),
                "predicates": {name: score.as_json() for name, score in sorted(self.claims.items())},
            },
            "reliability": [each.as_json() for each in self.reliability],
            "calibration_error": None if error is None else round(error, 4),
        }


class _Said(NamedTuple):
    """A mention that the extractor found, with the entity it stands for."""

    span: Span
    surface: str
    kind: str
    entity: str


def evaluate_extraction(passages: Sequence[Passage], settings: Settings, ontology: Ontology) -> ExtractionScores:
    """Extract from each passage, as a document of its own, what `settings` and `ontology` make of it, and score it.

    What a passage does not label is not scored. Raises `DocumentError` for a passage that cannot be extracted.
    """
    scores = ExtractionScores()
    for passage, evidence in zip(passages, _evidence_of(passages, settings, ontology), strict=True):
        scores.passages += 1
        said = _mentions(evidence)
        if passage.entities is not None:
            _score_mentions(passage, passage.entities, said, ontology, scores)
        if passage.claims is not None:
            _ClaimScorer(passage, passage.claims, evidence, said, ontology).score(scores)
    return scores


def _evidence_of(passages: Sequence[Passage], settings: Settings, ontology: Ontology) -> Iterator[Evidence]:
    extractor = RulesExtractor(settings.model, ontology)
    for first in range(0, len(passages), BATCH_PASSAGES):
        batch = passages[first : first + BATCH_PASSAGES]
        for result in extractor([_segmented(each, settings.max_chunk_chars) for each in batch]):
            if isinstance(result, Failed):
                raise DocumentError(f"passage {result.path!r} cannot be extracted: {result.reason}", result.remedy)
            yield result


def _segmented(passage: Passage, max_chunk_chars: int) -> Segmented:
    document = Document(
        source="labels",
        path=passage.id,
        record=None,
        title=passage.title,
        date=passage.date,
        media_type="text/plain",
        content_hash=content_hash(passage.text, passage.title, passage.date),
        length=len(passage.text),
    )
    return Segmented(document, segment(RawDocument(document, passage.text, ()), max_chunk_chars=max_chunk_chars))


def _mentions(evidence: Evidence) -> list[_Said]:
    entities = {each.key: each for each in evidence.entities}
    return sorted(
        _Said(Span(each.start, each.end), each.surface, entities[each.entity].kind, each.entity)
        for each in evidence.mentions
    )


# mentions and clusters


def form_of(surface: str) -> Form:
    """Whether a mention is a name (it holds a capital or a figure besides its article) or a pronoun or description."""
    words = surface.split()
    if not words or (len(words) == 1 and words[0].lower() in PRONOUNS):
        return "other"
    rest = words[1:] if words[0].lower() in DETERMINERS else words
    return "names" if any(each.isupper() or each.isdigit() for each in "".join(rest)) else "other"


def align(gold: Sequence[Span], said: Sequence[Span]) -> dict[int, int]:
    """Index of a labelled span -> index of the said one that it overlaps, one to one: equal spans first, then those
    that share most characters, then the first."""
    pairs = []
    for one, label in enumerate(gold):
        for other, span in enumerate(said):
            shared = min(label.end, span.end) - max(label.start, span.start)
            if shared > 0:
                pairs.append((label != span, -shared, one, other))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, one, other in sorted(pairs):
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def _score_mentions(
    passage: Passage, labels: tuple[Label, ...], said: list[_Said], ontology: Ontology, scores: ExtractionScores
) -> None:
    aligned = align([each.span for each in labels], [each.span for each in said])
    forms = {number: form_of(_cut(passage, each.span)) for number, each in enumerate(labels)}
    label_of = {found: label for label, found in aligned.items()}
    counted = _counted(passage, labels, said, ontology)
    for form in FORMS:
        gold = [number for number, each in forms.items() if each == form]
        if form == "other" and not gold:
            continue
        answers = [each for each in counted if _form_of_answer(said[each], forms.get(label_of.get(each, -1))) == form]
        measured = scores.mentions.setdefault(form, dict.fromkeys(MEASURES, NOTHING))
        held = [_held(said[aligned[each]], labels[each], ontology) for each in gold if each in aligned]
        for place, measure in enumerate(MEASURES):
            right = sum(each[place] for each in held)
            measured[measure] += Score.of_counts(right, len(answers), len(gold))
        scores.slips += [_slip("missed", passage, labels[each].span) for each in gold if each not in aligned]
        scores.slips += [_slip("false", passage, said[each].span) for each in answers if each not in label_of]
    known = [(number, each.id) for number, each in enumerate(labels) if each.id is not None]
    entities = [said[aligned[number]].entity if number in aligned else None for number, _ in known]
    gold_ids = [(passage.id, identity) for _, identity in known]
    scores.clusters += b_cubed(gold_ids, entities)


def _form_of_answer(answer: _Said, of_label: Form | None) -> Form:
    """A mention counts under the form of what it was matched with."""
    return of_label or form_of(answer.surface)


def _held(found: _Said, label: Label, ontology: Ontology) -> tuple[bool, ...]:
    """Which of `MEASURES` hold of a mention that overlaps a label."""
    exact, kind = found.span == label.span, _is_of(found.kind, label.kind, ontology)
    return exact, exact and kind, True, kind


def _counted(passage: Passage, labels: tuple[Label, ...], said: list[_Said], ontology: Ontology) -> list[int]:
    """The said mentions that count: of the kinds that were looked for, of no known kind, or where a label is."""
    return [
        number
        for number, each in enumerate(said)
        if each.kind == UNKNOWN_KIND
        or ontology.fits(each.kind, tuple(passage.kinds))
        or any(_overlap(each.span, label.span) for label in labels)
    ]


def _is_of(kind: str, wanted: str, ontology: Ontology) -> bool:
    return kind != UNKNOWN_KIND and ontology.fits(kind, (wanted,))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


# claims


class _ClaimScorer:
    """Scores the typed claims of one passage: those that are stated as facts, each once."""

    def __init__(
        self,
        passage: Passage,
        labels: tuple[LabelledClaim, ...],
        evidence: Evidence,
        said: list[_Said],
        ontology: Ontology,
    ) -> None:
        self.passage = passage
        self.ontology = ontology
        self.names = {each.key: each.name for each in evidence.entities}
        self.spans: dict[str, list[Span]] = defaultdict(list)
        for mention in said:
            self.spans[mention.entity].append(mention.span)
        ids = {label.span: label.id for label in passage.entities or () if label.id is not None}
        same: dict[str, list[Span]] = defaultdict(list)
        for span, identity in ids.items():
            same[identity].append(span)
        self.same = {span: tuple(same[identity]) for span, identity in ids.items()}
        self.gold = self._once(labels)
        self.said = self._stated(evidence.claims)

    def score(self, scores: ExtractionScores) -> None:
        """Add this passage's claims to `scores`."""
        open_labels = list(self.gold)
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for label in self.gold:
            counts[label.predicate][2] += 1
        for claim in self.said:
            match = next((label for label in open_labels if self._matches(claim, label)), None)
            counts[claim.predicate][0] += match is not None
            counts[claim.predicate][1] += 1
            scores.answers.append((claim.confidence, match is not None))
            if match is None:
                scores.slips.append(self._false(claim))
            else:
                open_labels.remove(match)
        for predicate, (right, said, gold) in counts.items():
            scores.claims[predicate] = scores.claims.get(predicate, NOTHING) + Score.of_counts(right, said, gold)
        scores.slips += [self._missed(label) for label in open_labels]

    def _once(self, labels: tuple[LabelledClaim, ...]) -> list[LabelledClaim]:
        """Each labelled statement once, however many of its entities' mentions it is labelled between."""
        kept: dict[tuple[object, ...], LabelledClaim] = {}
        for label in labels:
            ends: list[object] = [self._all(label.subject)]
            ends.append(label.value if label.object is None else self._all(label.object))
            if self.ontology.predicates[label.predicate].symmetric:
                ends.sort(key=str)
            kept.setdefault((label.predicate, *ends), label)
        return list(kept.values())

    def _stated(self, claims: Iterable[Claim]) -> list[Claim]:
        """The claims that would become facts, of the predicates that were looked for: each once, the surest first."""
        kept: dict[tuple[str, ...], Claim] = {}
        for claim in sorted(claims, key=lambda each: (-each.confidence, each.start, each.key)):
            plain = (claim.status, claim.polarity, claim.modality) == ("accepted", "affirmed", "asserted")
            if not plain or claim.attributed_to is not None or claim.predicate not in self.passage.predicates:
                continue
            ends = [claim.subject, claim.object or (claim.value.normalised if claim.value else "")]
            if self.ontology.predicates[claim.predicate].symmetric:
                ends.sort()
            kept.setdefault((claim.predicate, *ends), claim)
        return list(kept.values())

    def _matches(self, claim: Claim, label: LabelledClaim) -> bool:
        if claim.predicate != label.predicate:
            return False
        if label.object is None:
            same = claim.value is not None and says_value(claim.value, label.value or "")
            return same and self._is(claim.subject, label.subject)
        target = claim.object or ""
        straight = self._is(claim.subject, label.subject) and self._is(target, label.object)
        if straight or not self.ontology.predicates[label.predicate].symmetric:
            return straight
        return self._is(claim.subject, label.object) and self._is(target, label.subject)

    def _is(self, entity: str, span: Span) -> bool:
        """Whether a mention of `entity` overlaps `span`, or another label of what stands there."""
        return any(_overlap(one, other) for one in self.spans.get(entity, ()) for other in self._all(span))

    def _all(self, span: Span) -> tuple[Span, ...]:
        return self.same.get(span, (span,))

    def _false(self, claim: Claim) -> Slip:
        target = self.names[claim.object] if claim.object else claim.value.normalised if claim.value else ""
        said = f"{self.names[claim.subject]} {claim.predicate} {target} ({claim.confidence:g})"
        return Slip("false", "claim", self.passage.id, said, claim.quote)

    def _missed(self, label: LabelledClaim) -> Slip:
        target = label.value if label.object is None else _cut(self.passage, label.object)
        said = f"{_cut(self.passage, label.subject)} {label.predicate} {target}"
        return Slip("missed", "claim", self.passage.id, said, _context(self.passage, label.subject))


def says_value(value: Value, given: str) -> bool:
    """Whether `given`, canonical ("1931-05-03", "900 person") or in words ("3 May 1931", "900"), is that value."""
    if given == value.normalised:
        return True
    match value.type:
        case "date":
            parsed = parse_date(given)
        case "money":
            parsed = parse_money(given)
        case "quantity":
            parsed = parse_quantity(given)
            if parsed is not None and " " not in parsed.normalised:
                return parsed.normalised == value.normalised.split()[0]
        case "string":
            return fold(given) in {fold(value.normalised), fold(value.text)}
    return parsed is not None and parsed.normalised == value.normalised


# slips


def _slip(kind: Literal["missed", "false"], passage: Passage, span: Span) -> Slip:
    return Slip(kind, "mention", passage.id, _cut(passage, span), _context(passage, span))


def _cut(passage: Passage, span: Span) -> str:
    return passage.text[span.start : span.end]


def _context(passage: Passage, span: Span, around: int = 40) -> str:
    start, end = max(0, span.start - around), min(len(passage.text), span.end + around)
    return ("…" if start else "") + passage.text[start:end] + ("…" if end < len(passage.text) else "")
