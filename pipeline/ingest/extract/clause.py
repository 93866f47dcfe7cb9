"""How a clause stands to what it says: negated, possible, planned, said by someone; and when it holds.

Only what a clause asserts by itself may become a fact, so what is in doubt here counts as said by someone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text.mentions import SUBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from graph_schema.models import Modality, Value

SAYING = frozenset("say claim report state tell announce believe argue suggest insist note write think allege".split())
FACTIVE = frozenset(
    "know find show learn confirm discover remember recall reveal prove realize realise help see".split()
)
PLANNING = frozenset("plan intend hope want wish propose aim agree expect decide consider try attempt offer".split())
REFUSING = frozenset("refuse decline fail deny".split())
ALLEGING = frozenset("allegedly reportedly supposedly apparently perhaps possibly probably".split())
POSSIBLE = frozenset("may might could can".split())
PLANNED = frozenset("will would shall should 'll 'd".split())
CONDITIONS = frozenset({"if", "unless", "whether"})
NEGATIONS = frozenset("never not n't".split())
START_WORDS = frozenset({"from", "since", "after"})
END_WORDS = frozenset({"until", "till", "to", "before"})
POINT_WORDS = frozenset({"in", "on", "during", "by", "at"})
UNNAMED_SOURCE = ""


@dataclass(slots=True, frozen=True)
class Stance:
    """How a clause stands to what it says; `attributed_to` are the words for who says it."""

    negated: bool = False
    modality: Modality = "asserted"
    attributed_to: str | None = None


@dataclass(slots=True, frozen=True)
class Times:
    """When a clause says that it holds or happened."""

    point: Value | None = None
    start: Value | None = None
    end: Value | None = None


class ClauseReader:
    """Reads the clauses of one chunk. `at` maps token index -> mention index, `values` mention index -> value."""

    def __init__(self, doc: Doc, at: dict[int, int], values: dict[int, Value]) -> None:
        self.doc = doc
        self.at = at
        self.values = values

    def stance(self, verb: Token) -> Stance:
        """How the clause of `verb` stands to what it says; "planned to sell" and "refused to sell" count for "sell"."""
        negated = _is_negated(verb)
        modality = _modality(verb)
        governor = verb.head
        if verb.dep_ == "xcomp" and governor.i != verb.i:
            negated = negated or _is_negated(governor) or governor.lemma_ in REFUSING
            if modality == "asserted":
                modality = "planned" if governor.lemma_ in PLANNING else _modality(governor)
        source = self._source(verb)
        if source == UNNAMED_SOURCE and modality == "asserted":
            modality = "alleged"
        return Stance(negated, modality, source or None)

    def times(self, verb: Token) -> Times:
        """When: "in 1962", "on Saturday, 2 November 1957", "from 1990 to 1998", "since March 2011"."""
        point = start = end = None
        for child in verb.children:
            if child.dep_ == "npadvmod":
                point = point or self.date(child)
            elif child.dep_ == "prep":
                date = next((date for target in objects_of(child) if (date := self.date(target))), None)
                if child.lower_ in START_WORDS:
                    start = start or date
                elif child.lower_ in END_WORDS:
                    end = end or date
                elif child.lower_ in POINT_WORDS:
                    point = point or date
        return Times(point, start, end)

    def date(self, token: Token) -> Value | None:
        """The date that `token` heads, or that stands beside it."""
        for each in (token, *token.children):
            index = self.at.get(each.i)
            value = None if index is None else self.values.get(index)
            if value is not None and value.type == "date":
                return value
        return None

    def _source(self, verb: Token) -> str | None:
        """Who is said to say it: "X said that ...", "according to X", "the rumour that ..."; `UNNAMED_SOURCE` when
        somebody does and the text does not say who."""
        for child in verb.children:
            if child.dep_ == "prep" and child.lower_ == "according":
                targets = [target for inner in child.children for target in objects_of(inner)]
                return self._words(targets[0]) if targets else UNNAMED_SOURCE
        clause = verb
        while clause.dep_ in {"conj", "xcomp"} and clause.head.i != clause.i:
            clause = clause.head
        if clause.dep_ == "acl" and any(child.dep_ == "mark" for child in clause.children):
            return self._words(clause.head)
        if clause.dep_ == "ccomp" and _is_told(clause):
            speakers = [child for child in clause.head.children if child.dep_ in SUBJECTS]
            return self._words(speakers[0]) if speakers else UNNAMED_SOURCE
        return None

    def _words(self, token: Token) -> str:
        return self.doc[token.left_edge.i : token.i + 1].text


def _is_told(clause: Token) -> bool:
    """Whether a clausal complement is what its governor says or doubts. One before its governor is most often the first
    of two clauses run together ("she married; she kept her name"), unless that one speaks ("it is, he said")."""
    if clause.i < clause.head.i:
        return clause.head.lemma_ in SAYING
    return clause.head.lemma_ not in FACTIVE


def objects_of(preposition: Token) -> list[Token]:
    """What a preposition governs."""
    return [child for child in preposition.children if child.dep_ == "pobj"]


def _is_negated(verb: Token) -> bool:
    return any(child.dep_ == "neg" or child.lower_ in NEGATIONS for child in verb.children)


def _modality(verb: Token) -> Modality:
    for child in verb.children:
        if child.dep_ == "aux" and child.lower_ in POSSIBLE:
            return "possible"
        if child.dep_ == "aux" and child.lower_ in PLANNED:
            return "planned"
        if child.dep_ == "mark" and child.lower_ in CONDITIONS:
            return "conditional"
        if child.dep_ == "advmod" and child.lower_ in ALLEGING:
            return "alleged"
    return "asserted"
