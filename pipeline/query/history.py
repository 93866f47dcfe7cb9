"""History: what "she", "it" or "that company" of a question stands for, from the questions and answers before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc, Token

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord

PEOPLE = frozenset("he him his she her hers".split())
THINGS = frozenset("it its".split())
SEVERAL = frozenset("they them their theirs".split())
POINTING = frozenset({"that", "this"})
PERSON = "Person"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and its answer, as texts."""

    question: str
    answer: str


def with_referents(text: str, history: Sequence[Turn], *, nlp: Language, ontology: Ontology, record: StepRecord) -> str:
    """`text` with its pronouns, and "that company" and the like, replaced by the first fitting name of the latest
    answer that has one, then of its question. Words that a name in the question itself precedes stay, and so do those
    that nothing fits. Nothing else is taken from the history.

    Raises `ContractExceeded` for a history that is too long: it is never cut.
    """
    for turn in history:
        record.take_text(turn.question)
        record.take_text(turn.answer)
    resolver = _Resolver(ontology, MentionFinder(ontology))
    parts = [part for turn in reversed(history) for part in (turn.answer, turn.question)]
    names = [each for part in parts for each in resolver.names(nlp(part))]
    said, at = "", 0
    for start, end, name in resolver.replacements(nlp(text), names):
        said += text[at:start] + name
        at = end
    return said + text[at:]


@dataclass(frozen=True, slots=True)
class _Named:
    """A name and its kind; `start` is its first character."""

    text: str
    kind: str
    start: int


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Finds names, and the words that stand for one."""

    ontology: Ontology
    find_mentions: MentionFinder

    def names(self, doc: Doc) -> list[_Named]:
        mentions, _ = self.find_mentions(doc, 0)
        return [_Named(each.surface, each.kind, each.start) for each in mentions if each.form == "name"]

    def replacements(self, doc: Doc, earlier: Sequence[_Named]) -> Iterator[tuple[int, int, str]]:
        """(start, end, name) of the words of a question that stand for a name from before it, in their order."""
        own = self.names(doc)
        for token in doc:
            first, kinds = self._meant(token)
            if first is None or any(each.start < first.idx and self._fits(each, kinds) for each in own):
                continue
            name = next((each.text for each in earlier if self._fits(each, kinds)), None)
            if name is not None:
                owned = "'s" if token.tag_ == "PRP$" else ""
                yield first.idx, token.idx + len(token), name + owned

    def _meant(self, token: Token) -> tuple[Token | None, tuple[str, ...]]:
        """The first word of a phrase that stands for something and ends with `token`, and the kinds that it can have;
        no kinds stand for all but people."""
        word = token.lower_
        if word in PEOPLE:
            return token, (PERSON,)
        if word in SEVERAL:
            return token, tuple(each for each in (PERSON, "Organization", "Group") if each in self.ontology.kinds)
        if word in THINGS and not _is_empty(token):
            return token, ()
        if token.pos_ == "NOUN" and token.i and token.nbor(-1).lower_ in POINTING:
            kind = self._kind_of(token.lemma_.lower())
            return (token.nbor(-1), (kind,)) if kind is not None else (None, ())
        return None, ()

    def _kind_of(self, noun: str) -> str | None:
        if noun in {"person", "man", "woman"}:
            return PERSON
        for known in (self.ontology.kind_of_role, self.ontology.kind_of_last_word):
            if noun in known:
                return known[noun]
        return noun.capitalize() if noun.capitalize() in self.ontology.kinds else None

    def _fits(self, named: _Named, kinds: tuple[str, ...]) -> bool:
        return self.ontology.fits(named.kind, kinds) if kinds else PERSON not in self.ontology.ancestors(named.kind)


def _is_empty(token: Token) -> bool:
    """Whether "it" stands for nothing: "is it true that ..."."""
    return token.lower_ == "it" and any(child.dep_ == "ccomp" for child in token.head.children)
