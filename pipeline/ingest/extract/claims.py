"""From raw relations to claims: phrases are matched against the ontology's triggers, domain and range are checked."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from graph_schema.models import Claim, Status, Value
from pipeline.ingest.extract.places import COUNTRIES, cannot_be_in, is_known
from pipeline.ingest.extract.relations import ROLE_PHRASE
from pipeline.ingest.extract.typed import Typed
from pipeline.text.values import bounds, compatible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graph_schema.models import Chunk, LocalEntity
    from graph_schema.ontology import Ontology, Predicate, Trigger
    from pipeline.ingest.extract.relations import RawRelation

METHOD = "rules"
CLASSIFIER = "classifier"
BOTH = "rules+classifier"
CONFIDENCE = {
    "active": 0.8, "relative": 0.8, "passive": 0.85, "agent": 0.85, "copula": 0.85, "apposition": 0.8, "title": 0.8,
    "possessive": 0.8, "nominal": 0.7, "part": 0.9, "lifespan": 0.8,
}  # fmt: skip
OPEN_FACTOR = 0.7
RULE_FACTOR = {"pronoun": 0.8, "short-form-nearest": 0.8, "role": 0.9, "same-role": 0.9}
IMPLIED_BY = {
    "WORKS_FOR": frozenset({"FOUNDED", "LEADS"}),
    "LIVES_IN": frozenset({"BORN_IN"}),
    "LOCATED_IN": frozenset({"HEADQUARTERED_IN"}),
}
TITLE_WORDS = frozenset(
    "vice pro tem tempore prime deputy first mr mrs ms miss madam sir lord lady king queen prince princess "
    "duke duchess earl count countess baron baroness emperor empress pope 1st 2nd 3rd 4th 5th 6th 7th 8th "
    "9th 10th speaker majesty excellency honor honour highness congressman congresswoman representative".split()
)
LEAST_TYPED = 0.6
BY_NAME = frozenset({"MARRIED_TO", "LEADS"})
DESCRIBED = frozenset({"unnamed", "same-unnamed"})
# what is so of someone whom one could look up, and of "a child" or "the people" tells nothing; and what verbs such as
# "make" and "develop" mean of things with names only
OF_THE_NAMED = frozenset(
    "BORN_ON BORN_IN DIED_ON DIED_IN NATIONAL_OF MARRIED_TO PARENT_OF SIBLING_OF STUDIED_AT WORKS_FOR LEADS "
    "AFFILIATED_WITH HAS_ROLE FOUNDED FOUNDED_ON SUBSIDIARY_OF RENAMED_TO RENAMED_ON MERGED_WITH BUILT "
    "BUILT_ON CREATED CREATED_ON".split()
)
ONE_SPOUSE = frozenset({"MARRIED_TO"})
COUNTRIES_ARE_NOT = frozenset({"BUILT", "ACQUIRED", "CREATED"})
BESIDE = r"(?:\s*[,(]\s*|\s+)(?:(?:in|near|of|the|now|then)\s+)*"
NOT_OPEN = frozenset({"be", "have", "do", "say", "see", "include"})


@dataclass(frozen=True, slots=True)
class Argument:
    """A local entity as one mention stands for it; `rule` is what joined that mention. `sure`: a pronoun before which
    nobody else is spoken of."""

    entity: LocalEntity
    rule: str
    sure: bool = False


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
        self.titles = TITLE_WORDS | ontology.kind_of_role.keys()

    def __call__(
        self, chunk: Chunk, relation: RawRelation | Typed, subject: Argument, target: Argument | None
    ) -> Iterator[Claim]:
        """The claims that one relation makes: what it says, and the date at which it says that it happened."""
        if isinstance(relation, Typed):
            typed = self._typed(relation, subject, target)
            if _is_stretch(self.ontology.predicates[relation.predicate], relation.value):
                return
            if self._confidence(relation, typed) >= LEAST_TYPED:
                yield self._claim(chunk, relation, typed)
            return
        reading = self._read(relation, subject, target)
        if reading is None:
            return
        reading = self._of_the_unnamed(relation, reading, subject, target)
        if reading.status == "accepted" and (reason := self._doubt(chunk, relation, reading)) is not None:
            reading = replace(reading, status="refused", reason=reason)
        yield self._claim(chunk, relation, reading)
        dated = self._dated(relation, reading)
        if dated is not None:
            yield self._claim(chunk, relation, dated)

    def agreeing(self, typed: list[Typed], relations: list[RawRelation]) -> list[Typed]:
        """Those of `typed` that contradict no date that a rule reads in the same words: "Anna Berg (b. 1950)" tells no
        death, and of "Anna and Eva were born in 1950 and 1953" each date is one's."""
        dated = [(each, names) for each in relations if (names := self._date_predicates(each))]
        return [each for each in typed if not any(self._contradicts(each, rule, names) for rule, names in dated)]

    def _date_predicates(self, relation: RawRelation) -> set[str]:
        """The predicates that may say the date of a relation; empty when it has none."""
        if relation.value is None or relation.value.type != "date":
            return set()
        triggers = (trigger for phrase in relation.phrases for trigger in self.ontology.triggers.get(phrase, ()))
        return {each.predicate for each in triggers if self.ontology.predicates[each.predicate].value == "date"}

    def _contradicts(self, typed: Typed, rule: RawRelation, names: set[str]) -> bool:
        """Whether the classifier gives the date that a rule reads another meaning, or that meaning another date."""
        if typed.value is None or rule.value is None or typed.subject != rule.subject:
            return False
        if typed.start >= rule.end or rule.start >= typed.end:
            return False
        if typed.value.normalised == rule.value.normalised:
            return typed.predicate not in names
        same = compatible(typed.value.normalised, rule.value.normalised, "date")
        return not same and typed.predicate in names and self.ontology.predicates[typed.predicate].functional

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

    def _typed(self, relation: Typed, subject: Argument, target: Argument | None) -> _Reading:
        reason = self._violation(self.ontology.predicates[relation.predicate], subject, target)
        reason = reason or self._untold(subject, target) or _untellable(relation.predicate, subject, target)
        return _Reading(relation.predicate, subject, target, relation.value, _status(reason), reason)

    def _under(
        self, trigger: Trigger, relation: RawRelation, subject: Argument, target: Argument | None
    ) -> _Reading | None:
        """`None` when the predicate takes a value and there is an entity, or the other way round."""
        predicate = self.ontology.predicates[trigger.predicate]
        if predicate.value is not None:
            if relation.value is None or relation.value.type != predicate.value:
                return None
            if _is_stretch(predicate, relation.value):
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

    def _of_the_unnamed(
        self, relation: RawRelation, reading: _Reading, subject: Argument, target: Argument | None
    ) -> _Reading:
        """What is typed of something without a name stays in the document's words, or is refused where it has no other
        end, if the predicate is one of someone, or a pronoun is the other end."""
        reason = _untellable(reading.predicate, reading.subject, reading.object)
        if reading.status != "accepted" or reason is None:
            return reading
        phrase = relation.phrases[-1]
        if target is None or reading.object is None or not relation.open or phrase.split()[0] in NOT_OPEN:
            return replace(reading, status="refused", reason=reason)
        return _Reading(phrase, subject, target, None, "open")

    def _doubt(self, chunk: Chunk, relation: RawRelation, reading: _Reading) -> str | None:
        """Why what a phrase says between these two cannot be meant, or `None`."""
        if (reason := self._untold(reading.subject, reading.object)) is not None:
            return reason
        subject, value = reading.subject.entity.name, reading.value
        if value is not None and ROLE_PHRASE in relation.phrases:
            quote = chunk.text[relation.start : relation.end]
            return None if _is_role_of(value.text, quote) else f"value: {value.text} is said of someone else"
        if reading.object is None:
            return None
        unsure = any(end.rule == "pronoun" and not end.sure for end in (reading.subject, reading.object))
        if reading.predicate in BY_NAME and unsure:
            return "a pronoun: who is meant is too unsure"
        target = reading.object.entity.name
        if reading.predicate == "LOCATED_IN" and cannot_be_in(subject, target):
            return f"range: {subject} is no smaller than {target}"
        if reading.predicate in COUNTRIES_ARE_NOT and target.lower() in COUNTRIES:
            return f"range: {target} is a country"
        return None

    def _untold(self, *ends: Argument | None) -> str | None:
        """Why who is meant cannot be told: a person's name is only a title ("Prince", left over of a longer one)."""
        for end in ends:
            if end is not None and end.entity.named and self._is_title(end.entity):
                return f"{end.entity.name} is a title"
        return None

    def _is_title(self, entity: LocalEntity) -> bool:
        if self.ontology.families.get(entity.kind) != "person":
            return False
        words = {word.strip(".,").lower() for word in entity.name.split()}
        return words <= self.titles

    def _dated(self, relation: RawRelation, reading: _Reading) -> _Reading | None:
        """ "X founded Y in 1962" also says when Y was founded."""
        if reading.status != "accepted" or reading.object is None or relation.times.point is None:
            return None
        dated_by = self.ontology.predicates[reading.predicate].dated_by
        if dated_by is None or _is_stretch(self.ontology.predicates[dated_by], relation.times.point):
            return None
        reason = self._violation(self.ontology.predicates[dated_by], reading.object, None)
        return _Reading(dated_by, reading.object, None, relation.times.point, _status(reason), reason)

    def _claim(self, chunk: Chunk, relation: RawRelation | Typed, reading: _Reading) -> Claim:
        times, stance = relation.times, relation.stance
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
            valid_from=bounds(times.start or times.point)[0],
            valid_to=bounds(times.end or times.point)[1],
            method=CLASSIFIER if isinstance(relation, Typed) else METHOD,
            rule=CLASSIFIER if isinstance(relation, Typed) else relation.rule,
            status=reading.status,
            reason=reading.reason,
        )

    def _confidence(self, relation: RawRelation | Typed, reading: _Reading) -> float:
        if isinstance(relation, Typed):
            confidence = relation.confidence
        else:
            confidence = CONFIDENCE[relation.rule] * (OPEN_FACTOR if reading.status == "open" else 1.0)
        for argument in (reading.subject, reading.object):
            if argument is not None:
                confidence *= RULE_FACTOR.get(argument.rule, 1.0)
        return round(confidence, 4)


def _untellable(predicate: str, *ends: Argument | None) -> str | None:
    """Why a predicate tells nothing of something that is only described, or `None`."""
    rules = {end.rule for end in ends if end is not None}
    if not rules & DESCRIBED:
        return None
    if predicate in OF_THE_NAMED:
        return "what has no name cannot be looked up"
    return "a pronoun: who is meant is too unsure" if "pronoun" in rules else None


def _is_role_of(role: str, quote: str) -> bool:
    """Whether a role may be someone's in these words: no end of a compound ("co-director"), and where it is capitals
    after "the" with nothing more, no name of an office or a body that another name only stands beside ("the General
    Assembly", "told the President"); "the Director, Anna Berg" is one."""
    places = [match.start() for match in re.finditer(re.escape(role), quote)]
    if not places:
        return True
    if role.startswith("-") or all(re.search(r"(?<!\b[Tt]hen)(?<!\b[Ee]x)[-–]$", quote[:at]) for at in places):
        return False
    if not role[:1].isupper() or " of " in role:
        return True
    after = (quote[at + len(role) :] for at in places)
    return not all(
        quote[:at].lower().endswith("the ") and not re.match(r",\s+\w", rest)
        for at, rest in zip(places, after, strict=True)
    )


def _is_stretch(predicate: Predicate, value: Value | None) -> bool:
    """Whether a stretch of years ("1950-2010") is given for what can have one date only."""
    return predicate.functional and predicate.value == "date" and value is not None and "/" in value.normalised


def _status(reason: str | None) -> Status:
    return "accepted" if reason is None else "refused"


def strongest(claims: list[Claim]) -> list[Claim]:
    """One claim for each key: of several readings of the same words by one method, the surest. Where a rule and the
    classifier say the same, one claim of both, surer than either, that stands as the rule
    says; where they differ on the same two, the rule's."""
    best: dict[str, dict[str, Claim]] = {}
    read = {claim.key for claim in claims if claim.method == METHOD}
    for claim in claims:
        if claim.method == CLASSIFIER and claim.key not in read and (turned := _turned(claim)).key in read:
            claim = turned
        known = best.setdefault(claim.key, {})
        if claim.method not in known or claim.confidence > known[claim.method].confidence:
            known[claim.method] = claim
    joined = [_joined(list(by_method.values())) for by_method in best.values()]
    of_pair: dict[frozenset[str | None], list[Claim]] = defaultdict(list)
    for claim in joined:
        if claim.status == "accepted" and claim.object is not None:
            of_pair[frozenset({claim.subject, claim.object})].append(claim)
    weak = [claim for claim in joined if claim.method == METHOD and claim.predicate in ONE_SPOUSE]
    rivalled = {id(claim) for claim in weak if any(_is_surer_spouse(other, claim) for other in joined)}
    return [
        claim
        for claim in joined
        if id(claim) not in rivalled
        and (
            claim.method != CLASSIFIER
            or not any(_outdoes(other, claim) for other in of_pair[frozenset({claim.subject, claim.object})])
        )
    ]


def _joined(claims: list[Claim]) -> Claim:
    surest = max(claims, key=lambda claim: (claim.status == "accepted", claim.confidence))
    if len(claims) == 1:
        return surest
    doubt = prod(1 - claim.confidence for claim in claims)
    rule = next(claim for claim in claims if claim.method == METHOD)
    return replace(rule, method=BOTH, confidence=round(1 - doubt, 4), status=surest.status, reason=surest.reason)


def _turned(claim: Claim) -> Claim:
    return replace(claim, polarity="affirmed" if claim.polarity == "negated" else "negated")


def consistent(claims: list[Claim], functional: frozenset[str], names: Mapping[str, str]) -> list[Claim]:
    """Of what one quote plainly says of one under a predicate that has one value, the surest and what can be so beside
    it: a coarser date, a place that the other may lie in. `names`: entity key -> name."""
    located = {(claim.subject, claim.object) for claim in claims if claim.predicate == "LOCATED_IN"}
    kept: dict[tuple[str, str, int, int], list[Claim]] = defaultdict(list)
    dropped = _other_dates(claims)
    for claim in sorted(claims, key=lambda claim: -claim.confidence):
        if claim.predicate not in functional or not _is_plain(claim):
            continue
        rivals = kept[claim.subject, claim.predicate, claim.start, claim.end]
        if all(_can_both_be(claim, other, names, located) for other in rivals):
            rivals.append(claim)
        else:
            dropped.add(id(claim))
    return [claim for claim in claims if id(claim) not in dropped]


def _other_dates(claims: Iterable[Claim]) -> set[int]:
    """Identities of the classifier's claims whose date a rule reads otherwise, in the same quote: the year of a
    renaming is not the year of the founding."""
    meant: dict[tuple[str, int, int, Value], set[str]] = defaultdict(set)
    guessed: list[tuple[Claim, Value]] = []
    for claim in claims:
        if claim.value is not None and claim.value.type == "date":
            if claim.method == CLASSIFIER:
                guessed.append((claim, claim.value))
            else:
                meant[claim.subject, claim.start, claim.end, claim.value].add(claim.predicate)
    return {
        id(claim)
        for claim, value in guessed
        if (names := meant.get((claim.subject, claim.start, claim.end, value))) and claim.predicate not in names
    }


def _is_plain(claim: Claim) -> bool:
    stance = (claim.polarity, claim.modality, claim.attributed_to)
    return claim.status == "accepted" and stance == ("affirmed", "asserted", None)


def _can_both_be(claim: Claim, other: Claim, names: Mapping[str, str], located: set[tuple[str, str | None]]) -> bool:
    if claim.value is not None and other.value is not None:
        return compatible(claim.value.normalised, other.value.normalised, claim.value.type)
    if claim.object is None or other.object is None or claim.object == other.object:
        return True
    if {(claim.object, other.object), (other.object, claim.object)} & located:
        return True
    first, second = names[claim.object], names[other.object]
    if is_known(first) or is_known(second):
        return not (cannot_be_in(first, second) and cannot_be_in(second, first))
    either = "|".join(rf"{re.escape(one)}{BESIDE}{re.escape(two)}" for one, two in ((first, second), (second, first)))
    return re.search(either, claim.quote) is not None


def is_said_of_another(claim: Claim, read: Iterable[Claim]) -> bool:
    """Whether a rule reads in the same words what the classifier claims of one and the same thing, but of another, or
    the other way round: "Norvik Systems joined Anna Berg" says nothing of where she works."""
    return claim.status == "accepted" and any(
        other.method == METHOD
        and claim.start < other.end
        and other.start < claim.end
        and (_is_of_another(claim, other) or _is_reversed(claim, other))
        for other in read
    )


def _is_of_another(claim: Claim, other: Claim) -> bool:
    return (
        other.status == "accepted"
        and other.polarity == claim.polarity == "affirmed"
        and (other.predicate, other.object, other.value) == (claim.predicate, claim.object, claim.value)
        and other.subject != claim.subject
    )


def _is_reversed(claim: Claim, other: Claim) -> bool:
    return (other.predicate, other.subject, other.object) == (claim.predicate, claim.object, claim.subject)


def _is_surer_spouse(claim: Claim, other: Claim) -> bool:
    """Whether the classifier gives one of two a surer spouse in the same words than a rule does ("the son of X and his
    wife Y", where "his" is X's)."""
    return (
        claim.predicate == other.predicate
        and claim.method != METHOD
        and claim.status == "accepted"
        and claim.confidence > other.confidence
        and claim.start < other.end
        and other.start < claim.end
        and len({claim.subject, claim.object} & {other.subject, other.object}) == 1
    )


def _outdoes(claim: Claim, other: Claim) -> bool:
    """Whether `claim` makes `other`, which the classifier alone says of the same two, needless: a rule read those very
    words, or what `other` says follows (a founder works for what was founded)."""
    if claim is other or claim.end <= other.start or other.end <= claim.start:
        return False
    return claim.method != CLASSIFIER or claim.predicate in IMPLIED_BY.get(other.predicate, frozenset())
