"""How one argument stands within its clause: what "not", "but", "or" and "unlike" make of it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.ingest.extract.clause import SUBJECTS, VERBS

if TYPE_CHECKING:
    from spacy.tokens import Token

    from graph_schema.models import Modality
    from pipeline.ingest.extract.clause import Tree

ALTERNATIVES = frozenset({"or"})
EXCLUDING = frozenset({"unlike", "except", "excepting", "excluding"})
REPLACED = frozenset({("instead", "of"), ("rather", "than")})
MERELY = frozenset({"only", "just", "merely"})
POSING = frozenset("pose masquerade".split())
NOMINATING = frozenset("nominate propose shortlist".split())
LEAVING = frozenset("resign retire step stand quit oust dismiss remove sack fire depose".split())

ENDING = frozenset("leave quit divorce depart exit dismiss sack oust".split())
CORE = SUBJECTS | {"dobj"}


def is_replaced(tree: Tree, preposition: Token) -> bool:
    """ "instead of", "rather than"."""
    first = {child.lower_ for child in tree.children[preposition.i]} | {preposition.head.lower_}
    return any(word in first and preposition.lower_ == last for word, last in REPLACED)


def excludes(tree: Tree, preposition: Token) -> bool:
    """Whether what follows is left out of what the clause says: "unlike X", "except for X", "instead of X"."""
    return preposition.lower_ in EXCLUDING or is_replaced(tree, preposition)


def stands(tree: Tree, argument: Token, top: Token, *, denied: bool) -> tuple[bool, Modality]:
    """Whether an argument stands the other way round than what it is an argument of, and how surely. `top` is as far up
    as to look; `denied`: the clause is."""
    turned = False
    modality: Modality = "asserted"
    token = argument
    while token.i != top.i and token.pos_ not in VERBS and token.head.i != token.i:
        head = token.head
        turned ^= _is_excluded(tree, token) or _is_neither(tree, token)
        if token.dep_ == "appos" and token.pos_ == head.pos_ == "PROPN":
            break
        if token.dep_ == "conj" and any(child.lower_ == "but" for child in tree.of(head, "cc")):
            turned ^= denied or _is_excluded(tree, head)
        if not denied and _is_alternative(tree, token):
            modality = "possible"
        if head.lower_ == "as" and token.dep_ == "pobj":
            turned ^= head.head.lemma_ in POSING
        if modality == "asserted" and _is_nominated(token):
            modality = "planned"
        token = head
    return turned, modality


def has_left(argument: Token) -> bool:
    """ "resigned as chairman", "left X", "retired from X", "divorced X": what someone no longer is from then on."""
    if any(token.lower_ == "as" and token.head.lemma_ in LEAVING for token in (argument, *argument.ancestors)):
        return True
    if argument.dep_ == "pobj":
        return argument.head.lower_ in {"from", "by"} and argument.head.head.lemma_ in LEAVING | ENDING
    return argument.dep_ in CORE and argument.head.lemma_ in ENDING


def _is_excluded(tree: Tree, token: Token) -> bool:
    """ "not in York", "Leeds, not York", "unlike Jane", "except for Jane", "instead of York"."""
    if token.dep_ == "prep" and excludes(tree, token):
        return True
    first = token.left_edge
    before = token.doc[first.i - 1] if first.i else first
    if before.lower_ in EXCLUDING and before.dep_ != "prep":
        return True
    for word in (first, before):
        if word.lower_ == "not" and word.i != token.i and (word.dep_ != "neg" or word.head.pos_ not in VERBS):
            after = word.doc[word.i + 1]
            return after.lower_ not in MERELY and after.i in {token.left_edge.i, token.left_edge.i + 1}
    return False


def _is_neither(tree: Tree, token: Token) -> bool:
    """ "founded neither X nor Y"; of a subject the verb is negated."""
    return token.dep_ not in SUBJECTS and any(child.lower_ == "neither" for child in tree.of(token, "preconj"))


def _is_alternative(tree: Tree, token: Token) -> bool:
    """Whether "or" joins `token` to another of its kind."""
    first = token
    while first.dep_ == "conj" and first.head.pos_ == first.pos_:
        first = first.head
    joined = [first]
    for each in joined:
        joined += [child for child in tree.of(each, "conj") if child.pos_ == each.pos_]
    return len(joined) > 1 and any(child.lower_ in ALTERNATIVES for each in joined for child in tree.of(each, "cc"))


def _is_nominated(token: Token) -> bool:
    """ "nominated as chairman", "was nominated chairman"."""
    above = token.head.head if token.head.lower_ in {"as", "for"} else token.head
    return token.dep_ in {"pobj", "oprd", "attr"} and above.lemma_ in NOMINATING
