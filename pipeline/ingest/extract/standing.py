"""How a word stands in its sentence: within quotation marks, under which verb, in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.text.mentions import SUBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from pipeline.ingest.extract.cues import Role

_OPENING, _CLOSING = frozenset("“«"), frozenset("”»")


def quoted(doc: Doc) -> list[bool]:
    """Whether each token stands within quotation marks; a blank line ends a quotation."""
    inside, states = False, []
    for token in doc:
        text = token.text
        if text in _OPENING or (text == '"' and not inside):
            inside = True
        elif text in _CLOSING or text == '"' or "\n\n" in text:
            inside = False
        states.append(inside)
    return states


def clause(token: Token) -> Token:
    """The verb that governs `token`, or the root of its sentence."""
    current = token
    while current.head.i != current.i:
        current = current.head
        if current.pos_ in {"VERB", "AUX"}:
            break
    return current


def role(root: Token) -> Role:
    """The grammatical role of a phrase by its root; what is listed or in apposition has that of its head."""
    token = root
    while token.dep_ in {"conj", "appos"} and token.head.i != token.i:
        token = token.head
    if token.dep_ in SUBJECTS:
        return "subject"
    if token.dep_ in {"dobj", "dative", "pobj"}:
        return "object"
    return "possessive" if token.dep_ == "poss" else "other"
