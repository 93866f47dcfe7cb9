"""Mentions in one parsed chunk: names, values, pronouns and roles, with exact boundaries.

The tagger says where names are and of which class; the parser's recogniser refines its classes (a place may be a
facility) and adds what the tagger does not know; the ontology's words outvote both.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.text import lexicon, names
from pipeline.text.gazetteer import Gazetteer, parse_as_names
from pipeline.text.tagger import CLASSES, Tags, default_tagger
from pipeline.text.value_spans import DATES, VALUE_LABELS, amount, is_unread, read_value, value_spans
from pipeline.text.values import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spacy.tokens import Doc, Span, Token

    from graph_schema.models import Value
    from graph_schema.ontology import Ontology
    from pipeline.text.tagger import Tagged

Form = Literal["name", "role", "pronoun", "value", "description"]
CALENDAR = frozenset(day.lower() for day in calendar.day_name) | frozenset(MONTHS)
LABELS_OF_CLASS = {"Person": ("PERSON",), "Place": ("GPE", "LOC", "FAC"), "Organization": ("ORG",)}
CLASS_OF_LABEL = {label: name for name, labels in LABELS_OF_CLASS.items() for label in labels}
UNTAGGED = frozenset({"NORP"})  # "an Italian painter": no name to those who labelled what the tagger learnt from
SURE, UNSURE = 0.8, 0.5
MAX_OUTSIDE_RECOGNISED, MAX_OUTSIDE_OTHER, MAX_OUTSIDE_PROPER = 0.9, 0.98, 0.95
PRONOUNS = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
DEFINITE = frozenset({"the", "this", "that"})
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
PLACE_NOUNS = frozenset(
    "town city village hamlet municipality borough parish county district province state island river".split()
)
_PREPOSITIONS = frozenset("about after against at before by for from in into near of on over to under with".split())
_DATED = re.compile(r"\d|\b(?:last|this|next|ago|yesterday|today|tomorrow|" + "|".join(sorted(CALENDAR)) + r")\b", re.I)
_GARBLED = re.compile(r"\S{31}|[^\W\d_][\"!?;(){}<>|~^=*_\\][^\W\d_]|[!?*|~^=\\]{2}|\b[^\W\d_]+\d+[^\W\d_]+\d")
_QUOTES = frozenset("\"“”„'‘’")
_SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III"})
_TRIMMED = frozenset({"the", "a", "an", "'s", "’s", "'", "’"})


@dataclass(slots=True)
class RawMention:
    """A span of the document's text before it belongs to an entity. `start` and `end` are document offsets;
    `gender` is `m`, `f` or `None` when nothing says it; `noun` is the
    head of a role or description, and `definite` whether an article before it says that it is known which is meant.

    `confidence` is the tagger's probability that a name or value is one, with these kinds: low for what the parser's
    recogniser alone took for one. `weights` are the kinds that a name may have, the likeliest first, with the share of
    each; they sum to one. They are for a vote over all mentions of an entity. `tagged_start` and
    `tagged_end` are what the tagger holds for one name, after the conventions of the texts that it learnt from: with
    the title or article before it ("President" of "President Berg"), a place with all that it is in ("Turin, Italy",
    which is two mentions), of a date perhaps its month alone. Where it holds no name or several, they are `start` and
    `end`. A value that cannot be told (a relative date of a document without a date) is `None`.
    """

    start: int
    end: int
    surface: str
    kind: str
    form: Form
    gender: str | None = None
    value: Value | None = None
    subject: bool = False
    noun: str = ""
    definite: bool = False
    confidence: float = 1.0
    weights: tuple[tuple[str, float], ...] = ()
    tagged_start: int = -1
    tagged_end: int = -1

    def __post_init__(self) -> None:
        if self.tagged_start < 0:
            self.tagged_start, self.tagged_end = self.start, self.end


class MentionFinder:
    """Finds mentions under one ontology. `tagger` gives the names of parsed texts; by default the one that ships."""

    def __init__(self, ontology: Ontology, tagger: Callable[[Sequence[Doc]], list[Tags]] | None = None) -> None:
        self.ontology = ontology
        self.tagger = tagger
        self.gazetteer = Gazetteer(ontology)
        self.tagged_kinds = {ontology.kind_of_label.get(label) for label in CLASS_OF_LABEL}

    def tags(self, docs: Sequence[Doc]) -> list[Tags]:
        """What the tagger says of each text: of many at a time it costs a third less."""
        return (self.tagger or default_tagger().tag)(docs)

    def __call__(
        self, doc: Doc, offset: int, date: str | None = None, tags: Tags | None = None
    ) -> tuple[list[RawMention], dict[int, int]]:
        """All mentions of a chunk that begins at `offset`, in order, and token index -> mention index. `date` is the
        document's, in ISO 8601: without it a relative date has no value. `tags` are the text's, where they are known.
        """
        if tags is None:
            (tags,) = self.tags([doc])
        found: dict[int, tuple[RawMention, int]] = {}
        taken: set[int] = set()
        for item in self._items(doc, offset, tags, date, taken):
            if item is not None and not taken.intersection(range(item[1].start, item[1].end)):
                found[item[1].start] = (item[0], item[1].end)
                taken.update(range(item[1].start, item[1].end))
        self._join_names(doc, found, offset)
        for first, (mention, end) in found.items():
            if (held := _held(doc, first, end, tags)) is not None:
                mention.tagged_start, mention.tagged_end = (offset + each for each in held)
        return _indexed(found)

    def _join_names(self, doc: Doc, found: dict[int, tuple[RawMention, int]], offset: int) -> None:
        """Make one of the parts of a person's name that a nickname in quotation marks or a comma before "Jr." parts."""
        for first in sorted(found):
            mention, end = found.get(first, (None, 0))
            if mention is None or not self._is_person(mention):
                continue
            if _is_cut_nickname(doc, first, end):
                found.pop(end + 1, None)
                found[first] = mention, end = _stretched(mention, doc[first : end + 2], offset), end + 2
            opening = end - 2 if end - 2 > first and doc[end - 2].text in _QUOTES else end
            rest, after = found.get(opening + 3, (None, 0))
            unsure = rest is not None and rest.form == "name" and rest.kind == UNKNOWN_KIND
            if rest is not None and (unsure or self._is_person(rest)) and _is_nickname(doc, opening):
                end = after
            last = _end_of_suffix(doc, end)
            if last == found[first][1]:
                continue
            for each in [start for start in found if first < start < last]:
                del found[each]
            found[first] = (_stretched(mention, doc[first:last], offset), last)

    def _is_person(self, mention: RawMention) -> bool:
        return mention.form == "name" and self.ontology.families.get(mention.kind) == "person"

    def _items(
        self, doc: Doc, offset: int, tags: Tags, date: str | None, taken: set[int]
    ) -> Iterator[tuple[RawMention, Span] | None]:
        """What may be a mention, best evidence first; `taken` are the tokens of mentions so far."""
        known = self.gazetteer(doc)
        parse_as_names(doc, known)
        for listed in known:
            span = doc[listed.start : listed.end]
            mention = _mention(span, offset, listed.kind, "name")
            mention.weights = ((listed.kind, 1.0),)
            yield mention, span
        for span in value_spans(doc):
            value = self._of_value(span, offset, tags, date)
            if value is None and is_unread(span):
                taken.update(range(span.start, span.end))
            yield value
        for ent in doc.ents:
            if ent.label_ not in VALUE_LABELS and (_is_split(ent, tags) or _is_cut(ent, tags)):
                yield self._of_entity(ent, offset, tags)
        for tagged in tags.spans:
            for part in _places(doc, tagged):
                yield self._of_tagged(doc, part, offset)
        for ent in doc.ents:
            doubt = MAX_OUTSIDE_RECOGNISED if ent.label_ in CLASS_OF_LABEL else MAX_OUTSIDE_OTHER
            named = ent.label_ not in VALUE_LABELS and _outside(tags, ent) < doubt and not _in_capitals(ent)
            if named or ent.label_ in UNTAGGED:
                yield self._of_entity(ent, offset, tags)
        tagged_names = {doc[each.start : each.end].text: each for each in tags.spans}
        words = {token.text for each in tags.spans for token in doc[each.start : each.end] if token.is_title}
        for span in _proper_runs(doc, taken):
            if (same := tagged_names.get(span.text)) is not None:
                yield self._of_tagged(doc, same._replace(start=span.start, end=span.end), offset)
            elif span.text in words and _trimmed(span) is not None:  # "Berg" where the tagger found "Anna Berg"
                yield self._named(span, UNKNOWN_KIND, offset, 1 - _outside(tags, span), {})
            elif self._said_kind(span, "") or (_outside(tags, span) < MAX_OUTSIDE_PROPER and not _in_capitals(span)):
                yield self._of_run(span, offset, tags)
        for token in doc:
            if token.i not in taken:
                yield self._of_token(token, offset)

    def _of_value(self, ent: Span, offset: int, tags: Tags, date: str | None) -> tuple[RawMention, Span] | None:
        label, ent = ent.label_, amount(_widened(ent, tags))
        value = read_value(ent, label, date)
        if value is None and (label not in DATES or not _DATED.search(ent.text)):
            return None
        mention = _mention(ent, offset, "", "value", value=value)
        first, end = _within(ent.start, ent.end, tags) or (ent.start, ent.end)
        mention.confidence = 1 - sum(tags.outside[first:end]) / (end - first)
        return mention, ent

    def _of_tagged(self, doc: Doc, tagged: Tagged, offset: int) -> tuple[RawMention, Span] | None:
        titled = tagged.name == "Person" and tagged.end - tagged.start > 1  # not "King" alone, not "King County"
        span = _trimmed(doc[tagged.start : tagged.end], titles=titled or tagged.name == "Other")
        if span is None or not any(character.isalpha() for character in span.text) or _is_garbled(span.text):
            return None
        recognised = next((token.ent_type_ for token in span if token.ent_type_), "")
        weights: dict[str, float] = {}
        for name, probability in zip(CLASSES, tagged.probabilities, strict=True):
            kind = self._kind(name, recognised)
            if kind is not None:
                weights[kind] = weights.get(kind, 0.0) + probability
        kind = self._kind(tagged.name, recognised) or self._said_kind(span, "")
        if kind is None:
            return None
        overrules = tagged.name == "Place" or self._said_kind(span, "") in self.tagged_kinds
        agreed = overrules and tagged.name in {"Place", "Organization"} and max(tagged.probabilities) >= SURE
        return self._named(span, kind, offset, sum(tagged.probabilities), weights, sure=agreed)

    def _kind(self, name: str, recognised: str) -> str | None:
        """The kind of a class, which the recogniser's label refines; `None` when the ontology knows none."""
        labels = LABELS_OF_CLASS.get(name)
        if labels is None:
            other = recognised and recognised not in CLASS_OF_LABEL and recognised not in VALUE_LABELS
            return self.ontology.kind_of_label.get(recognised) if other else UNKNOWN_KIND
        preferred = (recognised, *labels) if recognised in labels else labels
        known = self.ontology.kind_of_label
        return next((known[label] for label in preferred if label in known), None)

    def _of_entity(self, ent: Span, offset: int, tags: Tags) -> tuple[RawMention, Span] | None:
        span = _trimmed(ent)
        if span is None or not any(character.isalpha() for character in span.text):
            return None
        kind = self.ontology.kind_of_label.get(ent.label_) or self._said_kind(span, "")
        if kind is None:
            return None
        if _is_garbled(span.text):
            return None
        return self._named(span, kind, offset, 1 - _outside(tags, span), {})

    def _of_run(self, span: Span, offset: int, tags: Tags) -> tuple[RawMention, Span] | None:
        trimmed = _trimmed(span)
        if trimmed is None or len(trimmed.text) < 2 or not trimmed.text[0].isupper():
            return None
        before = span.doc[trimmed.start - 1].lower_ if trimmed.start else ""
        role = self.ontology.kind_of_role.get(trimmed[-1].lower_)
        if role is not None and before in DEFINITE and self._said_kind(trimmed, "") is None:
            mention = _mention(trimmed, offset, role, "role")
            mention.noun, mention.definite = trimmed[-1].lower_, True
            return mention, trimmed
        if _is_garbled(trimmed.text):
            return None
        if len(trimmed) == 1 and not trimmed.text.isupper() and _opens_sentence(trimmed[0]):
            return None
        return self._named(trimmed, UNKNOWN_KIND, offset, 1 - _outside(tags, span), {})

    def _named(
        self, span: Span, kind: str, offset: int, confidence: float, weights: dict[str, float], *, sure: bool = False
    ) -> tuple[RawMention, Span]:
        title = span.doc[span.start - 1].text if span.start else ""
        titled = names.fold(title) in names.HONORIFICS and "Person" in self.ontology.kinds
        said = self._said_kind(span, title if titled else "")
        if sure and said is not None and not self.ontology.fits(said, (kind,)):
            said = None
        gender = names.gender_of_title(title) if titled else None
        if said is None and kind == "Person" and title.lower() == "near" and "Place" in self.ontology.kinds:
            said = "Place"
        if said is None and _is_faith(span):
            said = UNKNOWN_KIND
        place, whole = self.ontology.kind_of_label.get("GPE"), _with_place_noun(span)
        if place is not None and whole is not None and (len(span) == 1 or max(weights.values(), default=0.0) < SURE):
            said = said if said is not None and self.ontology.fits(said, (place,)) else place
        else:
            whole = span
        mention = _mention(span, offset, said or kind, "name", gender=gender)
        mention.subject = whole.root.dep_ in SUBJECTS
        mention.confidence = confidence
        mention.weights = ((said, 1.0),) if said else _shares(kind, weights)
        return mention, whole

    def _said_kind(self, span: Span, title: str) -> str | None:
        """The kind that a title before the name, or its last or first word, says; `None` when none does."""
        if title[:1].isupper():
            return "Person"
        words = names.fold(span.text).split()
        if not words:
            return None
        by_word = self.ontology.kind_of_last_word.get(words[-1]) if len(words) > 1 else None
        return by_word or self.ontology.kind_of_first_word.get(words[0])

    def _of_token(self, token: Token, offset: int) -> tuple[RawMention, Span] | None:
        lowered = token.lower_
        if lowered in PRONOUNS and token.pos_ == "PRON":
            span = token.doc[token.i : token.i + 1]
            return _mention(span, offset, "Person", "pronoun", gender=PRONOUNS[lowered]), span
        if lowered == "it" and token.dep_ in SUBJECTS and token.head.lemma_ != "be":
            span = token.doc[token.i : token.i + 1]
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
        mention.definite = token.i + 1 == len(token.doc) or token.nbor().lower_ != "of"
        return mention, span


def _is_split(ent: Span, tags: Tags) -> bool:
    """Whether the tagger cut at "of" what the recogniser holds together ("University of Bergen"), and begins with a
    part that is no person or place, as its training data often do."""
    within = [each for each in tags.spans if ent.start <= each.start and each.end <= ent.end]
    if len(within) != 2 or within[0].name not in {"Other", "Organization"}:
        return False
    return [token.lower_ for token in ent.doc[within[0].end : within[1].start]] in (["of"], ["of", "the"])


def _is_cut(ent: Span, tags: Tags) -> bool:
    """Whether the tagger, sure of no class, holds only the first words of what the recogniser holds for a name
    ("Halden" of "Halden Instruments")."""
    within = [each for each in tags.spans if each.start < ent.end and ent.start < each.end]
    if len(within) != 1 or within[0].start < ent.start or within[0].end >= ent.end:
        return False
    return max(within[0].probabilities) < UNSURE and ent.doc[within[0].end].pos_ == "PROPN"


def _in_capitals(span: Span) -> bool:
    """Whether the sentence of `span` is in capitals, which then say nothing of its words."""
    if not span.doc.has_annotation("SENT_START"):
        return False
    words = [token.text for token in span.sent if token.is_alpha]
    return len(words) > 2 and sum(word.isupper() for word in words) > 0.7 * len(words)


def _is_garbled(text: str) -> bool:
    """Whether characters within say that a scan was misread or that markup was left."""
    return _GARBLED.search(text) is not None


def _places(doc: Doc, tagged: Tagged) -> list[Tagged]:
    """ "Turin, Italy" is two places: each part between commas that begins with a capital is one of its own."""
    commas = [index for index in range(tagged.start + 1, tagged.end - 1) if doc[index].text == ","]
    if tagged.name != "Place" or any(not doc[index + 1].text[0].isupper() for index in commas):
        return [tagged]
    starts, ends = [tagged.start, *(index + 1 for index in commas)], [*commas, tagged.end]
    return [tagged._replace(start=start, end=end) for start, end in zip(starts, ends, strict=True)]


def _mention(
    span: Span, offset: int, kind: str, form: Form, *, gender: str | None = None, value: Value | None = None
) -> RawMention:
    surface = span.text
    if "[" in surface[1:]:
        surface = surface[: surface.index("[", 1)].rstrip(" .,")
    elif (form == "name" and _stops_sentence(span)) or (value is not None and value.type == "money"):
        surface = surface.removesuffix(".")
    return RawMention(
        start=offset + span.start_char,
        end=offset + span.start_char + len(surface),
        surface=surface,
        kind=kind,
        form=form,
        gender=gender,
        value=value,
        subject=span.root.dep_ in SUBJECTS,
    )


def _with_place_noun(span: Span) -> Span | None:
    """A name with the noun that says that it is a place's, from "town" to the end of "the town of Kelby"."""
    before = [token.text for token in span.doc[max(0, span.start - 3) : span.start]]
    match before:
        case ["the" | "The", noun, "of"] if noun in PLACE_NOUNS:
            return span.doc[span.start - 2 : span.end]
        case _:
            return None


def _is_nickname(doc: Doc, first: int) -> bool:
    """Whether the three tokens from `first` on are one capitalised word in quotation marks."""
    opening, word, closing = doc[first : first + 3]
    return opening.text in _QUOTES and closing.text in _QUOTES and word.is_alpha and word.text[0].isupper()


def _is_faith(span: Span) -> bool:
    """Whether a name is that of a faith or a doctrine, which taggers take for a person or a place."""
    word = names.fold(span.text)
    return len(span) == 1 and (word in lexicon.words("person", "faiths") or (word.endswith("ism") and len(word) > 5))


def _is_cut_nickname(doc: Doc, first: int, end: int) -> bool:
    """Whether a name ends within a nickname in quotation marks, which the rest of the name follows."""
    opened = any(token.text in _QUOTES for token in doc[first + 1 : end]) and doc[end - 1].text not in _QUOTES
    return opened and end + 1 < len(doc) and doc[end].text in _QUOTES and doc[end + 1].pos_ == "PROPN"


def _end_of_suffix(doc: Doc, end: int) -> int:
    """Where a person's name that goes on to `end` ends, with "Jr." after it or after a comma."""
    word = end + 1 if end + 1 < len(doc) and doc[end].text == "," else end
    return word + 1 if word < len(doc) and doc[word].text in _SUFFIXES else end


def _stretched(mention: RawMention, span: Span, offset: int) -> RawMention:
    end = offset + span.end_char
    return replace(mention, end=end, surface=span.text, subject=span.root.dep_ in SUBJECTS, tagged_end=end)


def _stops_sentence(span: Span) -> bool:
    """Whether the full stop of a legal form ("Ltd.") at the end of a name also ends its sentence: it may be no part of
    the name."""
    doc, last = span.doc, span[-1]
    if not last.text.endswith(".") or names.fold(last.text) not in names.LEGAL_FORMS:
        return False
    return span.end == len(doc) or bool(doc[span.end].is_sent_start) or "\n" in doc[span.end].text


def _outside(tags: Tags, span: Span) -> float:
    """The probability that `span` is in no name, by its likeliest token."""
    return min(tags.outside[span.start : span.end], default=0.0)


def _shares(kind: str, weights: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """Weights that sum to one, those of `kind` first, then by size."""
    total = sum(weights.values())
    if not total:
        return ((kind, 1.0),)
    ordered = sorted(weights, key=lambda each: (each != kind, -weights[each], each))
    return tuple((each, round(weights[each] / total, 4)) for each in ordered)


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
        inside = token.i not in taken and token.pos_ == "PROPN" and token.lower_.rstrip(".") not in CALENDAR
        if inside and first is None:
            first = token.i
        elif not inside and first is not None:
            runs.append(doc[first : token.i])
            first = None
    if first is not None:
        runs.append(doc[first : len(doc)])
    return runs


def _trimmed(span: Span, *, titles: bool = True) -> Span | None:
    """`span` without articles, punctuation and, if `titles`, honorifics at its ends, and only up to its first line
    end."""
    doc, first, end = span.doc, span.start, span.end
    for token in span:
        if "\n" in token.text:
            if token.i > first:
                end = token.i
                break
            first = token.i + 1
    while first < end and _is_edge(doc[first], titles=titles):
        first += 1
    while end > first and _is_edge(doc[end - 1], titles=False):
        end -= 1
    return doc[first:end] if first < end else None


def _is_edge(token: Token, *, titles: bool) -> bool:
    if token.is_space or token.lower_ in _TRIMMED or (token.is_punct and token.text != ")"):
        return True
    if token.is_upper and token.lower_ in _PREPOSITIONS:
        return True
    return titles and names.fold(token.text) in names.HONORIFICS


def _opens_sentence(token: Token) -> bool:
    """Whether nothing but punctuation stands before the word in its sentence: its capital then says nothing."""
    before = reversed(token.doc[: token.i])
    return all(each.is_punct or each.is_space for each in takewhile(lambda each: not each.is_sent_end, before))


def _within(first: int, end: int, tags: Tags) -> tuple[int, int] | None:
    """The one name that the tagger holds among tokens `first` to `end`; `None` where there is none or more than one."""
    names_within = [(each.start, each.end) for each in tags.spans if each.start < end and first < each.end]
    return names_within[0] if len(names_within) == 1 else None


def _held(doc: Doc, first: int, end: int, tags: Tags) -> tuple[int, int] | None:
    """The characters of the one name that the tagger holds where a mention is, without the full stop that ends the
    text: the data that it learnt from count that to no name ("Burchard, Neb" of "in Burchard, Neb.")."""
    within = _within(first, end, tags)
    if within is None:
        return None
    span = doc[slice(*within)]
    stops = span.end == len(doc) and len(span) > 1 and span.text.endswith(".")
    return span.start_char, span.end_char - stops


def _widened(ent: Span, tags: Tags) -> Span:
    """A value with what the tagger counts to it ("26 Apr 94", of which the recogniser took "Apr 94")."""
    first, end = ent.start, ent.end
    for each in tags.spans:
        if each.name == "Other" and each.start < ent.end and ent.start < each.end:
            first, end = min(first, each.start), max(end, each.end)
    return ent.doc[first:end]
