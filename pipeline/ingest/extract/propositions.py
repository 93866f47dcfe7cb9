"""Propositions: what a parsed chunk says, clause by clause, in the text's own words.

An open extraction in the sense of ClausIE (Del Corro and Gemulla, WWW 2013): the subject, the words of the relation,
and every argument of the clause in order, over arbitrary phrases and clauses. Each clause gives one proposition that
holds all its arguments, which is what CaRB's annotators wrote most often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pipeline.ingest.extract.clause import CORE_ROLES, VERBS, Tree, read_clauses
from pipeline.ingest.extract.stance import Stance, StanceReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spacy.tokens import Doc, Token

    from graph_schema.models import Value
    from pipeline.ingest.extract.clause import Clause, Rule
    from pipeline.ingest.extract.times import Times

Words: TypeAlias = "tuple[Token, ...]"

RELATION_PARTS = frozenset({"aux", "auxpass", "neg", "prt"})
ASIDES = frozenset({"relcl", "appos", "acl"})
NAME_ASIDES = ASIDES | {"prep"}
NOTHING = frozenset[str]()
BE = "is"
CLOSING = frozenset({"”", ")", "’", '"'})
CONFIDENCE: dict[Rule, float] = {"active": 0.71, "passive": 0.73, "copula": 0.65, "apposition": 0.47}
DEPENDENT_FACTOR = 0.78


@dataclass(frozen=True, slots=True)
class Proposition:
    """What one clause says. Subject and arguments are the words of their phrases in order, markers included ("in
    1962"); an apposition or a relative clause is left out of its phrase, for it is a proposition of its own. `relation`
    may open with "is", which the text does not hold. `confidence` is the precision of such propositions under
    CaRB's scorer, measured over half of its development sentences: what the main clause says is surer."""

    subject: Words
    relation: tuple[Token | str, ...]
    arguments: tuple[Words, ...]
    rule: Rule
    stance: Stance
    times: Times
    confidence: float


def propositions(
    doc: Doc, at: Mapping[int, int] | None = None, values: Mapping[int, Value] | None = None
) -> list[Proposition]:
    """All propositions of a chunk, in the order of the tokens that carry them. `at` maps token index -> mention index
    and `values` mention index -> value: without them no proposition is dated."""
    tree = Tree(doc)
    stances = StanceReader(tree, dict(at or {}), dict(values or {}))
    return [each for clause in read_clauses(tree) for each in _of_clause(tree, stances, clause)]


def words_of(tree: Tree, head: Token, without: frozenset[str] = ASIDES) -> Words:
    """The words of the phrase that `head` heads, without asides and without punctuation at its ends; a clause is kept
    whole."""
    words = tree.phrase(head, NOTHING if head.pos_ in VERBS else without)
    first, last = 0, len(words)
    while first < last and (words[first].is_space or words[first].dep_ in {"punct", "mark"}):
        first += 1
    while last > first and (words[last - 1].is_space or _closes_nothing(words[last - 1])):
        last -= 1
    return tuple(words[first:last])


def _closes_nothing(word: Token) -> bool:
    return word.dep_ in {"cc", "case"} or (word.dep_ == "punct" and word.text not in CLOSING)


def _of_clause(tree: Tree, stances: StanceReader, clause: Clause) -> Iterator[Proposition]:
    match clause.rule:
        case "nominal" | "title":
            return
        case "apposition":
            subject = words_of(tree, clause.subject, NAME_ASIDES)
            parts: tuple[tuple[Token | str, ...], tuple[Words, ...]] = (BE,), (words_of(tree, clause.head),)
        case _:
            if _is_continued(tree, clause.head):
                return
            subject = words_of(tree, clause.subject)
            parts = _of_verb(tree, clause)
    relation, arguments = parts
    main = any(verb.dep_ == "ROOT" for verb in (*clause.governors, clause.head))
    confidence = round(CONFIDENCE[clause.rule] * (1.0 if main else DEPENDENT_FACTOR), 4)
    yield Proposition(subject, relation, arguments, clause.rule, stances(clause), stances.when(clause), confidence)


def _of_verb(tree: Tree, clause: Clause) -> tuple[Words, tuple[Words, ...]]:
    """The verb group and the arguments; a preposition belongs to the relation when it follows the verb itself."""
    relation = _verb_group(tree, clause)
    arguments = [each for each in clause.arguments if each.head not in relation]
    arguments.sort(key=lambda each: each.role not in CORE_ROLES)
    phrases = [(*each.markers, *words_of(tree, each.head)) for each in arguments]
    if arguments and arguments[0].markers:
        relation += arguments[0].markers
        phrases[0] = words_of(tree, arguments[0].head)
    return relation, tuple(phrases)


def _is_continued(tree: Tree, verb: Token) -> bool:
    """Whether a verb says nothing without its complement, whose proposition it is part of ("plans to buy")."""
    children = tree.children[verb.i]
    if any(child.dep_ == "acomp" and tree.has(child, "xcomp") for child in children):
        return True
    labels = {child.dep_ for child in children}
    return "xcomp" in labels and "dobj" not in labels


def _verb_group(tree: Tree, clause: Clause) -> Words:
    """The verb with auxiliaries, negation and particle, an adverb within or just before them, and its governors."""
    found: list[Token] = []
    for verb in (*clause.governors, clause.head):
        group = [verb, *(child for child in tree.children[verb.i] if child.dep_ in RELATION_PARTS)]
        first = min(word.i for word in group) - 1
        found += group
        found += (
            child for child in tree.of(verb, "advmod") if first <= child.i < verb.i and not tree.children[child.i]
        )
    return tuple(sorted(found, key=lambda word: word.i))
