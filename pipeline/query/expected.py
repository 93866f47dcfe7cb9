"""Expected: the form of a question, and what kind of answer its words ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.query.meanings import ASKING_TAGS
from pipeline.query.question import NameSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Token

    from graph_schema.models import ValueType
    from graph_schema.ontology import Ontology
    from pipeline.query.question import Form, Order

DATE_NOUNS = frozenset({"year", "date", "day", "month", "time"})
MEASURES = frozenset("long tall high wide deep far large big old heavy fast".split())
MONEY_WORDS = frozenset("cost price pay worth money sum salary".split())
CONNECTION_WORDS = frozenset("related relationship connected connection relate connect link linked".split())
AUXILIARIES = frozenset("did does do is are was were has have had can could will would".split())
LIST_WORDS = frozenset({"list", "name", "enumerate"})
ABOUT_WORDS = frozenset({"be", "know", "tell"})
ORDERS: dict[str, Order] = {"first": "first", "earliest": "first", "last": "last", "latest": "last"}

_COLLECTION = r"(?:documents?|archive|corpus|collection|texts?|files?|letters|papers|data|material|everything|it all)"
_THEME = re.compile(
    rf"what (?:is|are) (?:this|these|the|all)\b.*\b{_COLLECTION}\b.* about"
    r"|(?:what|which) (?:are )?(?:the )?(?:main|major|central|common|key|most important|overall|broad)?\s*"
    r"(?:topics?|themes?|subjects?)\b.*"
    rf"|(?:give|write|provide)\b.* (?:overview|summary) of\b.*\b{_COLLECTION}\b.*|summari[sz]e\b.*\b{_COLLECTION}\b.*",
)


def asks_for_themes(text: str) -> bool:
    """Whether a question is a broad one about all documents: "what are the main topics of this archive"."""
    return _THEME.fullmatch(text.lower().strip(" ?.!")) is not None


class Expectation:
    """What kind of answer questions ask for, in the kinds of one ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    def __call__(self, doc: Doc, form: Form) -> tuple[tuple[str, ...], ValueType | None]:
        """What kind of answer the question word asks for."""
        lowered = [token.lower_ for token in doc]
        for position, word in enumerate(lowered):
            following = lowered[position + 1] if position + 1 < len(lowered) else ""
            if word == "when":
                return (), "date"
            if word == "where":
                return self._known("Place", "Organization"), None
            if word in {"who", "whom", "whose"}:
                return self._known("Person", "Organization", "Group"), None
            if word == "how" and following in MEASURES:
                return (), "quantity"
            if word == "how" and following in {"many", "much"}:
                money = following == "much" and not MONEY_WORDS.isdisjoint(token.lemma_ for token in doc)
                noun = self._noun_kind(doc, position + 2)
                return noun, "money" if money or following == "much" else "quantity"
            if word in {"which", "what"}:
                governed = _governed_noun(doc[position])
                if governed in DATE_NOUNS:
                    return (), "date"
                if governed in MONEY_WORDS:
                    return (), "money"
                if governed == "name" and self._names_someone(doc):
                    return self._known("Person"), None
                return self._noun_kind(doc, position + 1) if doc[position].dep_ == "det" else (), None
        return (self._noun_kind(doc, 1), None) if form == "list" else ((), None)

    def _names_someone(self, doc: Doc) -> bool:
        """Whether a question for a name is one for the name of a person: "the name of the harbour master"."""
        return any(self.ontology.kind_of_role.get(token.lemma_.lower()) == "Person" for token in doc)

    def _noun_kind(self, doc: Doc, start: int) -> tuple[str, ...]:
        """The kind that the first noun from `start` on names: "company", "towns", "people"."""
        for token in doc[start : start + 4]:
            if token.pos_ == "NOUN":
                noun = token.lemma_.lower()
                if noun in {"person", "people", "man", "woman"}:
                    return self._known("Person")
                for known in (self.ontology.kind_of_role, self.ontology.kind_of_last_word):
                    if noun in known:
                        return (known[noun],)
                return self._known(noun.capitalize())
        return ()

    def _known(self, *kinds: str) -> tuple[str, ...]:
        return tuple(kind for kind in kinds if kind in self.ontology.kinds)


def form_of(doc: Doc) -> Form:
    """The form of a question, by its first words and its main verb."""
    lowered = [token.lower_ for token in doc]
    lemmas = {token.lemma_.lower() for token in doc}
    first = lowered[0] if lowered else ""
    if "how" in lowered[:2] and "many" in lowered[:4]:
        return "count"
    if first in LIST_WORDS or "all" in lowered[:3]:
        return "list"
    if first in AUXILIARIES:
        return "yes-no"
    if not CONNECTION_WORDS.isdisjoint(lemmas | set(lowered)):
        return "connection"
    if first == "why" or (first == "how" and len(lowered) > 1 and lowered[1] in AUXILIARIES):
        return "reason"
    if first in {"which", "what"} and len(doc) > 1 and _plural(doc[0]):
        return "list"
    root = next((token.lemma_.lower() for token in doc if token.dep_ == "ROOT"), "")
    return "about" if root in ABOUT_WORDS else "fact"


def _plural(word: Token) -> bool:
    noun = word.head if word.dep_ == "det" else None
    return noun is not None and noun.tag_ in {"NNS", "NNPS"}


def _governed_noun(word: Token) -> str:
    """The noun of "which year", "what was the price"."""
    if word.dep_ in {"det", "dobj"} and word.head.pos_ == "NOUN":
        return word.head.lemma_.lower()
    if word.dep_ == "attr":
        return next((child.lemma_.lower() for child in word.head.children if child.dep_ == "nsubj"), "")
    return ""


def described_names(doc: Doc) -> Iterator[NameSpan]:
    """Without any name, noun phrases stand for one: "the harbour master"."""
    for chunk in doc.noun_chunks:
        words = [token for token in chunk if not token.is_stop and token.pos_ in {"NOUN", "PROPN", "ADJ"}]
        if words and words[-1].pos_ != "ADJ":
            yield NameSpan(doc[words[0].i : words[-1].i + 1].text, range(words[0].i, words[-1].i + 1))


def content_words(doc: Doc, named: set[int]) -> Iterator[str]:
    """The lemmas of its content words outside of names, without the noun that is asked for."""
    asked = {_governed_noun(token) for token in doc if token.tag_ in ASKING_TAGS} | {counted_noun(doc)}
    for token in doc:
        lemma = token.lemma_.lower()
        wanted = token.pos_ in {"NOUN", "VERB", "ADJ", "PROPN", "NUM"} and not token.is_stop
        if wanted and token.i not in named and lemma not in ABOUT_WORDS and lemma not in asked:
            yield lemma


def counted_noun(doc: Doc) -> str | None:
    """The noun of "how many visitors"."""
    lowered = [token.lower_ for token in doc]
    if "many" not in lowered:
        return None
    many = doc[lowered.index("many")]
    return many.head.lemma_.lower() if many.head.pos_ == "NOUN" else None


def order_of(doc: Doc, named: set[int]) -> Order | None:
    """Whether a question asks for the first or the last: "who was the first director of X"."""
    return next((ORDERS[token.lower_] for token in doc if token.i not in named and token.lower_ in ORDERS), None)
