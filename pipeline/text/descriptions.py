"""Descriptions of people, groups, places and things without a name: "coalition forces", "the two bridges"."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.text import names
from pipeline.text.mentions import DEFINITE, SUBJECTS, RawMention

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from spacy.tokens import Doc, Span, Token

    from graph_schema.ontology import Ontology

DETERMINERS = frozenset("a an the this that these those all both some each every any other another".split())
KNOWN = DEFINITE | {"these", "those"}
BEFORE_NOUN = frozenset({"amod", "compound", "nmod", "advmod"})
INSTITUTIONS = frozenset("congress senate parliament army navy union police".split())
SAID_OF_ANOTHER = frozenset({"attr", "oprd", "appos"})


def descriptions(doc: Doc, offset: int, held: Collection[int], ontology: Ontology) -> Iterator[tuple[RawMention, Span]]:
    """The determined, plural and counted descriptions in a chunk that begins at `offset`, in order, with their tokens.
    `held` are the tokens of other mentions. What a sentence says of something else ("they are the founders", "X, the
    founder", "as commander") describes that, and is none."""
    for token in doc:
        if token.pos_ not in {"NOUN", "PROPN"} or token.i in held or _is_said_of_another(token):
            continue
        noun = _singular(token)
        kind = kind_of_noun(noun, ontology)
        if token.pos_ == "PROPN" and (noun in INSTITUTIONS or not _is_known(token.doc[token.i : token.i + 1])):
            continue
        span = None if kind is None else _phrase(token, held)
        if kind is not None and span is not None:
            yield _mention(span, offset, kind, noun), span


def as_description(name: RawMention, word: Token, ontology: Ontology) -> RawMention | None:
    """A name of one word that is but a common noun with a capital ("the Government", "the Pope"), as the description
    that it is; `None` for any other, and for what stands for one body wherever it is named ("the Senate")."""
    noun = _singular(word)
    kind = kind_of_noun(noun, ontology) if noun not in INSTITUTIONS else None
    family = None if kind is None else ontology.families[kind]
    before = word.nbor(-1).lower_ if word.i else ""
    generic = family == "organization" and ontology.families.get(name.kind) != "person"
    addressed = before in DETERMINERS or names.fold(before) in names.HONORIFICS
    if kind is None or not (generic or (addressed and family in {"organization", "person"})):
        return None
    known = _is_known(word.doc[word.i : word.i + 1])
    return replace(name, kind=kind, form="description", noun=noun, definite=known, weights=(), confidence=1.0)


def _singular(noun: Token) -> str:
    """The singular of a noun: of one with a capital the lemmatizer leaves the plural ("the States")."""
    lemma = noun.lemma_.lower()
    if noun.tag_ != "NNPS" or not lemma.endswith("s"):
        return lemma
    return f"{lemma[:-3]}y" if lemma.endswith("ies") else lemma[:-1]


def kind_of_noun(noun: str, ontology: Ontology) -> str | None:
    """The kind of what a noun, in the singular, describes; `None` when it describes nothing that the ontology knows."""
    kind = ontology.kind_of_role.get(noun) or _general_nouns().get(noun)
    return kind if kind in ontology.kinds else None


@cache
def _general_nouns() -> dict[str, str]:
    listed = tomllib.loads((files("pipeline.text") / "nouns.toml").read_text(encoding="utf-8"))
    return {noun: kind for kind, nouns in listed.items() for noun in nouns.split()}


def _is_said_of_another(noun: Token) -> bool:
    if noun.dep_ == "pobj" and noun.head.lower_ == "as":
        return True
    return noun.dep_ in SAID_OF_ANOTHER and not any(child.dep_ == "expl" for child in noun.head.children)


def _phrase(noun: Token, held: Collection[int]) -> Span | None:
    """The noun with what stands before it, without its article, where it is determined, plural or counted; `None` where
    it is none of these, and where it is part of a name or of another noun."""
    doc = noun.doc
    if noun.dep_ == "compound" or (noun.i + 1 < len(doc) and noun.i + 1 in held and noun.nbor().pos_ == "PROPN"):
        return None
    first: int = noun.i
    while first and doc[first - 1].head == noun and _belongs(doc[first - 1], held):
        first -= 1
    before = doc[first - 1] if first else None
    if before is not None and before.i in held and before.head in {noun, *noun.lefts}:
        return None
    determined = before is not None and (before.lower_ in DETERMINERS or before.tag_ in {"PRP$", "POS"})
    if determined or noun.tag_ == "NNS" or any(child.dep_ == "nummod" for child in noun.lefts):
        return doc[first : noun.i + 1]
    return None


def _belongs(before: Token, held: Collection[int]) -> bool:
    """Whether a word before its noun is part of the description: a number is, though it is a value too."""
    return before.tag_ == "CD" or (before.dep_ in BEFORE_NOUN and before.i not in held)


def _mention(span: Span, offset: int, kind: str, noun: str) -> RawMention:
    return RawMention(
        start=offset + span.start_char,
        end=offset + span.end_char,
        surface=span.text,
        kind=kind,
        form="description",
        subject=span.root.dep_ in SUBJECTS,
        noun=noun,
        definite=_is_known(span),
    )


def _is_known(span: Span) -> bool:
    """Whether an article says that it is known which is meant, and no words after it say which ("the bank of Oslo")."""
    told = span.end < len(span.doc) and span.doc[span.end].lower_ == "of"
    return span.start > 0 and span.doc[span.start - 1].lower_ in KNOWN and not told
