"""Parse: what a question asks for, whom it names, and which relations its words chain or compare."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pipeline.query import grammar
from pipeline.query.expected import (
    Expectation,
    asks_for_themes,
    content_words,
    counted_noun,
    described_names,
    form_of,
    order_of,
)
from pipeline.query.grammar import ChainAsked, ComparisonAsked, Measure
from pipeline.query.meanings import Meanings
from pipeline.query.question import Comparison, Hop, NameSpan, Question, Side, Wanted
from pipeline.query.relations import relations
from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language
    from spacy.tokens import Doc

    from graph_schema.models import Value
    from graph_schema.ontology import Ontology
    from pipeline.query.question import Form
    from pipeline.query.titles import TitleSpan

__all__ = ["Comparison", "Hop", "NameSpan", "Question", "QuestionParser", "Side", "Wanted"]

MAX_MASKED = 3
MEASURED: dict[Measure, tuple[str, ...]] = {
    "birth": ("birth",),
    "death": ("death",),
    "age": ("birth", "death"),
    "release": ("release", "inception"),
    "inception": ("inception", "release"),
}


class QuestionParser:
    """Parses questions under one ontology."""

    def __init__(self, nlp: Language, ontology: Ontology) -> None:
        self.nlp = nlp
        self.ontology = ontology
        self.find_mentions = MentionFinder(ontology)
        self.expected = Expectation(ontology)
        self.meanings = Meanings(ontology)

    def __call__(self, text: str, titles: tuple[TitleSpan, ...] = ()) -> Question:
        """Parse one question; `titles` are the names of documents that stand in it. The grammar of chains and
        comparisons comes first; what is not of its forms is read by the predicates its words can mean."""
        doc = self.nlp(text)
        mentions, at = self.find_mentions(doc, 0)
        covered: dict[int, list[int]] = defaultdict(list)
        for token, index in at.items():
            covered[index].append(token)
        mentioned = tuple(
            NameSpan(mention.surface, range(min(covered[index]), max(covered[index]) + 1))
            for index, mention in enumerate(mentions)
            if mention.form == "name"
        )
        times = tuple(mention.value for mention in mentions if mention.value and mention.value.type == "date")
        titled = tuple(_titled(doc, titles))
        for names in _choices(mentioned, titled):
            asked = grammar.read(_masked(doc, names)) if 0 < len(names) <= MAX_MASKED else None
            if asked is not None:
                return self._chained(doc, names, times, asked)
        return self._worded(doc, mentioned or titled or tuple(described_names(doc)), times)

    def _chained(
        self, doc: Doc, names: tuple[NameSpan, ...], times: tuple[Value, ...], asked: ChainAsked | ComparisonAsked
    ) -> Question:
        """A question that the grammar read."""
        chain = tuple(self._hop(relation) for relation in asked.relations)
        form: Form = "compare" if isinstance(asked, ComparisonAsked) else "fact"
        kinds, value = self.expected(doc, form_of(doc))
        if asked.relations and form == "fact":
            kinds, value = (kinds, None) if value == "date" else (kinds, value)
            value = "date" if relations()[asked.relations[-1]].answer == "date" else value
        named = {token for name in names for token in name.tokens}
        comparison = None
        if isinstance(asked, ComparisonAsked):
            compared = MEASURED[asked.measure] if asked.measure is not None else (asked.same or "",)
            hops = tuple(self._hop(relation) for relation in compared)
            comparison = Comparison(asked.names, hops, asked.measure, asked.last, asked.same)
        return Question(
            text=doc.text,
            form=form,
            names=names,
            kinds=kinds,
            value=value,
            wanted=chain[-1].wanted if chain and comparison is None else (),
            inner=chain[-2].wanted if len(chain) > 1 and comparison is None else (),
            words=tuple(content_words(doc, named)),
            counted=None,
            times=times,
            chain=chain,
            comparison=comparison,
        )

    def _hop(self, name: str) -> Hop:
        """A relation of the grammar in the predicates of the ontology."""
        wanted = tuple(
            Wanted(predicate, None if end == "either" else end, -1)
            for predicate, end in relations()[name].predicates
            if predicate in self.ontology.predicates
        )
        return Hop(wanted, name)

    def _worded(self, doc: Doc, names: tuple[NameSpan, ...], times: tuple[Value, ...]) -> Question:
        """A question read by what its words can mean."""
        named = {token for name in names for token in name.tokens}
        form: Form = "theme" if asks_for_themes(doc.text) else form_of(doc)
        kinds, value = self.expected(doc, form)
        wanted, inner = self.meanings(doc, names, (kinds, value, form))
        words = tuple(content_words(doc, named))
        understood = wanted or form in {"theme", "connection"} or (form == "about" and not words)
        return Question(
            text=doc.text,
            form=form,
            names=names,
            kinds=kinds,
            value=value,
            wanted=wanted,
            inner=inner,
            words=words,
            counted=counted_noun(doc),
            times=times,
            chain=tuple(Hop(each) for each in (inner, wanted) if each),
            order=order_of(doc, named),
            unparsed=() if understood else words,
        )


def _titled(doc: Doc, titles: tuple[TitleSpan, ...]) -> Iterator[NameSpan]:
    for title in titles:
        span = doc.char_span(title.start, title.end, alignment_mode="expand")
        if span is not None:
            yield NameSpan(doc.text[title.start : title.end], range(span.start, span.end))


def _choices(mentioned: tuple[NameSpan, ...], titled: tuple[NameSpan, ...]) -> Iterator[tuple[NameSpan, ...]]:
    """The names that a question may be about: the titles it holds with the other names, the titles alone, the names
    alone."""
    taken = {token for name in titled for token in name.tokens}
    others = [name for name in mentioned if taken.isdisjoint(name.tokens)]
    together = tuple(sorted((*titled, *others), key=lambda name: name.tokens.start))
    yield from dict.fromkeys((together, titled, mentioned))


def _masked(doc: Doc, names: tuple[NameSpan, ...]) -> str:
    """The question in lower case with `§0` in the place of its first name."""
    text, position = "", 0
    for number, name in enumerate(names):
        start = doc.text.find(name.text, max(position, doc[name.tokens.start].idx - 1))
        if start < 0:
            return ""
        text += f"{doc.text[position:start].lower()}§{number}"
        position = start + len(name.text)
    return text + doc.text[position:].lower()
