"""Mentions in one parsed chunk: names, values, pronouns and roles, with exact boundaries."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.text import names
from pipeline.text.values import MONTHS, parse_date, parse_money, parse_quantity

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from graph_schema.models import Value
    from graph_schema.ontology import Ontology

Form = Literal["name", "role", "pronoun", "value"]
CALENDAR = frozenset(day.lower() for day in calendar.day_name) | frozenset(MONTHS)
VALUE_LABELS = frozenset({"DATE", "TIME", "MONEY", "QUANTITY", "CARDINAL", "PERCENT"})
PRONOUNS = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
DEFINITE = frozenset({"the", "this", "that"})
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_TRIMMED = frozenset({"the", "a", "an", "'s", "’s", "'", "’"})


@dataclass(slots=True)
class RawMention:
    """A span of the document's text before it belongs to an entity. `start` and `end` are document offsets;
    `gender` is `m`, `f` or `None` when nothing says it; `noun` is the
    head of a role."""

    start: int
    end: int
    surface: str
    kind: str
    form: Form
    gender: str | None = None
    value: Value | None = None
    subject: bool = False
    noun: str = ""


class MentionFinder:
    """Finds mentions under one ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    def __call__(self, doc: Doc, offset: int) -> tuple[list[RawMention], dict[int, int]]:
        """All mentions of a chunk that begins at `offset`, in order, and token index -> mention index."""
        found: dict[int, tuple[RawMention, int]] = {}
        taken: set[int] = set()
        for ent in doc.ents:
            self._add(found, taken, self._of_entity(ent, offset))
        for span in _proper_runs(doc, taken):
            self._add(found, taken, self._of_run(span, offset))
        for token in doc:
            if token.i not in taken:
                self._add(found, taken, self._of_token(token, offset))
        return _indexed(found)

    def _add(
        self, found: dict[int, tuple[RawMention, int]], taken: set[int], item: tuple[RawMention, Span] | None
    ) -> None:
        if item is None:
            return
        mention, span = item
        if not taken.intersection(range(span.start, span.end)):
            found[span.start] = (mention, span.end)
            taken.update(range(span.start, span.end))

    def _of_entity(self, ent: Span, offset: int) -> tuple[RawMention, Span] | None:
        if ent.label_ in VALUE_LABELS:
            value = _value(ent)
            return None if value is None else (_mention(ent, offset, "", "value", value=value), ent)
        kind = self.ontology.kind_of_label.get(ent.label_)
        span = _trimmed(ent)
        if kind is None or span is None or not any(character.isalpha() for character in span.text):
            return None
        return self._named(span, kind, offset)

    def _of_run(self, span: Span, offset: int) -> tuple[RawMention, Span] | None:
        trimmed = _trimmed(span)
        if trimmed is None or len(trimmed.text) < 2 or not trimmed.text[0].isupper():
            return None
        return self._named(trimmed, UNKNOWN_KIND, offset)

    def _named(self, span: Span, kind: str, offset: int) -> tuple[RawMention, Span]:
        title = span.doc[span.start - 1].text if span.start else ""
        titled = names.fold(title) in names.HONORIFICS and "Person" in self.ontology.kinds
        words = names.fold(span.text).split()
        if titled and title[:1].isupper():
            kind = "Person"
        elif words:
            by_word = self.ontology.kind_of_last_word.get(words[-1]) if len(words) > 1 else None
            kind = by_word or self.ontology.kind_of_first_word.get(words[0]) or kind
        gender = names.gender_of_title(title) if titled else None
        return _mention(span, offset, kind, "name", gender=gender), span

    def _of_token(self, token: Token, offset: int) -> tuple[RawMention, Span] | None:
        lowered = token.lower_
        span = token.doc[token.i : token.i + 1]
        if lowered in PRONOUNS and token.pos_ == "PRON":
            return _mention(span, offset, "Person", "pronoun", gender=PRONOUNS[lowered]), span
        if lowered == "it" and token.dep_ in SUBJECTS and token.head.lemma_ != "be":
            return _mention(span, offset, "Organization" if token.dep_ == "nsubj" else UNKNOWN_KIND, "pronoun"), span
        if token.tag_ == "NN" and (kind := self.ontology.kind_of_role.get(lowered)):
            return self._of_role(token, kind, offset)
        return None

    def _of_role(self, token: Token, kind: str, offset: int) -> tuple[RawMention, Span] | None:
        """A definite role that neither stands beside a name nor describes one: "the harbour master"."""
        first = token.i
        while first and token.doc[first - 1].dep_ in {"compound", "amod"} and token.doc[first - 1].head == token:
            first -= 1
        definite = first > 0 and token.doc[first - 1].lower_ in DEFINITE
        described = token.dep_ in {"appos", "attr", "compound"} or any(
            child.dep_ == "appos" for child in token.children
        )
        if not definite or described:
            return None
        span = token.doc[first : token.i + 1]
        mention = _mention(span, offset, kind, "role")
        mention.noun = token.lower_
        return mention, span


def _mention(
    span: Span, offset: int, kind: str, form: Form, *, gender: str | None = None, value: Value | None = None
) -> RawMention:
    return RawMention(
        start=offset + span.start_char,
        end=offset + span.end_char,
        surface=span.text,
        kind=kind,
        form=form,
        gender=gender,
        value=value,
        subject=span.root.dep_ in SUBJECTS,
    )


def _indexed(found: dict[int, tuple[RawMention, int]]) -> tuple[list[RawMention], dict[int, int]]:
    mentions: list[RawMention] = []
    at: dict[int, int] = {}
    for first in sorted(found):
        mention, end = found[first]
        at.update(dict.fromkeys(range(first, end), len(mentions)))
        mentions.append(mention)
    return mentions, at


def _proper_runs(doc: Doc, taken: set[int]) -> list[Span]:
    """Longest runs of proper nouns that the recogniser left uncovered."""
    runs: list[Span] = []
    first: int | None = None
    for token in doc:
        inside = token.pos_ == "PROPN" and token.i not in taken and token.lower_.rstrip(".") not in CALENDAR
        if inside and first is None:
            first = token.i
        elif not inside and first is not None:
            runs.append(doc[first : token.i])
            first = None
    if first is not None:
        runs.append(doc[first : len(doc)])
    return runs


def _trimmed(span: Span) -> Span | None:
    """`span` without articles, honorifics and punctuation at its ends, and only up to its first line end."""
    doc, first, end = span.doc, span.start, span.end
    for token in span:
        if "\n" in token.text:
            if token.i > first:
                end = token.i
                break
            first = token.i + 1
    while first < end and _is_edge(doc[first], leading=True):
        first += 1
    while end > first and _is_edge(doc[end - 1], leading=False):
        end -= 1
    return doc[first:end] if first < end else None


def _is_edge(token: Token, *, leading: bool) -> bool:
    if token.is_space or token.lower_ in _TRIMMED or (token.is_punct and token.text not in {")", "."}):
        return True
    return leading and names.fold(token.text) in names.HONORIFICS


def _value(ent: Span) -> Value | None:
    match ent.label_:
        case "DATE" | "TIME":
            return parse_date(ent.text)
        case "MONEY":
            return parse_money(ent.text) or parse_quantity(ent.text)
        case "CARDINAL":
            head = ent.root.head
            return parse_quantity(ent.text, head.lemma_ if ent.root.dep_ == "nummod" else "")
        case _:
            return parse_quantity(ent.text)
