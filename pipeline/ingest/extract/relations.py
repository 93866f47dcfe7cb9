"""Relations between the mentions of one parsed chunk: who, in which words, whom; how surely, when, who says so.

Each is one argument of a clause, bound to mentions and values, and not yet to any ontology: it carries the phrases that
an ontology's triggers may match. Active verbs are given by lemma ("work for"), passives by participle ("born in"), and
passives with an agent are turned round ("founded by" becomes "found"), as are nouns that stand for a deed ("X's
purchase of Y" becomes "buy"). Where the object is no mention, what a main clause says of its subject is kept as a
string in the text's words.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from graph_schema.models import Value
from pipeline.ingest.extract.amounts import HAVING, AmountReader, coordinated
from pipeline.ingest.extract.attitudes import NO
from pipeline.ingest.extract.clause import CORE_ROLES, VERBS, Clause, Tree, has_subject, obliques, read_clauses
from pipeline.ingest.extract.contrast import excludes
from pipeline.ingest.extract.events import EVENT_NOUNS
from pipeline.ingest.extract.lifespans import life_after
from pipeline.ingest.extract.propositions import words_of
from pipeline.ingest.extract.quotations import SAYING
from pipeline.ingest.extract.roles import DEPUTY, is_subordinate
from pipeline.ingest.extract.stance import Stance, StanceReader
from pipeline.ingest.extract.times import Times
from pipeline.text.values import parse_money, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Doc, Token

    from pipeline.ingest.extract.clause import Argument
    from pipeline.text.mentions import RawMention

RENAMING = frozenset("formerly previously originally".split())
BECOMING = frozenset("be become remain".split())
APPOINTING = frozenset("appoint name elect hire choose select nominate install designate make confirm".split())
FOLLOWING = frozenset("succeed replace follow join leave begin start end serve spend".split())
REGARDING = frozenset(
    "describe regard see portray view denounce consider perceive depict treat think call accuse brand".split()
)
LIGHT = frozenset("be have do go come get make take give let seem".split())
CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})
SINGULAR = frozenset({"NN", "NNP"})
ROLE_PHRASE = "be a"
BORN_PHRASES, DIED_PHRASES = ("born on",), ("die on",)
MAX_QUOTE_CHARS = 400
MAX_ROLE_TOKENS = 8
MAX_STRING_TOKENS = 15
MIN_CONTENT_WORDS = 2


@dataclass(slots=True)
class RawRelation:
    """`subject` and `object` are indices of mentions in the chunk; exactly one of `object` and `value` is set. The last
    of `phrases` is what an open claim is called by. `start` and `end` are chunk offsets of the quote. `open` is False
    for patterns that mean something only to an ontology."""

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


@dataclass(frozen=True, slots=True)
class _Said:
    """What all relations of one clause share."""

    trigger: Token
    rule: str
    stance: Stance
    times: Times


class RelationFinder:
    """Finds the relations of one chunk. `at` maps token index -> mention index, `values` mention index -> value,
    `roles` are the nouns that name someone by what they do, `people` the mentions that name a person, `described` those
    that only describe something."""

    def __init__(
        self, doc: Doc, at: dict[int, int], values: dict[int, Value], roles: frozenset[str],
        people: frozenset[int] = frozenset(), described: frozenset[int] = frozenset(),
    ) -> None:  # fmt: skip
        self.doc = doc
        self.text = doc.text  # spaCy builds it anew at each access
        self.at = at
        self.values = values
        self.roles = roles
        self.people = people
        self.described = described
        self.named_at = {token: mention for token, mention in at.items() if mention not in described}
        self.tree = Tree(doc)
        self.stances = StanceReader(self.tree, self.named_at, values)
        self.amounts = AmountReader(self.tree, self._entities, self._value)
        self.tokens: dict[int, list[Token]] = defaultdict(list)
        for token, mention in at.items():
            self.tokens[mention].append(doc[token])

    def __call__(self) -> list[RawRelation]:
        """All relations, in the order of the tokens that carry them; what brackets tell of lives comes last."""
        found = [relation for clause in read_clauses(self.tree) for relation in self._of_clause(clause)]
        return [relation for relation in (*found, *self._of_lives()) if relation.subject != relation.object]

    def _of_lives(self) -> Iterator[RawRelation]:
        """ "X (1950-2010)": when X was born and died."""
        for person in sorted(self.people):
            last = self.tokens[person][-1]
            life = life_after(self.text, _end(last))
            if life is None:
                continue
            said = _Said(last, "lifespan", Stance(), Times())
            told = next(token for token in self.doc[last.i :] if _end(token) >= life.end)
            for phrases, value in ((BORN_PHRASES, life.born), (DIED_PHRASES, life.died)):
                if value is not None:
                    yield self._relation(said, person, phrases, None, value, told, is_open=False)

    def places_within(self, mentions: Sequence[RawMention]) -> Iterator[RawRelation]:
        """ "Turin, Italy": each part of what the tagger holds for the name of one place lies in the next; lines of a
        menu, one below the other, are no such parts."""
        for index, (inner, outer) in enumerate(pairwise(mentions)):
            same = (inner.tagged_start, inner.tagged_end) == (outer.tagged_start, outer.tagged_end)
            if same and index in self.tokens and index + 1 in self.tokens:
                first, last = self.tokens[index][-1], self.tokens[index + 1][0]
                if [token.text for token in first.doc[first.i + 1 : last.i]] != [","]:
                    continue
                said = _Said(first, "part", Stance(), Times())
                yield self._relation(said, index, ("located in",), index + 1, None, last, is_open=False)

    def _of_clause(self, clause: Clause) -> Iterator[RawRelation]:
        if not clause.arguments or not self.at:
            return iter(())
        match clause.rule:
            case "apposition":
                return self._of_apposition(clause)
            case "title":
                return self._of_title(clause)
            case "nominal":
                return self._of_event(clause)
            case _:
                return chain(self._of_verb(clause), self._of_amounts(clause))

    # verbs

    def _of_verb(self, clause: Clause) -> Iterator[RawRelation]:
        verb = clause.head
        subjects = self._entities(clause.subject)
        bearers = [(bearer, noun) for bearer, noun in self._role_bearers(clause) if self._entities(bearer)]
        recipients = [each for each in clause.arguments if each.role == "recipient"]
        agents = [each for each in clause.arguments if each.role == "agent"]
        if not (subjects or bearers or recipients or agents):
            return
        stance, times = self.stances(clause), self.stances.when(clause)
        said = _Said(verb, _voice(clause), stance, times)
        agent = _Said(verb, "agent", stance, times)
        for by in agents:
            for doer in self._entities(by.head):
                for patient in subjects:
                    own = self._contrasted(agent, self._root(doer), self._root(patient))
                    yield self._relation(own, doer, (verb.lemma_.lower(),), patient, None, by.head)
            if (value := self.amounts.of(by.head)) is not None:  # "inhabited by 900 people"
                for patient in subjects:
                    yield self._relation(said, patient, (f"{verb.lower_} by",), None, value, by.head, is_open=False)
        yield from self._of_recipients(clause, recipients, stance, times)
        for index, subject in enumerate(subjects):
            own = self._contrasted(said, self._root(subject))
            for phrases, target in self._phrases(clause):
                yield from self._between(own, subject, phrases, self._own_date(target, index, len(subjects)))
            for phrases, target in self._misattached(clause):
                for relation in self._between(own, subject, phrases, target):
                    relation.open = verb.lemma_ in LIGHT
                    yield relation
            yield from self._of_words(own, subject, clause)
        for bearer, noun in bearers:
            for subject in self._entities(bearer):
                for each in coordinated(self.tree, noun):
                    if each.i not in self.at or each.i == noun.i:
                        own_stance = self.stances.within(self._root(subject), verb, stance)
                        yield from self._of_noun(each, subject, self._of_bearer(clause, each, own_stance))

    def _own_date(self, target: Token, index: int, count: int) -> Token:
        """ "X and Y were born in 1950 and 1953": of as many dates as subjects, each has its own."""
        dates = [target]
        for each in dates:
            dates.extend(self.tree.of(each, "conj"))
        paired = len(dates) == count > 1 and all(self.stances.when.date(each) is not None for each in dates)
        return dates[index] if paired else target

    def _of_recipients(
        self, clause: Clause, recipients: list[Argument], stance: Stance, times: Times
    ) -> Iterator[RawRelation]:
        """ "They awarded her the medal" says of her what "she was awarded the medal" says."""
        said = _Said(clause.head, "passive", stance, times)
        given = [each.head for each in clause.arguments if each.role == "object"]
        for recipient in recipients:
            for subject in self._entities(recipient.head):
                for target in given:
                    yield from self._between(said, subject, (clause.head.lower_,), target)

    def _phrases(self, clause: Clause) -> Iterator[tuple[tuple[str, ...], Token]]:
        """Each argument with the phrases that lead to it. The last phrase is what an open claim is called by: with the
        object in it, where that is no mention ("take part in")."""
        base, deed = self._base(clause), self._deed(clause)
        adverbs = [child.lower_ for child in self.tree.of(clause.head, "advmod") if child.lower_ in RENAMING]
        for argument in clause.arguments:
            if argument.role in {"object", "recipient"} or (argument.role == "attribute" and clause.rule != "copula"):
                yield (base,), argument.head
            elif argument.role == "oblique" and not excludes(self.tree, argument.markers[0]):
                words = " ".join(word.lower_ for word in argument.markers)
                if argument.markers[0].dep_ == "acomp":
                    yield (words,), argument.head
                else:
                    phrase = f"{base} {words}"
                    forms = (*(f"{adverb} {phrase}" for adverb in adverbs), phrase)
                    yield (*forms, f"{deed} {words}") if deed else forms, argument.head

    def _misattached(self, clause: Clause) -> Iterator[tuple[tuple[str, ...], Token]]:
        """The parser often hangs the place of "studied physics at X" on the object: read it of the verb."""
        base, deed = self._base(clause), self._deed(clause)
        for argument in clause.arguments:
            if argument.role == "object" and argument.head.i not in self.named_at:
                for child in self.tree.of(argument.head, "prep"):
                    if child.lower_ != "of":
                        phrases = (f"{base} {child.lower_}", *((f"{deed} {child.lower_}",) if deed else ()))
                        yield from ((phrases, each.head) for each in obliques(self.tree, child))

    def _deed(self, clause: Clause) -> str | None:
        """The verb with its object, where that is no mention: "take part"."""
        for argument in clause.arguments:
            if argument.role == "object" and argument.head.pos_ == "NOUN" and not self._is_bound(argument.head):
                return f"{self._base(clause)} {argument.head.lemma_.lower()}"
        return None

    def _role_bearers(self, clause: Clause) -> Iterator[tuple[Token, Token]]:
        """Who is said to be what: "she was the founder", "worked as a clerk", "they elected her president", "succeeded
        him as director", "the director is Anna Berg"."""
        verb = clause.head
        direct = [each.head for each in clause.arguments if each.role == "object"]
        for argument in clause.arguments:
            noun = argument.head
            if argument.role == "attribute":
                if clause.rule == "copula" and clause.subject.pos_ == "NOUN" and self._entities(noun):
                    yield noun, clause.subject
                elif noun.pos_ == "NOUN" and (direct or clause.rule == "passive" or verb.lemma_ not in APPOINTING):
                    yield (direct[0] if direct else clause.subject), noun
            elif argument.role == "object" and verb.lemma_ in BECOMING and noun.pos_ == "NOUN":
                yield clause.subject, noun
            elif argument.role == "oblique" and argument.markers[-1].lower_ == "as" and noun.pos_ == "NOUN":
                if verb.lemma_ in REGARDING:
                    continue
                named = bool(direct) and direct[0].i in self.at and argument.markers[0].i > verb.i
                if not named or clause.rule == "passive" or verb.lemma_ in FOLLOWING:
                    yield clause.subject, noun
                elif verb.lemma_ in APPOINTING:
                    yield direct[0], noun

    def _of_bearer(self, clause: Clause, noun: Token, stance: Stance) -> _Said:
        """How someone is said to be what `noun` says: "was the alleged founder", "resigned as director in 1998"."""
        stance = self.stances.within(noun, clause.head, stance.under(self.stances.of_noun(noun)))
        return _Said(noun, "copula", stance, self.stances.when.of(clause, noun))

    def _base(self, clause: Clause) -> str:
        verb = clause.head
        particle = next((f" {child.lower_}" for child in self.tree.of(verb, "prt")), "")
        own_form = clause.rule == "passive" or self._is_bare(verb)
        return (verb.lower_ if own_form else verb.lemma_.lower()) + particle

    def _is_bare(self, verb: Token) -> bool:
        """Whether `verb` is its own lemma, as after "do" or "to"; of "did not found" the lemmatizer makes "find"."""
        auxiliaries = self.tree.of(verb, "aux")
        helped = any(child.tag_ == "MD" or child.lemma_ in {"do", "to"} for child in auxiliaries)
        return helped and all(child.lemma_ not in {"be", "have"} for child in auxiliaries)

    # amounts

    def _of_amounts(self, clause: Clause) -> Iterator[RawRelation]:
        """ "The population of X is 900", "X has 900 inhabitants", "bought X for 900 euros": amounts that a noun, or
        what is done to X, has."""
        verb = clause.head
        told = list(self.amounts(clause))
        if not told:
            return
        said = _Said(verb, _voice(clause), self.stances(clause), self.stances.when(clause))
        for owner, phrase, value, at in told:
            yield self._relation(said, owner, (phrase,), None, value, at, is_open=False)

    # nouns

    def _of_apposition(self, clause: Clause) -> Iterator[RawRelation]:
        noun, head = clause.head, clause.subject
        said = _Said(noun, "apposition", Stance(), Times())
        renamed = [child.lower_ for child in self.tree.of(noun, "advmod") if child.lower_ in RENAMING]
        if renamed:
            for subject in self._entities(head, appositions=False):
                for former in self._entities(noun, appositions=False):
                    yield self._relation(said, subject, (renamed[0],), former, None, noun, is_open=False)
            return
        if (value := self.amounts.counted(noun)) is not None:  # "X (population 900)"
            for subject in self._entities(head, appositions=False):
                phrase = f"{noun.lemma_.lower()} of"
                yield self._relation(said, subject, (phrase,), None, value, noun, is_open=False)
        first = head
        while noun.tag_ == "NNS" and first.dep_ == "conj":  # "X and Y, the founders": the parser hangs it on Y
            first = first.head
        yield from self._of_description(noun, self._entities(first, appositions=False))
        if head.i not in self.at or head.pos_ == "NOUN":
            yield from self._of_description(head, self._entities(noun, appositions=False))

    def _of_description(self, noun: Token, subjects: list[int]) -> Iterator[RawRelation]:
        """What "founder of X and director of Y" says of one; of as many names as there are nouns, each says its own,
        and of several names a noun in the singular describes the first ("Anna Berg, the chair, Karl Lund, Erik Moe").
        """
        nouns = [each for each in coordinated(self.tree, noun) if each.i not in self.at or each.pos_ == "NOUN"]
        paired = len(nouns) == len(subjects) > 1
        if not paired and noun.tag_ in SINGULAR:
            subjects = subjects[:1]
        pairs = zip(nouns, subjects, strict=True) if paired else ((each, name) for name in subjects for each in nouns)
        for each, subject in pairs:
            yield from self._of_noun(each, subject, self._described(each))

    def _described(self, noun: Token) -> _Said:
        stance = self.stances.of_noun(noun)
        if noun.dep_ == "appos":
            stance = self.stances.within(noun, noun.head, stance)
        return _Said(noun, "apposition", stance, Times())

    def _of_noun(self, noun: Token, subject: int, said: _Said) -> Iterator[RawRelation]:
        """ "founder of Y", "Y's founder", "an engineer at Y": what a noun says of the subject it describes. A deputy
        director of Y is read as a deputy of Y."""
        lemma = noun.lemma_.lower()
        owned = f"{DEPUTY if is_subordinate(noun) else lemma} of"
        for child in self.tree.children[noun.i]:
            if child.dep_ == "prep":
                phrase = owned if child.lower_ == "of" else f"{lemma} {child.lower_}"
                targets = [(each.head, phrase) for each in obliques(self.tree, child)]
                if child.lower_ in HAVING:  # "a city with a population of 900"
                    for counted, value in self.amounts.counts([target for target, _ in targets]):
                        phrase = f"{counted.lemma_.lower()} of"
                        yield self._relation(said, subject, (phrase,), None, value, counted, is_open=False)
            elif child.dep_ in {"poss", "compound"}:
                targets = [(child, owned)]
            else:
                continue
            is_before = child.dep_ != "prep" and said.rule == "apposition"
            own = replace(said, rule="possessive") if is_before else said
            for target, phrase in targets:
                for relation in self._between(own, subject, (phrase,), target):
                    relation.open = False
                    yield relation
        if lemma in self.roles:
            yield self._relation(said, subject, (ROLE_PHRASE,), None, self._role(noun), noun, is_open=False)

    def _of_title(self, clause: Clause) -> Iterator[RawRelation]:
        """ "Foreign Secretary X": a noun for a role right before the name."""
        noun = clause.head
        subject = self.at.get(noun.i + 1)
        if subject is not None and subject != self.at.get(noun.i) and noun.lemma_.lower() in self.roles:
            role = self._role(noun)
            said = replace(self._described(noun), rule="title")
            yield self._relation(said, subject, (ROLE_PHRASE,), None, role, noun, is_open=False)

    def _of_event(self, clause: Clause) -> Iterator[RawRelation]:
        verb, _ = EVENT_NOUNS[clause.head.lemma_.lower()]
        said = _Said(clause.head, "nominal", self.stances(clause), self.stances.when(clause))
        for subject in self._entities(clause.subject):
            for argument in clause.arguments:
                if argument.role == "object":
                    for target in self._entities(argument.head):
                        own = self._contrasted(said, self._root(subject), self._root(target))
                        yield self._relation(own, subject, (verb,), target, None, argument.head)

    def _role(self, noun: Token) -> Value:
        """The role as the text says it, without its article: "managing director of Norvik Systems"."""
        first = noun.i
        while first > noun.left_edge.i and self.doc[first - 1].dep_ in {"compound", "amod"}:
            first -= 1
        last = noun.i
        for child in self.tree.of(noun, "prep"):
            end = words_of(self.tree, child)[-1].i
            if child.lower_ in {"of", "at", "for"} and end - first < MAX_ROLE_TOKENS:
                last = max(last, end)
        return _string(self.doc[first : last + 1].text)

    # what is said in words

    def _of_words(self, said: _Said, subject: int, clause: Clause) -> Iterator[RawRelation]:
        """What a main clause says of its subject where no mention and no value is its object."""
        named = (*(each.head for each in clause.arguments), *(target for _, target in self._misattached(clause)))
        if not self._is_main(clause.head) or any(self._entities(each) for each in named):
            return
        found = self._spoken(clause)
        if found is None or self._value(found[1].head) is not None:
            return
        phrase, argument = found
        words = words_of(self.tree, argument.head)
        content = sum(word.pos_ in CONTENT for word in words)
        if len(words) <= MAX_STRING_TOKENS and content >= MIN_CONTENT_WORDS and not _is_cut(words[-1]):
            value = _string(self.doc[words[0].i : words[-1].i + 1].text)
            yield self._relation(said, subject, (phrase,), None, value, argument.head)

    def _spoken(self, clause: Clause) -> tuple[str, Argument] | None:
        """The phrase and the one argument that tell something: what the subject is, says, does something to, or the
        preposition's object right after the verb; a verb as empty as "have" tells nothing."""
        verb, lemma = clause.head, clause.head.lemma_.lower()
        core = [each for each in clause.arguments if each.role in CORE_ROLES]
        said = [each for each in clause.arguments if each.role == "clause" and has_subject(self.tree, each.head)]
        if clause.rule == "copula":
            noun = core[0].head
            told = noun.pos_ != "NOUN" or noun.lemma_.lower() in self.roles
            return None if told else ("be", core[0])
        if said and lemma in SAYING and clause.rule == "active":
            return lemma, said[0]
        if lemma in LIGHT or said or self.tree.has(verb, "xcomp"):
            return None
        if core:
            return (self._base(clause), core[0]) if core[0].role == "object" else None
        for each in clause.arguments:
            if each.role == "oblique" and each.markers[0].i == verb.i + 1 and each.head.pos_ not in VERBS:
                return " ".join((self._base(clause), *(word.lower_ for word in each.markers))), each
        return None

    def _is_main(self, verb: Token) -> bool:
        while verb.dep_ == "conj" and verb.head.pos_ in VERBS:
            verb = verb.head
        return verb.dep_ in {"ROOT", "ccomp"}

    def _is_bound(self, head: Token) -> bool:
        return bool(self._entities(head)) or self._value(head) is not None

    # arguments

    def _between(self, said: _Said, subject: int, phrases: tuple[str, ...], target: Token) -> Iterator[RawRelation]:
        stance = said.stance
        if any(child.dep_ == "det" and child.lower_ in NO for child in self.tree.children[target.i]):
            said = replace(said, stance=Stance(True, stance.modality, stance.attributed_to))
        objects = self._entities(target)
        for each in objects:
            yield self._relation(self._contrasted(said, self._root(each)), subject, phrases, each, None, target)
        if (not objects or self.at.get(target.i) in self.described) and (value := self._value(target)) is not None:
            own = self._contrasted(said, target)
            yield self._relation(own, subject, phrases, None, value, target, is_open=not objects)

    def _root(self, mention: int) -> Token:
        tokens = self.tokens[mention]
        return next((token for token in tokens if self.at.get(token.head.i) != mention), tokens[0])

    def _contrasted(self, said: _Said, *ends: Token) -> _Said:
        """How it is said of these: "in Leeds, not in York", "X or Y"."""
        stance = said.stance
        for end in ends:
            if said.trigger in (end, *end.ancestors):
                stance = self.stances.within(end, said.trigger, stance)
        return said if stance == said.stance else replace(said, stance=stance)

    def _entities(self, token: Token, *, appositions: bool = True) -> list[int]:
        """The entity mentions that `token` heads: itself, a name in apposition to it, and what is coordinated."""
        index = self.at.get(token.i)
        if index is not None and index in self.values:
            return []
        found = [index] if index is not None else []
        for child in self.tree.children[token.i]:
            if child.dep_ == "conj":
                found.extend(self._entities(child))
            elif appositions and child.dep_ == "appos" and (named := self.at.get(child.i)) is not None:
                if index is None:
                    found.append(named)
                elif token.pos_ == "NOUN":
                    found[0] = named
        return list(dict.fromkeys(each for each in found if each not in self.values))

    def _value(self, token: Token) -> Value | None:
        index = self.named_at.get(token.i)
        if index is not None:
            return self.values.get(index)
        if (date := self.stances.when.date(token)) is not None:
            return date
        if self.tree.has(token, "nummod"):
            text = self.doc[min(child.left_edge.i for child in self.tree.of(token, "nummod")) : token.i + 1].text
            return parse_money(text) or parse_quantity(text, token.lemma_)
        return None

    # quotes

    def _relation(
        self, said: _Said, subject: int, phrases: tuple[str, ...], target: int | None, value: Value | None,
        target_token: Token, *, is_open: bool = True,
    ) -> RawRelation:  # fmt: skip
        spoken = [said.trigger, target_token, *self.tokens[subject]]
        if target is not None:
            spoken += self.tokens[target]
        elif value is not None and value.type == "string":
            spoken += words_of(self.tree, target_token)
        start, end = self._quote(said.trigger, spoken)
        return RawRelation(subject, phrases, target, value, start, end, said.rule, said.stance, said.times, is_open)

    def _quote(self, trigger: Token, said: list[Token]) -> tuple[int, int]:
        """The sentence, within its paragraph; of a very long one only the stretch that holds everything `said`."""
        sentence, text = trigger.sent, self.text
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


def _voice(clause: Clause) -> str:
    """The rule that a verb is read by: passive, active, or active in a relative clause ("X, who founded Y")."""
    if clause.rule == "passive":
        return "passive"
    return "relative" if clause.head.dep_ == "relcl" else "active"


def _is_cut(word: Token) -> bool:
    """Whether a phrase that ends with `word` is not whole: it goes on after a hyphen, or lacks an object."""
    after = word.doc[word.i + 1] if word.i + 1 < len(word.doc) else word
    return word.dep_ == "prep" or (not word.whitespace_ and after.text in {"-", "–", "/"})


def _string(text: str) -> Value:
    return Value(type="string", normalised=" ".join(text.lower().split()), text=text)


def _end(token: Token) -> int:
    return token.idx + len(token.text)
