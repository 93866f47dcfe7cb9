"""Meanings: the predicates that the words of a question can mean, and at which end of them its names stand."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pipeline.query.question import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Token

    from graph_schema.models import ValueType
    from graph_schema.ontology import Direction, Ontology
    from pipeline.query.question import Form, NameSpan, Side

LEADING_VERBS = frozenset({"be", "have", "do", "list", "name", "enumerate", "tell", "know", "give"})
LINKING_WORDS = frozenset("in on at of for to with from as near".split())
ASKING_TAGS = frozenset({"WDT", "WP", "WP$", "WRB"})

Meaning = tuple[int, Wanted]
Expected = tuple[tuple[str, ...], "ValueType | None", "Form"]


class Meanings:
    """What words can mean under one ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.by_head = _triggers_by_head(ontology)

    def __call__(
        self, doc: Doc, names: tuple[NameSpan, ...], expected: Expected
    ) -> tuple[tuple[Wanted, ...], tuple[Wanted, ...]]:
        """What the question asks for, and the inner relation of one over two."""
        named = {token for name in names for token in name.tokens}
        found = [each for token in doc if token.i not in named for each in self._meanings(token, names)]
        return self._relations(doc, found, named, expected)

    def _meanings(self, token: Token, names: tuple[NameSpan, ...]) -> Iterator[Meaning]:
        """(score, meaning) for each predicate that a word can mean; a phrase that is there in full scores higher."""
        asked = any(child.tag_ in ASKING_TAGS and child.dep_ == "det" for child in token.children)
        if asked or token.pos_ not in {"VERB", "NOUN", "ADJ", "ADV"}:
            return
        present = {other.lower_ for other in token.doc}
        for head in dict.fromkeys((token.lower_, token.lemma_.lower())):
            for rest, predicate, direction in self.by_head.get(head, ()):
                passive_phrase = head == token.lower_ and head != token.lemma_.lower()
                if any(word not in present for word in rest if word not in LINKING_WORDS):
                    continue
                score = 2 if all(word in present for word in rest) else 1
                first = _stands_first(token, names, passive_phrase=passive_phrase)
                yield score, Wanted(predicate, _side(first, direction), token.i, first)

    def _relations(
        self, doc: Doc, found: list[Meaning], named: set[int], expected: Expected
    ) -> tuple[tuple[Wanted, ...], tuple[Wanted, ...]]:
        """What the question asks for, and the inner relation of one over two."""
        if _asks_otherwise(doc, {wanted.token for _, wanted in found}):
            return (), ()
        outer, inner = _nested(doc, found, named)
        between = [
            (score, wanted) for score, wanted in inner if self.ontology.predicates[wanted.predicate].value is None
        ]
        wanted = self._fitting(outer, expected)
        if wanted and between:
            return wanted, self._fitting(between, ((), None, "fact"))
        return wanted or self._fitting(found, expected), ()

    def _fitting(self, found: list[Meaning], expected: Expected) -> tuple[Wanted, ...]:
        """The meanings whose answers can be of the expected kind: the best scored ones, each predicate once."""
        fitting: dict[str, tuple[int, Wanted]] = {}
        for score, wanted in found:
            adapted = self._adapted(wanted, expected)
            if adapted is None:
                continue
            exact = expected[1] is not None and self.ontology.predicates[wanted.predicate].value == expected[1]
            scored = (score + (2 if exact else 0), adapted)
            if wanted.predicate not in fitting or scored[0] > fitting[wanted.predicate][0]:
                fitting[wanted.predicate] = scored
        best = max((score for score, _ in fitting.values()), default=0)
        return tuple(wanted for score, wanted in fitting.values() if score == best)

    def _adapted(self, wanted: Wanted, expected: Expected) -> Wanted | None:
        """`wanted` if it can be answered by what is expected, turned round where only that makes sense."""
        kinds, value, form = expected
        predicate = self.ontology.predicates[wanted.predicate]
        if predicate.value is not None:
            fits = (
                predicate.value == value
                or form == "yes-no"
                or (value is None and not kinds and predicate.value != "date")
            )
            return Wanted(wanted.predicate, "subject", wanted.token) if fits else None
        if value not in {None, "date"} and form != "count":
            return None
        answers: dict[Side, tuple[str, ...]] = {"subject": predicate.range, "object": predicate.domain}
        fitting = [
            side
            for side, allowed in answers.items()
            if not kinds or any(self._related(kind, allowed) for kind in kinds)
        ]
        if wanted.side in fitting or (wanted.side is None and len(fitting) > 1):
            return wanted
        return Wanted(wanted.predicate, fitting[0], wanted.token) if fitting else None

    def _related(self, kind: str, allowed: tuple[str, ...]) -> bool:
        return self.ontology.fits(kind, allowed) or any(kind in self.ontology.ancestors(each) for each in allowed)


def _triggers_by_head(ontology: Ontology) -> dict[str, list[tuple[tuple[str, ...], str, Direction]]]:
    """First word of a trigger that is not a mere article -> (other words, predicate, direction)."""
    by_head: dict[str, list[tuple[tuple[str, ...], str, Direction]]] = defaultdict(list)
    for phrase, meanings in ontology.triggers.items():
        head, *rest = phrase.split()
        if phrase != "be a":
            for meaning in meanings:
                by_head[head].append((tuple(rest), meaning.predicate, meaning.direction))
    for name, predicate in ontology.predicates.items():
        for phrase in predicate.asked_by:
            head, *rest = phrase.split()
            by_head[head].append((tuple(rest), name, "forward"))
    return by_head


def _stands_first(token: Token, names: tuple[NameSpan, ...], *, passive_phrase: bool) -> bool | None:
    """Whether the named entity stands before a phrase that `token` begins, read from the branch of the tree it hangs
    on; `None` without a name."""
    branch = _branch(token, names)
    if branch is None:
        return None
    if token.pos_ == "NOUN":
        return not branch
    if branch == "nsubjpass":
        return passive_phrase
    return branch in {"nsubj", "agent", "relcl", "acl"}


def _side(first: bool | None, direction: Direction) -> Side | None:
    if first is None:
        return None
    return "subject" if first == (direction == "forward") else "object"


def _branch(token: Token, names: tuple[NameSpan, ...]) -> str | None:
    """The dependency of the child of `token` that a name hangs on; "" when a name hangs elsewhere, `None` without a
    name."""
    if not names:
        return None
    for name in names:
        current = token.doc[name.tokens[-1]]
        while current.head.i != current.i:
            if current.head.i == token.i:
                return current.dep_
            current = current.head
    return ""


def _nested(doc: Doc, found: list[Meaning], named: set[int]) -> tuple[list[Meaning], list[Meaning]]:
    """Split the meanings of "where was the founder of X born" into the outer and the inner relation: the name hangs on
    the inner one, and the outer one stands outside of that branch."""
    tokens = {wanted.token for _, wanted in found}
    below = {index: {token.i for token in doc[index].subtree} for index in tokens}
    holding = [index for index in tokens if named & below[index]]
    if not holding:
        return found, []
    inner = min(holding, key=lambda index: (len(below[index]), index))
    outside = {index for index in tokens if index != inner and (inner in below[index] or index not in holding)}
    meant = {wanted.predicate for _, wanted in found if wanted.token == inner}
    if not outside or meant & {wanted.predicate for _, wanted in found if wanted.token in outside}:
        return found, []
    return [each for each in found if each[1].token in outside], [each for each in found if each[1].token == inner]


def _asks_otherwise(doc: Doc, meant: set[int]) -> bool:
    """Whether the main verb, or what "be" says, is no word of the ontology: then its other words only describe."""
    for token in doc:
        if token.dep_ != "ROOT":
            continue
        said = [child for child in token.children if child.dep_ == "acomp"] if token.lemma_ == "be" else [token]
        return any(
            each.pos_ in {"VERB", "ADJ"} and each.lemma_.lower() not in LEADING_VERBS and each.i not in meant
            for each in said
        )
    return False
