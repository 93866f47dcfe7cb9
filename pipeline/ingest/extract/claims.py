"""From raw relations to claims: phrases are matched against the ontology's triggers, domain and range are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_schema.models import Claim, Status, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.models import Chunk, LocalEntity
    from graph_schema.ontology import Ontology, Predicate, Trigger
    from pipeline.ingest.extract.relations import RawRelation

METHOD = "rules"
CONFIDENCE = {"active": 0.8, "passive": 0.85, "agent": 0.85, "copula": 0.85, "apposition": 0.8, "nominal": 0.7}
OPEN_FACTOR = 0.7
RULE_FACTOR = {"pronoun": 0.8, "short-form-nearest": 0.8, "role": 0.9, "same-role": 0.9}
NOT_OPEN = frozenset({"be", "have", "do", "say", "see", "include"})


@dataclass(frozen=True, slots=True)
class Argument:
    """A local entity as one mention stands for it; `rule` is what joined that mention."""

    entity: LocalEntity
    rule: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a relation: a predicate with its ends in order."""

    predicate: str
    subject: Argument
    object: Argument | None
    value: Value | None
    status: Status
    reason: str | None = None


class ClaimBuilder:
    """Builds claims under one ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    def __call__(
        self, chunk: Chunk, relation: RawRelation, subject: Argument, target: Argument | None
    ) -> Iterator[Claim]:
        """The claims that one relation makes: what it says, and the date at which it says that it happened."""
        reading = self._read(relation, subject, target)
        if reading is None:
            return
        yield self._claim(chunk, relation, reading)
        dated = self._dated(relation, reading)
        if dated is not None:
            yield self._claim(chunk, relation, dated)

    def _read(self, relation: RawRelation, subject: Argument, target: Argument | None) -> _Reading | None:
        refused: _Reading | None = None
        for phrase in relation.phrases:
            for trigger in self.ontology.triggers.get(phrase, ()):
                reading = self._under(trigger, relation, subject, target)
                if reading is not None and reading.status == "accepted":
                    return reading
                refused = refused or reading
        if refused is not None:
            return refused
        phrase = relation.phrases[-1]
        if not relation.open:
            return None
        if target is None:
            said = relation.value is not None and relation.value.type == "string"
            return _Reading(phrase, subject, None, relation.value, "open") if said else None
        return None if phrase.split()[0] in NOT_OPEN else _Reading(phrase, subject, target, None, "open")

    def _under(
        self, trigger: Trigger, relation: RawRelation, subject: Argument, target: Argument | None
    ) -> _Reading | None:
        """`None` when the predicate takes a value and there is an entity, or the other way round."""
        predicate = self.ontology.predicates[trigger.predicate]
        if predicate.value is not None:
            if relation.value is None or relation.value.type != predicate.value:
                return None
            reason = self._violation(predicate, subject, None)
            return _Reading(trigger.predicate, subject, None, relation.value, _status(reason), reason)
        if target is None:
            return None
        first, second = (subject, target) if trigger.direction == "forward" else (target, subject)
        reason = self._violation(predicate, first, second)
        return _Reading(trigger.predicate, first, second, None, _status(reason), reason)

    def _violation(self, predicate: Predicate, subject: Argument, target: Argument | None) -> str | None:
        if not self.ontology.fits(subject.entity.kind, predicate.domain):
            return f"domain: {subject.entity.kind} is not {' or '.join(predicate.domain)}"
        if target is not None and not self.ontology.fits(target.entity.kind, predicate.range):
            return f"range: {target.entity.kind} is not {' or '.join(predicate.range)}"
        return None

    def _dated(self, relation: RawRelation, reading: _Reading) -> _Reading | None:
        """ "X founded Y in 1962" also says when Y was founded."""
        if reading.status != "accepted" or reading.object is None or relation.times.point is None:
            return None
        dated_by = self.ontology.predicates[reading.predicate].dated_by
        if dated_by is None:
            return None
        reason = self._violation(self.ontology.predicates[dated_by], reading.object, None)
        return _Reading(dated_by, reading.object, None, relation.times.point, _status(reason), reason)

    def _claim(self, chunk: Chunk, relation: RawRelation, reading: _Reading) -> Claim:
        times, stance = relation.times, relation.stance
        point = times.point.normalised if times.point else None
        return Claim(
            document=chunk.document,
            chunk=chunk.key,
            subject=reading.subject.entity.key,
            predicate=reading.predicate,
            object=reading.object.entity.key if reading.object else None,
            value=reading.value,
            polarity="negated" if stance.negated else "affirmed",
            modality=stance.modality,
            attributed_to=stance.attributed_to,
            confidence=self._confidence(relation, reading),
            quote=chunk.text[relation.start : relation.end],
            start=chunk.start + relation.start,
            end=chunk.start + relation.end,
            valid_from=times.start.normalised if times.start else point,
            valid_to=times.end.normalised if times.end else point,
            method=METHOD,
            status=reading.status,
            reason=reading.reason,
        )

    def _confidence(self, relation: RawRelation, reading: _Reading) -> float:
        confidence = CONFIDENCE[relation.rule] * (OPEN_FACTOR if reading.status == "open" else 1.0)
        for argument in (reading.subject, reading.object):
            if argument is not None:
                confidence *= RULE_FACTOR.get(argument.rule, 1.0)
        return round(confidence, 4)


def _status(reason: str | None) -> Status:
    return "accepted" if reason is None else "refused"


def strongest(claims: list[Claim]) -> list[Claim]:
    """One claim for each key: of several readings of the same words, the surest."""
    best: dict[str, Claim] = {}
    for claim in claims:
        known = best.get(claim.key)
        if known is None or claim.confidence > known.confidence:
            best[claim.key] = claim
    return list(best.values())
