"""What the words of one chunk say about its mentions before any two are joined: how each stands in its sentence, which
pronouns and described nouns there are beside the names, and which two mentions a sentence itself says are one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.ingest.extract.aliases import MAX_GAP_CHARS, PARTIES, Defined, alias, code_after, defined, shortens
from pipeline.ingest.extract.beside import MAX_TITLES, Beside
from pipeline.ingest.extract.pronouns import PRONOUNS, with_pronouns
from pipeline.ingest.extract.standing import clause, quoted, role
from pipeline.text import names
from pipeline.text.descriptions import as_description, descriptions, kind_of_noun
from pipeline.text.mentions import RawMention

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from graph_schema.ontology import Ontology

Role = Literal["subject", "object", "possessive", "other"]

ALIAS_LOOK_BACK = 3
SAYING = frozenset("say tell state add explain note write announce declare argue reply remark ask warn insist".split())
BECOMING = frozenset({"become", "appoint", "crown", "elect", "make", "name"})
MODIFIERS = frozenset({"amod", "compound", "nummod", "nmod", "poss", "det", "case", "punct", "advmod"})
DEFINITE = frozenset({"the", "this", "that"})
BORN = frozenset({"née", "nee", "né"})


@dataclass(frozen=True, slots=True)
class Context:
    """How a mention stands in its sentence. `sentence` counts the sentences of the chunk, or of the document once its
    chunks are joined; `clause` is the offset of the verb that governs it."""

    sentence: int
    clause: int
    role: Role = "other"
    quoted: bool = False
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """The sentence says that mention `second` stands for the same as mention `first`."""

    first: int
    second: int
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Hint:
    """What the sentence calls a mention: "X is a company", "the river X" tells the kind of X."""

    mention: int
    kind: str


@dataclass(frozen=True, slots=True)
class Called:
    """What the sentence calls a mention where that is no mention itself: "President X", "X is a town"."""

    mention: int
    phrase: str


@dataclass(slots=True)
class Cues:
    """What one chunk, or one document, says of its mentions; `contexts` has one entry a mention."""

    contexts: list[Context]
    links: list[Link]
    hints: list[Hint]
    sentences: int
    called: list[Called] = field(default_factory=list)


def joined(parts: list[Cues]) -> Cues:
    """The cues of a document from those of its chunks, in order."""
    whole = Cues([], [], [], 0)
    for part in parts:
        first = len(whole.contexts)
        whole.links += [replace(link, first=link.first + first, second=link.second + first) for link in part.links]
        whole.hints += [Hint(hint.mention + first, hint.kind) for hint in part.hints]
        whole.called += [Called(each.mention + first, each.phrase) for each in part.called]
        whole.contexts += [replace(each, sentence=each.sentence + whole.sentences) for each in part.contexts]
        whole.sentences += part.sentences
    return whole


class CueReader:
    """Reads the cues of one parsed chunk. It adds pronouns to `mentions` and `at` (token index -> mention index), and
    described nouns ("the founder" of "X, the founder") to `mentions` alone: they stand for X but claims do not start
    from them."""

    def __init__(
        self, doc: Doc, mentions: list[RawMention], at: dict[int, int], ontology: Ontology, offset: int
    ) -> None:
        self.doc = doc
        self.text = doc.text  # spaCy builds it anew at each access
        self.ontology = ontology
        self.offset = offset
        self.mentions, self.at = with_pronouns(doc, mentions, at, offset)
        self.births = self._cut_at_births()
        self.people = {kind for kind in ontology.kinds if "PERSON" in _labels(ontology, kind)}
        self.beside = Beside(doc, self.at, ontology, self.people)
        self.quoted = quoted(doc)
        self.sentence_of: list[int] = []
        for number, sentence in enumerate(doc.sents):
            self.sentence_of += [number] * len(sentence)
        self.roots = self._roots()
        self._make_descriptions_of_common_nouns()
        self.nouns: dict[int, Token] = {}
        self.links: list[Link] = []
        self.hints: list[Hint] = []
        self.called: list[Called] = []

    def __call__(self) -> Cues:
        """All cues; described nouns and descriptions come last in `mentions`."""
        self._link_aliases()
        self._link_tokens()
        self._link_codes()
        self._link_defined()
        for index, born in self.births:
            self._add(index, born, born.root, "birth-name", 0.85)
        self._add_descriptions()
        self._link_pronouns()
        contexts = [self._context(self.roots[index], index) for index in range(len(self.mentions) - len(self.nouns))]
        contexts += [self._context(noun, -1) for noun in self.nouns.values()]
        return Cues(contexts, self.links, self.hints, len(set(self.sentence_of)), self.called)

    def _cut_at_births(self) -> list[tuple[int, Span]]:
        """Let a name end before "née" and begin after it. Returns the names of birth that were cut off, by mention."""
        cut: list[tuple[int, Span]] = []
        for i in [i for i in self.at if self.doc[i].text in BORN]:
            index = self.at[i]
            first, last = min(tokens := [each for each in self.at if self.at[each] == index]), max(tokens)
            if self.mentions[index].form != "name" or i == last:
                continue
            begins, ends = (i + 1, last) if i == first else (first, i - 1)
            for each in set(tokens) - set(range(begins, ends + 1)):
                del self.at[each]
            span, mention = self.doc[begins : ends + 1], self.mentions[index]
            mention.start, mention.end = self.offset + span.start_char, self.offset + span.end_char
            mention.surface = span.text
            if i != first:
                cut.append((index, self.doc[i + 1 : last + 1]))
        return cut

    def _roots(self) -> dict[int, Token]:
        roots: dict[int, Token] = {}
        for i in sorted(self.at):
            index = self.at[i]
            if index not in roots or self.at.get(self.doc[i].head.i) != index:
                roots[index] = self.doc[i]
        return roots

    def _make_descriptions_of_common_nouns(self) -> None:
        for index, root in self.roots.items():
            alone = all(self.at.get(i) != index for i in (root.i - 1, root.i + 1))
            if alone and self.mentions[index].form == "name":
                described = as_description(self.mentions[index], root, self.ontology)
                self.mentions[index] = described or self.mentions[index]

    # contexts

    def _context(self, root: Token, index: int) -> Context:
        return Context(
            sentence=self.sentence_of[root.i],
            clause=self.offset + clause(root).idx,
            role=role(root),
            quoted=self.quoted[root.i],
            qualifier=self._qualifier(root, index) if index >= 0 else "",
        )

    def _qualifier(self, root: Token, index: int) -> str:
        """A number that belongs to a name but stands outside it: "the 2006 Winter Games", "Boeing 747"."""
        if self.mentions[index].form != "name":
            return ""
        for child in root.children:
            beside = abs(child.i - root.i) <= len(self.mentions[index].surface.split())
            outside = self.at.get(child.i) != index
            if child.dep_ in {"nummod", "compound"} and child.text.isdigit() and beside and outside:
                return child.text
        after = self.doc[root.i + 1 : root.i + 3]
        bracketed = len(after) == 2 and after[0].text.isdigit() and after[1].text == ")"
        return after[0].text if bracketed and self.at.get(after[0].i) != index else ""

    # links by syntax

    def _link_tokens(self) -> None:
        for i in sorted(self.at):
            if self.roots[self.at[i]].i == i:
                self._link_beside(self.doc[i])
        for token in self.doc:
            if token.dep_ == "appos":
                self._link_apposition(token.head, token)
            elif token.dep_ == "attr" and token.head.lemma_ == "be":
                self._link_copula(token)
            elif token.dep_ in {"attr", "oprd"} and token.head.lemma_ in BECOMING:
                self._call_as_it_became(token)
            elif token.i in self.at and self.roots[self.at[token.i]].i == token.i:
                self._link_prenominal(token)

    def _link_pronouns(self) -> None:
        for token in self.doc:
            if token.dep_ == "relcl":
                self._link_relative(token)
            if token.lower_ in {"i", "me", "my", "myself"} and token.i in self.at and self.quoted[token.i]:
                self._link_speaker(token)

    def _link_apposition(self, head: Token, noun: Token) -> None:
        """ "X, the founder of Y" and "the founder, X"."""
        named, other = self._name(head), self._name(noun)
        if any(child.dep_ == "conj" and child.i < noun.i for child in head.children):
            return
        if named is not None and other is not None:
            self._link_titles(named, other)
        elif named is not None and self._describes(noun):
            self._describe(named, noun, "apposition", 0.9)
        elif other is not None and self._describes(head):
            self._describe(other, head, "apposition", 0.9)

    def _describes(self, noun: Token) -> bool:
        """Whether a noun says what someone or something is: a role ("commander of Y"), or a noun with an article; not
        one that a name stands before ("Varde province")."""
        if any(child.dep_ == "compound" and self._name(child) is not None and child.i == noun.i - 1
               for child in noun.children) and noun.lower_ not in self.ontology.kind_of_role:  # fmt: skip
            return False
        determined = any(child.dep_ in {"det", "poss"} for child in noun.children)
        return noun.lower_ in self.ontology.kind_of_role or (noun.pos_ in {"NOUN", "PROPN"} and determined)

    def _link_titles(self, first: int, second: int) -> None:
        """Of two names in apposition one may be what the other is called by: "Foreign Office Minister, Anna Berg"."""
        first_role, second_role = (self._kind_called(self.mentions[each]) for each in (first, second))
        if (first_role is None) != (second_role is None):
            named, title = (second, first) if first_role else (first, second)
            kind = self.mentions[named].kind
            if kind == UNKNOWN_KIND or (first_role or second_role) in self.ontology.ancestors(kind):
                self.links.append(Link(named, title, "title", 0.85))

    def _kind_called(self, mention: RawMention) -> str | None:
        """The kind that the last word of a name says: an ontology's role, or a noun for people ("Special Envoy")."""
        word = mention.surface.split()[-1].lower()
        kind = kind_of_noun(word, self.ontology)
        return kind if kind in self.people or word in self.ontology.kind_of_role else None

    def _link_copula(self, noun: Token) -> None:
        """ "X is the founder of Y", "His deputy is X"."""
        verb = noun.head
        if any(child.dep_ in {"neg", "aux"} for child in verb.children):
            return
        for subject in (child for child in verb.children if child.dep_ == "nsubj"):
            named, other = self._name(subject), self._name(noun)
            if named is not None and other is None and noun.pos_ == "NOUN":
                if _is_definite(noun):
                    self._describe(named, noun, "copula", 0.8)
                else:
                    self._hint(named, noun)
                    self._call(named, noun)
            elif named is not None and other is None and noun.pos_ == "PROPN":  # "X is King of Norway"
                self._call(named, noun)
            elif other is not None and named is None and subject.pos_ in {"NOUN", "PROPN"} and _is_definite(subject):
                self._describe(other, subject, "copula", 0.8)

    def _call_as_it_became(self, noun: Token) -> None:
        """ "X became mayor", "X was elected president"."""
        told = list(noun.head.children)
        subject = "nsubj" if noun.dep_ == "attr" else "nsubjpass"
        named = next((self._name(child) for child in told if child.dep_ == subject), None)
        if named is not None and not any(child.dep_ == "neg" or child.tag_ == "MD" for child in told):
            self._call(named, noun)

    def _link_prenominal(self, token: Token) -> None:
        """ "the founder X", "the river X"."""
        index = self.at[token.i]
        if self.mentions[index].form != "name":
            return
        first = token.i
        while first > 0 and self.at.get(first - 1) == index:
            first -= 1
        if first and self.doc[first - 1].pos_ == "NOUN" and first - 1 not in self.at:
            noun = self.doc[first - 1]
            if noun.dep_ in {"compound", "nmod", "amod"} and _is_within(noun.head, self.at, index):
                start = self._start(noun)
                if (start and self.doc[start - 1].lower_ in DEFINITE) or self.doc[start].lower_ in DEFINITE:
                    self._describe(index, noun, "apposition", 0.85)
                else:
                    self._hint(index, noun)

    def _link_beside(self, token: Token) -> None:
        """What stands beside a name by the words alone, whatever the parser makes of it: an office, an apposition."""
        index = self.at[token.i]
        if self.mentions[index].form != "name":
            return
        first = last = token.i
        while first and self.at.get(first - 1) == index:
            first -= 1
        while last + 1 < len(self.doc) and self.at.get(last + 1) == index:
            last += 1
        kind = self.mentions[index].kind
        self._call_by_title(index, first, last)
        noun = self.beside.office(first, last, index) if kind in {*self.people, UNKNOWN_KIND} else None
        noun = noun or self.beside.apposition(last, kind)
        if noun is not None and noun.i not in self.at and noun.i not in self.nouns:
            self._describe(index, noun, "apposition", 0.8)

    def _call_by_title(self, named: int, first: int, last: int) -> None:
        """ "General Sir X", "Prime Minister X", "Pope X" (the name goes from token `first` to `last`)."""
        i = first - 1
        while i >= max(0, first - MAX_TITLES) and i not in self.at and names.fold(self.doc[i].text) in names.HONORIFICS:
            self._call(named, self.doc[i])
            i -= 1
        before = self.at.get(first - 1)
        if before is not None and self._kind_called(self.mentions[before]) in self.people:
            rule = {"name": "title", "role": "apposition"}.get(self.mentions[before].form)
            if rule is not None:
                self.links.append(Link(named, before, rule, 0.85))
                self.called.append(Called(named, self.mentions[before].surface))
        if first < last and kind_of_noun(self.doc[first].lower_, self.ontology) in self.people:
            self.called.append(Called(named, self.doc[first].text))

    def _describe(self, named: int, noun: Token, rule: str, confidence: float) -> None:
        """Make a mention of a described noun, or take the one that is there, and link it to what it names."""
        kind = self.ontology.kind_of_role.get(noun.lower_, UNKNOWN_KIND)
        self._hint(named, noun)
        if rule == "apposition":
            self._hint_of_thing(named, noun)
        if noun.i in self.at:
            if self.mentions[self.at[noun.i]].form in {"role", "description"}:
                self.links.append(Link(named, self.at[noun.i], rule, confidence))
            return
        if noun.tag_ not in {"NN", "NNP"} or noun.i in self.nouns:
            return
        self._add(named, self.doc[self._start(noun) : noun.i + 1], noun, rule, confidence)
        self.mentions[-1].form, self.mentions[-1].kind, self.mentions[-1].noun = "role", kind, noun.lower_

    def _call(self, named: int, noun: Token) -> None:
        """Note what a name is called by a noun in the singular and the words before it."""
        if noun.tag_ in {"NN", "NNP"}:
            self.called.append(Called(named, self.doc[self._start(noun) : noun.i + 1].text))

    def _add(self, named: int, span: Span, root: Token, rule: str, confidence: float) -> None:
        """Another mention of what is named: a name unless it is made something else."""
        self.nouns[root.i] = root
        self.links.append(Link(named, len(self.mentions), rule, confidence))
        start, end = self.offset + span.start_char, self.offset + span.end_char
        self.mentions.append(RawMention(start, end, span.text, UNKNOWN_KIND, "name"))

    def _add_descriptions(self) -> None:
        """Make mentions of what the chunk describes without saying of what named thing."""
        held = {*self.at, *self.nouns}
        for mention, span in descriptions(self.doc, self.offset, held, self.ontology):
            self.nouns[span.root.i] = span.root
            self.at.update({token.i: len(self.mentions) for token in span if token.i not in self.at})
            self.mentions.append(mention)

    def _start(self, noun: Token) -> int:
        """The first token of the noun's phrase that no other mention holds."""
        first = noun.i
        while first and self.doc[first - 1].head.i in range(first, noun.i + 1) and first - 1 not in self.at:
            if self.doc[first - 1].dep_ not in MODIFIERS or self.doc[first - 1].is_space:
                break
            first -= 1
        while self.doc[first].is_punct and first < noun.i:
            first += 1
        while first > 1 and self.doc[first - 1].text == "-" and not self.doc[first - 2].whitespace_:
            first -= 2  # "self-proclaimed capital"
        return first

    def _hint(self, named: int, noun: Token) -> None:
        kind = self.ontology.kind_of_role.get(noun.lemma_.lower())
        if kind is not None:
            self.hints.append(Hint(named, kind))

    def _hint_of_thing(self, named: int, noun: Token) -> None:
        """ "The film X": a noun that stands beside a name says its kind. Roles are read by `_hint`."""
        kind = kind_of_noun(noun.lemma_.lower(), self.ontology)
        if kind is not None and kind not in self.people and noun.lemma_.lower() not in self.ontology.kind_of_role:
            self.hints.append(Hint(named, kind))

    def _link_relative(self, verb: Token) -> None:
        """ "X, who ...", "X, a company which ...": a relative word is what its clause hangs on."""
        words = [token for token in verb.subtree if token.i < verb.i and token.i in self.at]
        named = self._antecedent(verb.head)
        for word in words:
            pronoun = PRONOUNS.get(word.lower_)
            if pronoun is not None and pronoun.form == "relative" and clause(word) in {verb, word}:
                antecedent, confidence = named, 0.9
                if antecedent is None:
                    antecedent, confidence = self._before_comma(word), 0.6
                if antecedent is not None:
                    self.links.append(Link(antecedent, self.at[word.i], "relative", confidence))
                return

    def _antecedent(self, token: Token) -> int | None:
        index = self.at.get(token.i)
        if index is not None:
            return index
        if token.dep_ == "appos":
            return self.at.get(token.head.i)
        if token.dep_ == "attr" and token.head.lemma_ == "be":
            return next((self.at[child.i] for child in token.head.children
                         if child.dep_ == "nsubj" and child.i in self.at), None)  # fmt: skip
        return None

    def _before_comma(self, word: Token) -> int | None:
        before = word.i - 1
        if before > 0 and self.doc[before].text == ",":
            return self.at.get(before - 1)
        return None

    def _speaker(self, verb: Token) -> tuple[int, int] | None:
        for child in verb.children:
            if child.dep_ == "nsubj" and child.i in self.at and not self.quoted[child.i]:
                return verb.i, self.at[child.i]
        return None

    def _link_speaker(self, token: Token) -> None:
        """ "I" within quotation marks is whom the sentence, or the one before it, says to have said it."""
        number = self.sentence_of[token.i]
        for verb in self.doc:
            near = verb.i < len(self.sentence_of) and self.sentence_of[verb.i] in {number, number - 1}
            if near and verb.lemma_ in SAYING and not self.quoted[verb.i] and (found := self._speaker(verb)):
                self.links.append(Link(found[1], self.at[token.i], "speaker", 0.7))
                return

    # links by the words between two names

    def _link_aliases(self) -> None:
        """Abbreviations in brackets, "also known as", "formerly": what stands between two names joins them."""
        named = [index for index, mention in enumerate(self.mentions) if mention.form == "name"]
        for position, index in enumerate(named):
            for before in named[max(0, position - ALIAS_LOOK_BACK) : position][::-1]:
                link = self._alias(before, index)
                if link is not None:
                    self.links.append(link)
                    break

    def _link_codes(self) -> None:
        """A short code in brackets right after a name is another name for it, though nothing found it to be one."""
        for index, mention in enumerate(self.mentions[: len(self.mentions) - len(self.nouns)]):
            found = code_after(self.text, self.offset, mention) if mention.form == "name" else None
            span = found and self.doc.char_span(*found)
            if span and not any(self._is_entity(token) for token in span):
                self._add(index, span, span.root, "abbreviation", 0.85)

    def _link_defined(self) -> None:
        """Short forms that the text states: (the "Company"), hereinafter "Tessel"."""
        named = [index for index in self.roots if self.mentions[index].form == "name"]
        for place in defined(self.text):
            opening = self.offset + place.start
            near = [each for each in named if opening - MAX_GAP_CHARS < self.mentions[each].end <= opening]
            for span in (self.doc.char_span(*each) for each in place.forms):
                full = self._full(near, place, span) if span is not None else None
                if span is not None and full is not None:
                    self._take_in_legal_form(full, place.start)
                    self._define(full, span)

    def _full(self, near: list[int], place: Defined, short: Span) -> int | None:
        """Which of the names before a bracket is meant by the short form in it: the last of its sentence that has these
        words, else the one right before it, if it may be called so."""
        sentence = self.sentence_of[short.start]
        for index in reversed(near):
            same = self.sentence_of[self.roots[index].i] == sentence
            if same and shortens(short.text, self.mentions[index].surface):
                return index
        between = self.text[self.mentions[near[-1]].end - self.offset : place.start] if near else ""
        beside = near and (not between.strip() or names.fold(between) in names.LEGAL_FORMS)
        return near[-1] if beside and self._may_be_called(near[-1], short, herein=place.herein) else None

    def _may_be_called(self, full: int, short: Span, *, herein: bool) -> bool:
        """Whether a name may have a short form of other words: a party's ("the Seller"), a noun for its kind, or any
        where it is a firm's, and not part of what is meant ("the shares of X")."""
        noun, words = short.root.lower_, self.mentions[full].surface.split()
        kind = kind_of_noun(noun, self.ontology)
        if noun in PARTIES or kind is not None:
            return noun in PARTIES or kind in self.ontology.ancestors(self.mentions[full].kind)
        part = self.roots[full].dep_ == "pobj" and self.roots[full].head.head.pos_ in {"NOUN", "PROPN"}
        firm = names.fold(words[-1]) in names.LEGAL_FORMS
        return (herein or firm) and not part and short.text[0].isupper()

    def _take_in_legal_form(self, full: int, opening: int) -> None:
        """Let a name go on to the bracket after it where only a legal form is between ("Tessel Group AS (")."""
        mention = self.mentions[full]
        between = self.text[mention.end - self.offset : opening].strip()
        after = self.doc[max(i for i, index in self.at.items() if index == full) + 1]
        if names.fold(between) in names.LEGAL_FORMS and after.text == between and between[0].isupper():
            self.at[after.i] = full
            mention.end = self.offset + after.idx + len(after)
            mention.surface = self.text[mention.start - self.offset : mention.end - self.offset]

    def _define(self, full: int, short: Span) -> None:
        """Make a mention of a short form that is none yet, there and later in the chunk, and link it."""
        held = self.at.get(short.root.i)
        if held is not None and self.mentions[held].form == "name":
            self.links.append(Link(full, held, "defined", 0.95))
        elif kind_of_noun(short.root.lower_, self.ontology) is not None:
            self._describe(full, short.root, "apposition", 0.9)
            return
        for token in self.doc[short.start :]:
            if token.text == short.text and token.i not in self.at and token.i not in self.nouns:
                self.at[token.i] = len(self.mentions)
                self._add(full, self.doc[token.i : token.i + 1], token, "defined", 0.95)

    def _is_entity(self, token: Token) -> bool:
        return token.i in self.at and self.mentions[self.at[token.i]].form != "value"

    def _alias(self, first: int, second: int) -> Link | None:
        said = alias(self.text, self.offset, self.mentions[first], self.mentions[second])
        return None if said is None else Link(first, second, *said)

    def _name(self, token: Token) -> int | None:
        index = self.at.get(token.i)
        return index if index is not None and self.mentions[index].form == "name" else None


def _labels(ontology: Ontology, kind: str) -> set[str]:
    return {label for each in ontology.ancestors(kind) for label in ontology.kinds[each].labels}


def _is_definite(noun: Token) -> bool:
    return any((child.dep_ == "det" and child.lower_ in DEFINITE) or child.dep_ == "poss" for child in noun.children)


def _is_within(token: Token, at: dict[int, int], index: int) -> bool:
    return at.get(token.i) == index
