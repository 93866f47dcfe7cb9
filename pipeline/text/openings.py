"""The opening of a sentence and the subject behind it, which the parser often takes for one phrase: in "Unlike X, Y
left", "According to X, Y left" and "If X buys Y, Z leaves" it hangs the subject on the name before the comma."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

VERBS = frozenset({"VERB", "AUX"})
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
HELPING = frozenset({"aux", "auxpass", "neg", "advmod"})


def part_openings(doc: Doc) -> Doc:
    """Make a name that stands between a comma and its verb the verb's subject: an apposition is closed by a comma."""
    for name in doc:
        if name.pos_ == name.head.pos_ == "PROPN" and name.dep_ in {"appos", "conj"}:
            before = name.left_edge.i - 1
            verb = _verb_after(name)
            if verb is not None and before == name.head.i + 1 and doc[before].text == ",":
                _part(name, verb)
    return doc


def _verb_after(name: Token) -> Token | None:
    """The finite verb that follows a phrase at once, or behind nothing but its auxiliaries and adverbs."""
    doc, i = name.doc, name.right_edge.i + 1
    while i < len(doc) and doc[i].dep_ in HELPING and doc[i].head.i > i:
        i += 1
    if i >= len(doc) or doc[i].pos_ not in VERBS or doc[i].dep_ in HELPING:
        return None
    verb = doc[i]
    return verb if verb.tag_ != "VBN" or any(child.dep_ in HELPING for child in verb.lefts) else None


def _part(name: Token, verb: Token) -> None:
    first = name.head
    subjects = [child for child in verb.lefts if child.dep_ in SUBJECTS]
    if not subjects:
        if verb not in first.ancestors:
            return
    elif subjects != [first] or not _takes(name.doc[first.left_edge.i - 1], first, verb):
        return
    passive = any(child.dep_ == "auxpass" for child in verb.lefts)
    name.head, name.dep_ = verb, "nsubjpass" if passive else "nsubj"


def _takes(word: Token, first: Token, verb: Token) -> bool:
    """Give `first` to the word before it, where that is a preposition or a verb of the opening that lacks its object;
    whether it is."""
    if word.i >= first.i or word.head.i != verb.i:
        return False
    lacks = {"prep": "pobj", "advcl": "dobj"}.get(word.dep_)
    if lacks is None or any(child.dep_ == lacks for child in word.children):
        return False
    first.head, first.dep_ = word, lacks
    return True
