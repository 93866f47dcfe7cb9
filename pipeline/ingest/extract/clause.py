"""The clauses of one parsed chunk: what is said (a verb, or a noun that says something), of whom, with which arguments.

This is the one reading of the dependency tree (spaCy's English labels, ClearNLP style) that propositions in the text's
words and relations between mentions are both made from. Every argument is the token that heads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.ingest.extract.events import EVENT_NOUNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Token

Rule = Literal["active", "passive", "copula", "apposition", "title", "nominal"]
Role = Literal["object", "recipient", "attribute", "oblique", "agent", "clause", "adverbial"]

VERBS = frozenset({"VERB", "AUX"})
AUXILIARIES = frozenset({"aux", "auxpass"})
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
RELATIVE_TAGS = frozenset({"WDT", "WP"})
CORE_ROLES = frozenset({"object", "attribute", "recipient"})
ROLES: dict[str, Role] = {"dobj": "object", "oprd": "attribute", "attr": "attribute"}
EMPTY = frozenset({"it", "this", "that", "there"})
AS = frozenset({"as"})
ACTORS = frozenset({"NORP", "GPE", "ORG", "PERSON"})
ADDRESSING = frozenset("dear fellow distinguished ladies gentlemen madam honourable honorable".split())
TITLES = frozenset("mr mr. mrs mrs. ms ms. madam".split())
OFFICES = frozenset("speaker president chairman chairwoman secretary minister chancellor ambassador justice".split())
CLAIM_NOUNS = frozenset("allegation accusation claim rumour rumor suspicion suggestion report charge".split())
IDEA_NOUNS = CLAIM_NOUNS | frozenset(
    "idea belief notion theory view myth assertion hypothesis legend story tradition opinion assumption fear hope "
    "speculation gossip impression statement argument".split()
)
RENAMING_VERBS = frozenset({"rename", "rebrand"})
OBJECT_CONTROL = frozenset(
    "ask tell order force persuade allow help let make cause urge encourage invite prompt enable require want expect "
    "command lead compel convince instruct permit teach train authorize authorise warn advise appoint choose elect "
    "hire employ commission get see watch hear find believe consider pressure motivate inspire support assist "
    "challenge request call forbid beg direct name select assign empower entitle use need send bring".split()
)


@dataclass(frozen=True, slots=True)
class Argument:
    """What a clause says something about beside its subject. `markers` introduce it: the preposition of "in 1962", the
    adjective and the preposition of "responsible for the harbour"."""

    head: Token
    role: Role
    markers: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `head` is the verb, or the noun that stands for one; `governors` are the verbs that take it as their
    complement and share its subject, outermost first ("plans to buy": plans)."""

    head: Token
    rule: Rule
    subject: Token
    arguments: tuple[Argument, ...]
    governors: tuple[Token, ...] = ()


class Tree:
    """The dependency tree of one chunk with the children of every token at hand, which spaCy finds anew each time. Two
    attachments that the parser often gets wrong are put right: see `_attached`."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.children: list[list[Token]] = [[] for _ in doc]
        self.labelled: list[dict[str, list[Token]]] = [{} for _ in doc]
        for token in doc:
            if token.head.i != token.i:
                head = _attached(token).i
                self.children[head].append(token)
                self.labelled[head].setdefault(token.dep_, []).append(token)

    def of(self, token: Token, dep: str) -> list[Token]:
        """The children of `token` under one label."""
        return [*self.labelled[token.i].get(dep, ())]

    def has(self, token: Token, dep: str) -> bool:
        """Whether `token` has a child under that label."""
        return dep in self.labelled[token.i]

    def phrase(self, head: Token, without: frozenset[str] = frozenset()) -> list[Token]:
        """`head` with all that hangs on it, in order, except the branches under the labels `without`."""
        found = [head]
        for token in found:
            found.extend(child for child in self.children[token.i] if child.dep_ not in without)
        return sorted(found, key=_position)


def _attached(token: Token) -> Token:
    """The head of `token`. In "the founder of Y, X" and "founder of Y and director of Z" the parser tends to hang what
    belongs to the noun on the name right before it: a person beside what is no person, a common noun beside a name."""
    head = token.head
    if token.dep_ == "prep" and token.i:
        before = token.doc[token.i - 1]
        if before.dep_ == "conj" and before.head.i == head.i and _attached(before).i != head.i:
            return before
    if head.dep_ != "pobj" or head.head.head.pos_ not in {"NOUN", "PROPN"}:
        return head
    noun = head.head.head
    if token.dep_ == "appos" and head.pos_ == "PROPN" and token.ent_type_ == "PERSON" != head.ent_type_:
        return head if noun.ent_type_ else noun
    if token.dep_ == "conj" and token.pos_ == "NOUN" and head.pos_ == "PROPN" and noun.tag_ == token.tag_ == "NN":
        return head if any(child.dep_ in {"det", "poss"} for child in token.lefts) else noun
    return head


def _behind_colon(name: Token, noun: Token) -> bool:
    """Whether a colon stands between: "our forces: the general, the admiral" begins a list."""
    return any(token.text == ":" for token in name.doc[name.i + 1 : noun.left_edge.i + 1])


def read_clauses(tree: Tree) -> Iterator[Clause]:
    """All clauses, in the order of the tokens that head them."""
    for token in tree.doc:
        if token.pos_ in VERBS and token.dep_ not in AUXILIARIES:
            yield from _of_verb(tree, token)
            continue
        for noun in tree.of(token, "appos"):
            if not is_address(tree, noun) and not _behind_colon(token, noun):
                yield Clause(noun, "apposition", token, (Argument(noun, "attribute"),))
        if token.dep_ == "compound" and token.head.pos_ == "PROPN":
            yield Clause(token, "title", token.head, (Argument(token, "attribute"),))
        elif token.pos_ == "NOUN" and token.lemma_.lower() in EVENT_NOUNS:
            yield from _of_event(tree, token)


def is_passive(tree: Tree, verb: Token) -> bool:
    """Whether the subject of `verb` undergoes it."""
    if verb.tag_ != "VBN":
        return _is_renamed(tree, verb)
    children = tree.children[verb.i]
    labels = {child.dep_ for child in children}
    if "auxpass" in labels or "nsubjpass" in labels:
        return True
    if any(child.dep_ == "aux" and child.lemma_ in {"have", "to"} for child in children):
        return False
    if verb.dep_ == "conj" and "nsubj" not in labels and "aux" not in labels:
        return is_passive(tree, verb.head)
    return verb.dep_ in {"acl", "advcl"}


def _is_renamed(tree: Tree, verb: Token) -> bool:
    """ "X was founded in 1950 and later renamed Y", "X, later renamed Y, ...", where the parser may take the participle
    for a past tense: who renames something says what and how."""
    if verb.tag_ != "VBD" or verb.lemma_ not in RENAMING_VERBS:
        return False
    subject = next((child for child in tree.children[verb.i] if child.dep_ in SUBJECTS), None)
    apart = subject is None or any(token.text == "," for token in tree.doc[subject.i : verb.i])
    names = [*tree.of(verb, "dobj"), *tree.of(verb, "oprd")]
    described = any(word.dep_ in {"det", "poss"} or word.tag_ == "NN" for name in names for word in name.lefts)
    return apart and [name.pos_ for name in names] == ["PROPN"] and not described


def has_subject(tree: Tree, verb: Token) -> bool:
    """Whether a verb has a subject of its own."""
    return any(child.dep_ in SUBJECTS for child in tree.children[verb.i])


def is_marked(tree: Tree, clause: Token, words: frozenset[str]) -> bool:
    """Whether one of `words` introduces a clause."""
    return any(child.dep_ == "mark" and child.lower_ in words for child in tree.children[clause.i])


def holds(tree: Tree, clause: Token) -> bool:
    """Whether a clause on a noun says what it holds ("the rumour that X left"). The parser also reads it as a relative
    clause, where the tag of "that" gives it away."""
    if clause.dep_ == "relcl":
        that = [child for child in tree.children[clause.i] if child.lower_ == "that"]
        if clause.head.lemma_ in IDEA_NOUNS and tree.has(clause, "dobj"):
            return any(child.dep_ not in SUBJECTS | {"dobj"} for child in that)
        return clause.head.lemma_ in CLAIM_NOUNS and any(child.tag_ == "IN" for child in that)
    return clause.dep_ == "acl" and tree.has(clause, "mark")


# verbs


def _of_verb(tree: Tree, verb: Token) -> Iterator[Clause]:
    subject = subject_of(tree, verb)
    if subject is None:
        return
    arguments = tuple(_arguments(tree, verb))
    rule: Rule = "passive" if is_passive(tree, verb) else "active"
    if rule == "active" and verb.lemma_ == "be" and any(each.role == "attribute" for each in arguments):
        rule = "copula"
    yield Clause(verb, rule, subject, arguments, _governors(tree, verb))


def subject_of(tree: Tree, verb: Token) -> Token | None:
    """Who does it, or to whom it is done: the verb's own subject, what a relative pronoun stands for, or the one that
    a clause without a subject shares with the clause it hangs on."""
    own = [child for child in tree.children[verb.i] if child.dep_ in SUBJECTS]
    for child in sorted(own, key=lambda each: (each.i > verb.i, -each.i)):
        if (found := _spoken_of(tree, child)) is not None:
            return resolved(tree, verb, found)
    if tree.has(verb, "expl"):
        return None
    head = verb.head
    if head.i == verb.i:
        return None
    match verb.dep_:
        case "conj" if head.pos_ in VERBS:
            return subject_of(tree, head)
        case "xcomp":
            return _controller(tree, verb, head)
        case "advcl" if head.pos_ in VERBS and verb.tag_ in {"VBG", "VBN", "VB"}:
            return None if is_marked(tree, verb, AS) else subject_of(tree, head)
        case "pcomp" if head.head.pos_ in VERBS and verb.tag_ in {"VBG", "VBN"}:
            return _doer(tree, head)
        case "acl" | "relcl" if verb.tag_ in {"VBG", "VBN"}:
            return _described(tree, head)
        case "acl" | "relcl" if verb.tag_ == "VB" and tree.has(verb, "aux"):
            return _planner(tree, head)
        case _:
            return None


def _spoken_of(tree: Tree, subject: Token) -> Token | None:
    """The subject, unless it is the one who is spoken to ("Mr. Speaker, X has left")."""
    if not _addresses(tree, subject):
        return subject
    return next((each for each in tree.of(subject, "appos") if each.ent_type_ and not _addresses(tree, each)), None)


def resolved(tree: Tree, verb: Token, pronoun: Token) -> Token:
    """What a relative pronoun stands for; any other word stands for itself."""
    if pronoun.tag_ in RELATIVE_TAGS and (noun := _antecedent(verb)) is not None:
        return _described(tree, noun)
    return pronoun


def _described(tree: Tree, noun: Token) -> Token:
    """Who or what a noun describes: of "X is a brewer who left" and "X, a brewer who left" it is X that left."""
    head = noun.head
    if noun.pos_ != "NOUN":
        return noun
    if noun.dep_ == "appos" and head.pos_ == "PROPN":
        return head
    if noun.dep_ == "attr" and head.lemma_ == "be" and not tree.has(head, "neg"):
        subject = subject_of(tree, head)
        return noun if subject is None or subject.lower_ in EMPTY else subject
    return noun


def _antecedent(verb: Token) -> Token | None:
    clause = verb
    while clause.dep_ in {"conj", "xcomp", "ccomp"} and clause.head.pos_ in VERBS and clause.head.i != clause.i:
        clause = clause.head
    return clause.head if clause.dep_ == "relcl" else None


def _controller(tree: Tree, verb: Token, head: Token) -> Token | None:
    """Of "asked her to leave" the object, of "left her to join X", "wanted to leave" and "is likely to leave" the
    subject."""
    governor = head.head if head.dep_ == "acomp" else head
    if governor.pos_ not in VERBS:
        return None
    if governor.lemma_ in OBJECT_CONTROL and not is_passive(tree, governor):
        for child in tree.children[governor.i]:
            if child.dep_ == "dobj" and child.i < verb.i:
                return child
    return subject_of(tree, governor)


def _doer(tree: Tree, preposition: Token) -> Token | None:
    """Of "accused X of buying" and "kept X from buying" the object, of "left without buying" the subject."""
    verb = preposition.head
    direct = tree.of(verb, "dobj") if preposition.lower_ in {"of", "from", "into"} else []
    return direct[0] if direct else subject_of(tree, verb)


def _planner(tree: Tree, noun: Token) -> Token | None:
    """Of "X's plan to buy Y" the possessor, of "X announced a plan to buy Y" and "X was the first to buy Y" the
    subject."""
    for child in tree.of(noun, "poss"):
        if child.tag_ != "PRP$":
            return child
    return subject_of(tree, noun.head) if noun.dep_ in {"dobj", "attr"} and noun.head.pos_ in VERBS else None


def _governors(tree: Tree, verb: Token) -> tuple[Token, ...]:
    """The verbs, or verb and adjective, of which `verb` is the complement with the same subject, outermost first."""
    found: list[Token] = []
    while verb.dep_ == "xcomp" or (verb.dep_ == "acomp" and found):
        verb = verb.head
        if tree.has(verb, "dobj"):
            break
        found.insert(0, verb)
    return tuple(found)


def _arguments(tree: Tree, verb: Token) -> Iterator[Argument]:
    gap = verb.dep_ == "relcl"
    for child in tree.children[verb.i]:
        match child.dep_:
            case "dobj" | "oprd" | "attr":
                if not (child.lower_ == "that" and holds(tree, verb)):
                    yield Argument(resolved(tree, verb, child) if gap else child, ROLES[child.dep_])
            case "dative" if child.pos_ != "ADP":
                yield Argument(child, "recipient")
            case "prep" | "dative" if child.lower_ != "according":
                yield from obliques(tree, child)
            case "agent":
                yield from (Argument(each, "agent", (child,)) for each in tree.of(child, "pobj"))
            case "acomp":
                yield from _of_adjective(tree, child)
            case "ccomp":
                yield Argument(child, "clause")
            case "advmod" if tree.has(child, "prep") and child.i > verb.i:
                yield from _of_adjective(tree, child)
            case "advcl" | "npadvmod" | "advmod" if not _addresses(tree, child):
                yield Argument(child, "adverbial")
            case _:
                pass
    if not tree.has(verb, "dobj"):
        yield from _shared_object(tree, verb)


def _shared_object(tree: Tree, verb: Token) -> Iterator[Argument]:
    """ "built and sold boats": the object stands with the last of coordinated verbs."""
    for child in tree.of(verb, "conj"):
        between = tree.doc[verb.i + 1 : child.i]
        if child.pos_ in VERBS and all(token.dep_ in {"cc", "advmod"} for token in between):
            yield from (Argument(each, "object") for each in tree.of(child, "dobj"))
            if not tree.has(child, "dobj"):
                yield from _shared_object(tree, child)


def _of_adjective(tree: Tree, adjective: Token) -> Iterator[Argument]:
    """ "is 620 metres long", "is married to X", "lies south of X"; of "is tall" the adjective itself."""
    found = False
    for child in tree.children[adjective.i]:
        if child.dep_ == "npadvmod":
            found = True
            yield Argument(child, "oblique", (adjective,))
        elif child.dep_ == "prep":
            found = True
            for each in obliques(tree, child):
                yield Argument(each.head, each.role, (adjective, *each.markers))
    if not found and not tree.has(adjective, "xcomp"):
        yield Argument(adjective, "attribute")


def obliques(tree: Tree, preposition: Token) -> Iterator[Argument]:
    """What a preposition governs, also through a second one ("out of the harbour", "from 1990 to 1998", "in Oslo and
    in Bergen")."""
    direct = [child for child in tree.children[preposition.i] if child.dep_ in {"pobj", "pcomp"}]
    yield from (Argument(child, "oblique", (preposition,)) for child in direct)
    for child in tree.children[preposition.i]:
        if child.dep_ == "prep":
            outer = () if direct else (preposition,)
            yield from (Argument(each.head, each.role, (*outer, *each.markers)) for each in obliques(tree, child))
        elif child.dep_ == "conj" and child.pos_ == preposition.pos_:
            yield from obliques(tree, child)


# nouns


def is_address(tree: Tree, noun: Token) -> bool:
    """Whether an apposition only calls those who are spoken to ("Mr. Speaker, Members of Congress, ..."): it, or
    what it stands beside, opens like an address, or they hang on no clause."""
    while noun.dep_ in {"appos", "conj"}:
        if _addresses(tree, noun):
            return True
        noun = noun.head
    return _addresses(tree, noun)


def _addresses(tree: Tree, noun: Token) -> bool:
    first = tree.doc[min([noun.i, *(child.i for child in tree.children[noun.i] if child.dep_ in {"compound", "amod"})])]
    if first.lower_ in ADDRESSING:
        return True
    return first.lower_ in TITLES and noun.lower_ in OFFICES


def _of_event(tree: Tree, noun: Token) -> Iterator[Clause]:
    """ "X's purchase of Y", "the invasion of Y by X", "the Iraqi invasion of Y"."""
    _, prepositions = EVENT_NOUNS[noun.lemma_.lower()]
    subject: Token | None = None
    objects: list[Argument] = []
    others: list[Argument] = []
    for child in tree.children[noun.i]:
        if child.dep_ == "poss" or (subject is None and _is_actor(child)):
            subject = child
        elif child.dep_ in {"prep", "agent"}:
            for argument in obliques(tree, child):
                if child.lower_ == "by":
                    subject = argument.head
                elif child.lower_ in prepositions:
                    objects.append(Argument(argument.head, "object", argument.markers))
                else:
                    others.append(argument)
    if subject is not None and objects:
        yield Clause(noun, "nominal", subject, (*objects, *others))


def _is_actor(token: Token) -> bool:
    return token.dep_ in {"amod", "compound"} and token.ent_type_ in ACTORS


def _position(token: Token) -> int:
    return token.i
