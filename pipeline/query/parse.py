"""Parse: what a question asks for, whom it names, and which predicates its words can mean."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language
    from spacy.tokens import Doc, Token

    from graph_schema.models import Value, ValueType
    from graph_schema.ontology import Direction, Ontology

Form = Literal["fact", "count", "list", "yes-no", "connection", "reason", "about"]
Side = Literal["subject", "object"]

DATE_NOUNS = frozenset({"year", "date", "day", "month", "time"})
MEASURES = frozenset("long tall high wide deep far large big old heavy fast".split())
MONEY_WORDS = frozenset("cost price pay worth money sum salary".split())
CONNECTION_WORDS = frozenset("related relationship connected connection relate connect link linked".split())
AUXILIARIES = frozenset("did does do is are was were has have had can could will would".split())
LIST_WORDS = frozenset({"list", "name", "enumerate"})
ABOUT_WORDS = frozenset({"be", "know", "tell"})
LEADING_VERBS = frozenset({"be", "have", "do", "list", "name", "enumerate", "tell", "know", "give"})
LINKING_WORDS = frozenset("in on at of for to with from as near".split())
ASKING_TAGS = frozenset({"WDT", "WP", "WP$", "WRB"})


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A name in the question and the token indices it covers."""

    text: str
    tokens: range


@dataclass(frozen=True, slots=True)
class Wanted:
    """A predicate that the question's words can mean. `side` is where the named entity stands in it, `None` when the
    words leave it open; `token` is the word that means it, and `first` says whether the name comes before it, as
    the one who does it."""

    predicate: str
    side: Side | None
    token: int
    first: bool | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed question. `kinds` are the entity kinds an answer may have and `value` the type of value, both empty or
    `None` when the question leaves it open; `inner` leads from the named entity to the one that `wanted` is about, in a
    question over two relations. `words` are the lemmas
    of its content words outside names, without the noun that "what" or "how many" asks for; `counted` is the latter;
    `times` are the dates it names."""

    text: str
    form: Form
    names: tuple[NameSpan, ...]
    kinds: tuple[str, ...]
    value: ValueType | None
    wanted: tuple[Wanted, ...]
    inner: tuple[Wanted, ...]
    words: tuple[str, ...]
    counted: str | None
    times: tuple[Value, ...]


_Meaning = tuple[int, Wanted]
_Expected = tuple[tuple[str, ...], "ValueType | None", Form]


class QuestionParser:
    """Parses questions under one ontology."""

    def __init__(self, nlp: Language, ontology: Ontology) -> None:
        self.nlp = nlp
        self.ontology = ontology
        self.find_mentions = MentionFinder(ontology)
        self.by_head = _triggers_by_head(ontology)

    def __call__(self, text: str) -> Question:
        """Parse one question."""
        doc = self.nlp(text)
        mentions, at = self.find_mentions(doc, 0)
        covered: dict[int, list[int]] = defaultdict(list)
        for token, index in at.items():
            covered[index].append(token)
        names = tuple(
            NameSpan(mention.surface, range(min(covered[index]), max(covered[index]) + 1))
            for index, mention in enumerate(mentions)
            if mention.form == "name"
        ) or tuple(_described_names(doc))
        named = {token for name in names for token in name.tokens}
        form = _form(doc)
        kinds, value = self._expected(doc, form)
        found = [each for token in doc if token.i not in named for each in self._meanings(token, names)]
        wanted, inner = self._relations(doc, found, named, (kinds, value, form))
        return Question(
            text=text,
            form=form,
            names=names,
            kinds=kinds,
            value=value,
            wanted=wanted,
            inner=inner,
            words=tuple(_content_words(doc, named)),
            counted=_counted(doc),
            times=tuple(mention.value for mention in mentions if mention.value and mention.value.type == "date"),
        )

    def _expected(self, doc: Doc, form: Form) -> tuple[tuple[str, ...], ValueType | None]:
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

    def _meanings(self, token: Token, names: tuple[NameSpan, ...]) -> Iterator[_Meaning]:
        """(score, meaning) for each predicate that a word can mean; a phrase that is there in full scores higher."""
        asked = any(child.tag_ in ASKING_TAGS and child.dep_ == "det" for child in token.children)
        if asked or token.pos_ not in {"VERB", "NOUN", "ADJ", "ADV"}:
            return
        present = {other.lower_ for other in token.doc}
        for head in dict.fromkeys((token.lower_, token.lemma_.lower())):
            for rest, predicate, direction in self.by_head.get(head, ()):
                passive_phrase = head == token.lower_ and head != token.lemma_.lower()
                if any(word not in present for word in rest if word not in LINKING_WORDS):
                    continue
                score = 2 if all(word in present for word in rest) else 1
                first = _stands_first(token, names, passive_phrase=passive_phrase)
                yield score, Wanted(predicate, _side(first, direction), token.i, first)

    def _relations(
        self, doc: Doc, found: list[_Meaning], named: set[int], expected: _Expected
    ) -> tuple[tuple[Wanted, ...], tuple[Wanted, ...]]:
        """What the question asks for, and the inner relation of one over two."""
        if _asks_otherwise(doc, {wanted.token for _, wanted in found}):
            return (), ()
        outer, inner = _nested(doc, found, named)
        between = [
            (score, wanted) for score, wanted in inner if self.ontology.predicates[wanted.predicate].value is None
        ]
        wanted = self._fitting(outer, expected)
        if wanted and between:
            return wanted, self._fitting(between, ((), None, "fact"))
        return wanted or self._fitting(found, expected), ()

    def _fitting(self, found: list[_Meaning], expected: _Expected) -> tuple[Wanted, ...]:
        """The meanings whose answers can be of the expected kind: the best scored ones, each predicate once."""
        fitting: dict[str, tuple[int, Wanted]] = {}
        for score, wanted in found:
            adapted = self._adapted(wanted, expected)
            if adapted is None:
                continue
            exact = expected[1] is not None and self.ontology.predicates[wanted.predicate].value == expected[1]
            scored = (score + (2 if exact else 0), adapted)
            if wanted.predicate not in fitting or scored[0] > fitting[wanted.predicate][0]:
                fitting[wanted.predicate] = scored
        best = max((score for score, _ in fitting.values()), default=0)
        return tuple(wanted for score, wanted in fitting.values() if score == best)

    def _adapted(self, wanted: Wanted, expected: _Expected) -> Wanted | None:
        """`wanted` if it can be answered by what is expected, turned round where only that makes sense."""
        kinds, value, form = expected
        predicate = self.ontology.predicates[wanted.predicate]
        if predicate.value is not None:
            fits = (
                predicate.value == value
                or form == "yes-no"
                or (value is None and not kinds and predicate.value != "date")
            )
            return Wanted(wanted.predicate, "subject", wanted.token) if fits else None
        if value not in {None, "date"} and form != "count":
            return None
        answers: dict[Side, tuple[str, ...]] = {"subject": predicate.range, "object": predicate.domain}
        fitting = [
            side
            for side, allowed in answers.items()
            if not kinds or any(self._related(kind, allowed) for kind in kinds)
        ]
        if wanted.side in fitting or (wanted.side is None and len(fitting) > 1):
            return wanted
        return Wanted(wanted.predicate, fitting[0], wanted.token) if fitting else None

    def _related(self, kind: str, allowed: tuple[str, ...]) -> bool:
        return self.ontology.fits(kind, allowed) or any(kind in self.ontology.ancestors(each) for each in allowed)


def _triggers_by_head(ontology: Ontology) -> dict[str, list[tuple[tuple[str, ...], str, Direction]]]:
    """First word of a trigger that is not a mere article -> (other words, predicate, direction)."""
    by_head: dict[str, list[tuple[tuple[str, ...], str, Direction]]] = defaultdict(list)
    for phrase, meanings in ontology.triggers.items():
        head, *rest = phrase.split()
        if phrase != "be a":
            for meaning in meanings:
                by_head[head].append((tuple(rest), meaning.predicate, meaning.direction))
    for name, predicate in ontology.predicates.items():
        for phrase in predicate.asked_by:
            head, *rest = phrase.split()
            by_head[head].append((tuple(rest), name, "forward"))
    return by_head


def _form(doc: Doc) -> Form:
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


def _described_names(doc: Doc) -> Iterator[NameSpan]:
    """Without any name, noun phrases stand for one: "the harbour master"."""
    for chunk in doc.noun_chunks:
        words = [token for token in chunk if not token.is_stop and token.pos_ in {"NOUN", "PROPN", "ADJ"}]
        if words and words[-1].pos_ != "ADJ":
            yield NameSpan(doc[words[0].i : words[-1].i + 1].text, range(words[0].i, words[-1].i + 1))


def _stands_first(token: Token, names: tuple[NameSpan, ...], *, passive_phrase: bool) -> bool | None:
    """Whether the named entity stands before a phrase that `token` begins, read from the branch of the tree it hangs
    on; `None` without a name."""
    branch = _branch(token, names)
    if branch is None:
        return None
    if token.pos_ == "NOUN":
        return not branch
    if branch == "nsubjpass":
        return passive_phrase
    return branch in {"nsubj", "agent", "relcl", "acl"}


def _side(first: bool | None, direction: Direction) -> Side | None:
    if first is None:
        return None
    return "subject" if first == (direction == "forward") else "object"


def _branch(token: Token, names: tuple[NameSpan, ...]) -> str | None:
    """The dependency of the child of `token` that a name hangs on; "" when a name hangs elsewhere, `None` without a
    name."""
    if not names:
        return None
    for name in names:
        current = token.doc[name.tokens[-1]]
        while current.head.i != current.i:
            if current.head.i == token.i:
                return current.dep_
            current = current.head
    return ""


def _nested(doc: Doc, found: list[_Meaning], named: set[int]) -> tuple[list[_Meaning], list[_Meaning]]:
    """Split the meanings of "where was the founder of X born" into the outer and the inner relation: the name hangs on
    the inner one, and the outer one stands outside of that branch."""
    tokens = {wanted.token for _, wanted in found}
    below = {index: {token.i for token in doc[index].subtree} for index in tokens}
    holding = [index for index in tokens if named & below[index]]
    if not holding:
        return found, []
    inner = min(holding, key=lambda index: (len(below[index]), index))
    outside = {index for index in tokens if index != inner and (inner in below[index] or index not in holding)}
    meant = {wanted.predicate for _, wanted in found if wanted.token == inner}
    if not outside or meant & {wanted.predicate for _, wanted in found if wanted.token in outside}:
        return found, []
    return [each for each in found if each[1].token in outside], [each for each in found if each[1].token == inner]


def _asks_otherwise(doc: Doc, meant: set[int]) -> bool:
    """Whether the main verb, or what "be" says, is no word of the ontology: then its other words only describe."""
    for token in doc:
        if token.dep_ != "ROOT":
            continue
        said = [child for child in token.children if child.dep_ == "acomp"] if token.lemma_ == "be" else [token]
        return any(
            each.pos_ in {"VERB", "ADJ"} and each.lemma_.lower() not in LEADING_VERBS and each.i not in meant
            for each in said
        )
    return False


def _content_words(doc: Doc, named: set[int]) -> Iterator[str]:
    asked = {_governed_noun(token) for token in doc if token.tag_ in ASKING_TAGS} | {_counted(doc)}
    for token in doc:
        lemma = token.lemma_.lower()
        wanted = token.pos_ in {"NOUN", "VERB", "ADJ", "PROPN", "NUM"} and not token.is_stop
        if wanted and token.i not in named and lemma not in ABOUT_WORDS and lemma not in asked:
            yield lemma


def _counted(doc: Doc) -> str | None:
    """The noun of "how many visitors"."""
    lowered = [token.lower_ for token in doc]
    if "many" not in lowered:
        return None
    many = doc[lowered.index("many")]
    return many.head.lemma_.lower() if many.head.pos_ == "NOUN" else None
