"""Pronouns: what each can stand for, and which of the entities named before it does so best.

Agreement in gender, number and animacy and the clause rules of binding forbid; recency by sentence, the grammatical
role and how often the entity was mentioned prefer (after Lappin and Leass 1994).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2
from typing import TYPE_CHECKING, Literal

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.text.mentions import SUBJECTS, RawMention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc, Token

    from pipeline.ingest.extract.cues import Context

PronounForm = Literal["personal", "possessive", "reflexive", "relative", "speaker"]


@dataclass(frozen=True, slots=True)
class Pronoun:
    """What a pronoun agrees with. `animate` is `None` where it can be either; `tags` are its Penn tags."""

    form: PronounForm
    gender: str | None = None
    plural: bool = False
    animate: bool | None = True
    tags: frozenset[str] = frozenset({"PRP", "PRP$"})


_RELATIVE_TAGS = frozenset({"WP", "WDT", "WP$"})
PRONOUNS: dict[str, Pronoun] = {
    "he": Pronoun("personal", "m"), "him": Pronoun("personal", "m"), "his": Pronoun("possessive", "m"),
    "himself": Pronoun("reflexive", "m"),
    "she": Pronoun("personal", "f"), "her": Pronoun("personal", "f"), "hers": Pronoun("possessive", "f"),
    "herself": Pronoun("reflexive", "f"),
    "it": Pronoun("personal", animate=False), "its": Pronoun("possessive", animate=False),
    "itself": Pronoun("reflexive", animate=False),
    "they": Pronoun("personal", plural=True, animate=None), "them": Pronoun("personal", plural=True, animate=None),
    "their": Pronoun("possessive", plural=True, animate=None),
    "theirs": Pronoun("possessive", plural=True, animate=None),
    "themselves": Pronoun("reflexive", plural=True, animate=None),
    "i": Pronoun("speaker"), "me": Pronoun("speaker"), "my": Pronoun("speaker"), "myself": Pronoun("speaker"),
    "who": Pronoun("relative", animate=None, tags=_RELATIVE_TAGS),
    "whom": Pronoun("relative", animate=None, tags=_RELATIVE_TAGS),
    "whose": Pronoun("relative", animate=None, tags=_RELATIVE_TAGS),
    "which": Pronoun("relative", animate=False, tags=_RELATIVE_TAGS),
    "that": Pronoun("relative", animate=None, tags=frozenset({"WDT"})),
    "where": Pronoun("relative", animate=False, tags=frozenset({"WRB"})),
}  # fmt: skip

EMPTY_IT_VERBS = frozenset("be seem appear become turn happen take rain snow follow remain".split())
CLAUSES = frozenset({"ccomp", "xcomp", "csubj", "advcl"})
MAX_DISTANCE_CHARS = 600
MAX_SENTENCES = 4
CLEAR_MARGIN = 0.6
LEAST_SCORE = -1.5
CONFIDENT, DOUBTFUL = 0.8, 0.55
SUBJECT_SCORE = 1.0
POSSESSIVE_SCORE = 0.2
OTHER_SCORE = -0.3
SENTENCE_COST = 0.8
PARALLEL_SCORE = 0.3
OWN_SUBJECT_SCORE = 0.6
CHAIN_SCORE = 0.4
SALIENCE_SCORE = 0.35
ABOUT_SCORE = 0.6
DOUBTFUL_KIND_COST = 1.0
FITTING: dict[bool | None, dict[str, float]] = {
    True: {"person": 0.0, "unknown": DOUBTFUL_KIND_COST, "group": 2.0, "organization": 2.0, "place": 3.0, "other": 2.5},
    False: {"organization": 0.0, "other": 0.0, "place": 0.4, "unknown": 0.4},
    None: {"organization": 0.0, "group": 0.0, "unknown": DOUBTFUL_KIND_COST, "other": 0.8, "place": 0.8},
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention before a pronoun that the pronoun may refer to, and what is known of its entity."""

    index: int
    start: int
    context: Context
    entity: int
    family: str
    gender: str | None
    count: int
    about: bool
    pronoun: Pronoun | None


def with_pronouns(
    doc: Doc, mentions: list[RawMention], at: dict[int, int], offset: int
) -> tuple[list[RawMention], dict[int, int]]:
    """`mentions` and `at` with the pronouns that no mention holds yet, and without an "it" that stands for nothing."""
    found = {token.i: token for token in doc if token.i not in at and _is_pronoun(token)}
    at = {i: index for i, index in at.items() if doc[i].lower_ != "it" or not _is_empty(doc[i])}
    whole: list[RawMention] = []
    placed: dict[int, int] = {}
    moved: dict[int, int] = {}
    for i in sorted({*found, *at}):
        if i in found:
            placed[i] = len(whole)
            whole.append(_pronoun(found[i], offset))
        else:
            if at[i] not in moved:
                moved[at[i]] = len(whole)
                whole.append(mentions[at[i]])
            placed[i] = moved[at[i]]
    return whole, placed


def _is_pronoun(token: Token) -> bool:
    pronoun = PRONOUNS.get(token.lower_)
    if pronoun is None or token.tag_ not in pronoun.tags:
        return False
    return token.lower_ != "it" or not _is_empty(token)


def _is_empty(it: Token) -> bool:
    """Whether "it" only fills a place: "it is clear that", "it rained"."""
    if it.dep_ == "expl":
        return True
    verb = it.head
    if it.dep_ not in SUBJECTS or verb.lemma_ not in EMPTY_IT_VERBS:
        return False
    below = [
        *verb.children,
        *(each for child in verb.children if child.dep_ in {"acomp", "attr"} for each in child.children),
    ]
    return any(child.dep_ in CLAUSES and child.i > verb.i for child in below) or verb.lemma_ in {"rain", "snow"}


def _pronoun(token: Token, offset: int) -> RawMention:
    return RawMention(
        start=offset + token.idx,
        end=offset + token.idx + len(token.text),
        surface=token.text,
        kind=UNKNOWN_KIND,
        form="pronoun",
        gender=PRONOUNS[token.lower_].gender,
        subject=token.dep_ in SUBJECTS,
    )


def best_antecedent(
    pronoun: Pronoun, start: int, context: Context, before: Sequence[Candidate]
) -> tuple[Candidate, float] | None:
    """The candidate that `pronoun` at offset `start` most likely refers to, and how surely; `None` when nothing that is
    near enough agrees with it. `before` is in order of the text."""
    if pronoun.form == "personal" and context.role == "possessive":  # "her mother"
        pronoun = replace(pronoun, form="possessive")
    best: dict[int, tuple[float, Candidate]] = {}
    beside = _beside(pronoun, context, before)
    for candidate in reversed(before):
        distance = context.sentence - candidate.context.sentence
        if start - candidate.start > MAX_DISTANCE_CHARS or distance > MAX_SENTENCES:
            break
        if candidate.entity in beside or not _agrees(pronoun, candidate):
            continue
        if not _may_bind(pronoun, context, candidate.context):
            continue
        score = _score(pronoun, context, candidate)
        if score >= LEAST_SCORE and (candidate.entity not in best or score > best[candidate.entity][0]):
            best[candidate.entity] = (score, candidate)
    if not best:
        return None
    ranked = sorted(best.values(), key=lambda pair: (-pair[0], -pair[1].start))
    clear = len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= CLEAR_MARGIN
    return ranked[0][1], CONFIDENT if clear else DOUBTFUL


def _agrees(pronoun: Pronoun, candidate: Candidate) -> bool:
    if candidate.family not in FITTING[pronoun.animate]:
        return False
    if pronoun.gender is not None and candidate.gender is not None and candidate.gender != pronoun.gender:
        return False
    if candidate.pronoun is not None and candidate.pronoun.form in {"personal", "possessive", "reflexive"}:
        return candidate.pronoun.plural == pronoun.plural and candidate.pronoun.gender == pronoun.gender
    return pronoun.animate is not False or candidate.gender is None


def _beside(pronoun: Pronoun, context: Context, before: Sequence[Candidate]) -> set[int]:
    """The entities that a personal pronoun's own clause already speaks of, by whatever mention: it means none of them
    ("the president met X. The president thanked her": her is X)."""
    if pronoun.form != "personal":
        return set()
    own = (each for each in before if each.context.clause == context.clause and each.context.role != "possessive")
    return {each.entity for each in own}


def _may_bind(pronoun: Pronoun, context: Context, other: Context) -> bool:
    """A reflexive refers within its clause, a personal pronoun beyond it; a possessive where it likes."""
    same = context.clause == other.clause
    if pronoun.form == "reflexive":
        return same
    return pronoun.form == "possessive" or not same or other.role == "possessive"


def _score(pronoun: Pronoun, context: Context, candidate: Candidate) -> float:
    other = candidate.context
    score = {"subject": SUBJECT_SCORE, "possessive": POSSESSIVE_SCORE, "object": 0.0, "other": OTHER_SCORE}[other.role]
    score -= SENTENCE_COST * (context.sentence - other.sentence)
    score -= FITTING[pronoun.animate][candidate.family]
    score += SALIENCE_SCORE * log2(1 + candidate.count)
    if other.role == context.role == "subject":
        score += PARALLEL_SCORE
    if pronoun.form == "possessive" and other.role == "subject" and other.clause == context.clause:
        score += OWN_SUBJECT_SCORE
    if candidate.pronoun is not None:
        score += CHAIN_SCORE
    if candidate.about:
        score += ABOUT_SCORE
    return score
