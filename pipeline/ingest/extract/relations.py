"""Relations in one parsed chunk, from its dependency tree: who, in which words, whom; how surely, when, who says so.

A relation is found by rules over spaCy's English labels (ClearNLP style) and is not yet bound to any ontology: it
carries the phrases that an ontology's triggers may match, the most specific first. Active verbs are given by lemma
("work for"), passives by participle ("born in"), and passives with an agent are turned round ("founded by" becomes
"found").
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph_schema.models import Value
from pipeline.ingest.extract.clause import ClauseReader, Stance, Times, objects_of
from pipeline.text.mentions import SUBJECTS
from pipeline.text.values import parse_money, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Token

RENAMING = frozenset("formerly previously originally".split())
BECOMING = frozenset("be become remain".split())
RELATIVE = frozenset({"WDT", "WP"})
OBJECTS = frozenset({"dobj", "oprd", "dative"})
ROLE_PHRASE = "be a"
MAX_QUOTE_CHARS = 400
MAX_ROLE_TOKENS = 8


@dataclass(slots=True)
class RawRelation:
    """`subject` and `object` are indices of mentions in the chunk; exactly one of `object` and `value` is set. `start`
    and `end` are chunk offsets of the quote. `open` is False for patterns that mean something only to an ontology."""

    subject: int
    phrases: tuple[str, ...]
    object: int | None
    value: Value | None
    start: int
    end: int
    rule: str
    stance: Stance = field(default_factory=Stance)
    times: Times = field(default_factory=Times)
    open: bool = True


class RelationFinder:
    """Finds the relations of one chunk. `at` maps token index -> mention index, `values` mention index -> value,
    `roles` are the nouns that name someone by what they do."""

    def __init__(self, doc: Doc, at: dict[int, int], values: dict[int, Value], roles: frozenset[str]) -> None:
        self.doc = doc
        self.at = at
        self.values = values
        self.roles = roles
        self.clause = ClauseReader(doc, at, values)
        self.tokens: dict[int, list[Token]] = defaultdict(list)
        for token, mention in at.items():
            self.tokens[mention].append(doc[token])

    def __call__(self) -> list[RawRelation]:
        """All relations, in the order of the tokens that carry them."""
        found: list[RawRelation] = []
        for token in self.doc:
            if token.pos_ in {"VERB", "AUX"}:
                found.extend(self._of_verb(token))
            elif token.dep_ == "appos":
                found.extend(self._of_apposition(token))
        return [relation for relation in found if relation.subject != relation.object]

    # verbs

    def _of_verb(self, verb: Token) -> Iterator[RawRelation]:
        children = list(verb.children)
        if not any(child.dep_ in OBJECTS or child.dep_ in {"prep", "agent", "attr", "acomp"} for child in children):
            return
        subjects = self._subjects(verb)
        passive = is_passive(verb)
        stance, times = self.clause.stance(verb), self.clause.times(verb)
        if passive:
            yield from self._by_agent(verb, children, subjects, stance, times)
        yield from self._of_recipient(verb, children, stance, times)
        rule = "passive" if passive else "active"
        for subject in subjects:
            for phrases, target in self._arguments(verb, children, passive):
                yield from self._between(verb, subject, phrases, target, stance, times, rule)
            for phrases, target in self._misattached(verb, children, passive):
                for relation in self._between(verb, subject, phrases, target, stance, times, rule):
                    relation.open = False
                    yield relation
            for noun in _role_nouns(verb, children):
                yield from self._of_noun(noun, subject, stance, times, "copula")
        yield from self._of_inverted_copula(verb, children, stance, times)

    def _of_recipient(self, verb: Token, children: list[Token], stance: Stance, times: Times) -> Iterator[RawRelation]:
        """ "They awarded her the medal" says of her what "she was awarded the medal" says."""
        recipients = [child for child in children if child.dep_ == "dative" and child.pos_ != "ADP"]
        for recipient in recipients:
            for subject in self._entities(recipient):
                for given in (child for child in children if child.dep_ == "dobj"):
                    yield from self._between(verb, subject, (verb.lower_,), given, stance, times, "passive")

    def _by_agent(
        self, verb: Token, children: list[Token], patients: list[int], stance: Stance, times: Times
    ) -> Iterator[RawRelation]:
        for agent in children:
            if agent.dep_ != "agent":
                continue
            for target in objects_of(agent):
                for subject in self._entities(target):
                    for patient in patients:
                        yield self._relation(
                            verb, subject, (verb.lemma_.lower(),), patient, None, target, stance, times, "agent"
                        )

    def _arguments(self, verb: Token, children: list[Token], passive: bool) -> Iterator[tuple[tuple[str, ...], Token]]:
        base = _base(verb, children, passive)
        adverbs = [child.lower_ for child in children if child.dep_ == "advmod" and child.lower_ in RENAMING]
        for child in children:
            if child.dep_ in OBJECTS:
                yield (base,), child
            elif child.dep_ == "acomp":
                yield from self._of_adjective(child)
            elif child.dep_ == "prep":
                phrase = f"{base} {child.lower_}"
                phrases = (*(f"{adverb} {phrase}" for adverb in adverbs), phrase)
                yield from ((phrases, target) for target in objects_of(child))

    def _misattached(
        self, verb: Token, children: list[Token], passive: bool
    ) -> Iterator[tuple[tuple[str, ...], Token]]:
        """The parser often hangs the place of "studied physics at X" on the object: read it of the verb."""
        base = _base(verb, children, passive)
        for direct in children:
            if direct.dep_ == "dobj" and direct.i not in self.at:
                for child in direct.children:
                    if child.dep_ == "prep" and child.lower_ != "of":
                        yield from (((f"{base} {child.lower_}",), target) for target in objects_of(child))

    def _of_inverted_copula(
        self, verb: Token, children: list[Token], stance: Stance, times: Times
    ) -> Iterator[RawRelation]:
        """ "The director of the museum is X"."""
        if verb.lemma_ != "be":
            return
        described = [child for child in children if child.dep_ == "nsubj" and child.pos_ == "NOUN"]
        for noun in described:
            for named in (child for child in children if child.dep_ == "attr"):
                for subject in self._entities(named, appositions=False):
                    yield from self._of_noun(noun, subject, stance, times, "copula")

    def _of_adjective(self, adjective: Token) -> Iterator[tuple[tuple[str, ...], Token]]:
        """ "is 620 metres long", "is married to X"."""
        for child in adjective.children:
            if child.dep_ == "npadvmod":
                yield (adjective.lower_,), child
            elif child.dep_ == "prep":
                yield from (((f"{adjective.lower_} {child.lower_}",), target) for target in objects_of(child))

    def _subjects(self, verb: Token) -> list[int]:
        """Mention indices of who does it, or to whom it is done."""
        subjects = [child for child in verb.children if child.dep_ in SUBJECTS]
        for child in subjects:
            found = self._entities(verb.head if child.tag_ in RELATIVE and verb.dep_ == "relcl" else child)
            if found:
                return found
        if subjects:
            return []
        match verb.dep_:
            case "conj" | "xcomp" | "advcl" if verb.head.pos_ in {"VERB", "AUX"} and verb.head.i != verb.i:
                return self._subjects(verb.head)
            case "acl":
                return self._entities(verb.head)
        return []

    # nouns

    def _of_apposition(self, noun: Token) -> Iterator[RawRelation]:
        head = noun.head
        renamed = [child.lower_ for child in noun.children if child.dep_ == "advmod" and child.lower_ in RENAMING]
        for subject in self._entities(head, appositions=False):
            if renamed:
                for former in self._entities(noun, appositions=False):
                    yield self._relation(
                        noun, subject, (renamed[0],), former, None, noun, Stance(), Times(), "apposition", is_open=False
                    )
            elif noun.i not in self.at:
                yield from self._of_noun(noun, subject, Stance(), Times(), "apposition")
        if head.i not in self.at:
            for subject in self._entities(noun, appositions=False):
                yield from self._of_noun(head, subject, Stance(), Times(), "apposition")

    def _of_noun(self, noun: Token, subject: int, stance: Stance, times: Times, rule: str) -> Iterator[RawRelation]:
        """ "founder of Y", "Y's founder", "an engineer at Y": what a noun says of the subject it describes."""
        lemma = noun.lemma_.lower()
        for child in noun.children:
            if child.dep_ == "prep":
                targets, phrase = objects_of(child), f"{lemma} {child.lower_}"
            elif child.dep_ in {"poss", "compound"}:
                targets, phrase = [child], f"{lemma} of"
            else:
                continue
            for target in targets:
                for relation in self._between(noun, subject, (phrase,), target, stance, times, rule):
                    relation.open = False
                    yield relation
        if lemma in self.roles:
            role = _role(noun)
            yield self._relation(noun, subject, (ROLE_PHRASE,), None, role, noun, stance, times, rule, is_open=False)

    # arguments

    def _between(
        self, trigger: Token, subject: int, phrases: tuple[str, ...], target: Token, stance: Stance, times: Times,
        rule: str,
    ) -> Iterator[RawRelation]:  # fmt: skip
        negated = stance.negated or any(child.lower_ == "no" and child.dep_ == "det" for child in target.children)
        said = Stance(negated, stance.modality, stance.attributed_to)
        objects = self._entities(target)
        for each in objects:
            yield self._relation(trigger, subject, phrases, each, None, target, said, times, rule)
        if not objects and (value := self._value(target)) is not None:
            yield self._relation(trigger, subject, phrases, None, value, target, said, times, rule)

    def _entities(self, token: Token, *, appositions: bool = True) -> list[int]:
        """The entity mentions that `token` heads: itself, a name in apposition to it, and what is coordinated."""
        index = self.at.get(token.i)
        if index is not None and index in self.values:
            return []
        found = [index] if index is not None else []
        for child in token.children:
            if child.dep_ == "conj":
                found.extend(self._entities(child))
            elif (
                appositions and index is None and child.dep_ == "appos" and (named := self.at.get(child.i)) is not None
            ):
                found.append(named)
        return list(dict.fromkeys(each for each in found if each not in self.values))

    def _value(self, token: Token) -> Value | None:
        index = self.at.get(token.i)
        if index is not None:
            return self.values.get(index)
        if (date := self.clause.date(token)) is not None:
            return date
        for child in token.children:
            if child.dep_ == "nummod":
                text = self.doc[child.left_edge.i : token.i + 1].text
                return parse_money(text) or parse_quantity(text, token.lemma_)
        return None

    # quotes

    def _relation(
        self, trigger: Token, subject: int, phrases: tuple[str, ...], target: int | None, value: Value | None,
        target_token: Token, stance: Stance, times: Times, rule: str, *, is_open: bool = True,
    ) -> RawRelation:  # fmt: skip
        said = [trigger, target_token, *self.tokens[subject], *(self.tokens[target] if target is not None else ())]
        start, end = self._quote(trigger, said)
        return RawRelation(subject, phrases, target, value, start, end, rule, stance, times, is_open)

    def _quote(self, trigger: Token, said: list[Token]) -> tuple[int, int]:
        """The sentence, within its paragraph; of a very long one only the stretch that holds everything `said`."""
        sentence, text = trigger.sent, self.doc.text
        start, end = sentence.start_char, sentence.end_char
        inner_start, inner_end = min(token.idx for token in said), max(_end(token) for token in said)
        if end - start > MAX_QUOTE_CHARS:
            start, end = inner_start, inner_end
        start = max(start, text.rfind("\n\n", start, inner_start) + 1)
        if (cut := text.find("\n\n", inner_end, end)) >= 0:
            end = cut
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return start, end


def is_passive(verb: Token) -> bool:
    """Whether the subject of `verb` undergoes it."""
    if verb.tag_ != "VBN":
        return False
    children = [child.dep_ for child in verb.children]
    if "auxpass" in children or "nsubjpass" in children:
        return True
    if any(child.dep_ == "aux" and child.lemma_ == "have" for child in verb.children):
        return False
    return verb.dep_ in {"acl", "advcl"} or (verb.dep_ == "conj" and "nsubj" not in children and is_passive(verb.head))


def _base(verb: Token, children: list[Token], passive: bool) -> str:
    particle = next((f" {child.lower_}" for child in children if child.dep_ == "prt"), "")
    return (verb.lower_ if passive or _is_bare(verb) else verb.lemma_.lower()) + particle


def _is_bare(verb: Token) -> bool:
    """Whether `verb` is its own lemma, as after "do" or "will"; of "did not found" the lemmatizer makes "find"."""
    auxiliaries = [child for child in verb.children if child.dep_ == "aux"]
    helped = any(child.tag_ == "MD" or child.lemma_ == "do" for child in auxiliaries)
    return helped and all(child.lemma_ not in {"be", "have"} for child in auxiliaries)


def _role_nouns(verb: Token, children: list[Token]) -> Iterator[Token]:
    """Nouns that say what the subject is: "was the founder", "became director", "worked as a clerk"."""
    for child in children:
        if child.dep_ in {"attr", "oprd"} or (child.dep_ == "dobj" and verb.lemma_ in BECOMING):
            yield from (noun for noun in (child, *child.conjuncts) if noun.pos_ == "NOUN")
        elif child.dep_ == "prep" and child.lower_ == "as":
            yield from (noun for noun in objects_of(child) if noun.pos_ == "NOUN")


def _role(noun: Token) -> Value:
    """The role as the text says it, without its article: "managing director of Norvik Systems"."""
    first = noun.i
    while first > noun.left_edge.i and noun.doc[first - 1].dep_ in {"compound", "amod"}:
        first -= 1
    last = noun.i
    for child in noun.children:
        if (
            child.dep_ == "prep"
            and child.lower_ in {"of", "at", "for"}
            and child.right_edge.i - first < MAX_ROLE_TOKENS
        ):
            last = max(last, child.right_edge.i)
    text = noun.doc[first : last + 1].text
    return Value(type="string", normalised=" ".join(text.lower().split()), text=text)


def _end(token: Token) -> int:
    return token.idx + len(token.text)
