"""What stands beside a name by the order of the words alone, where a parser is easily misled: the office of a person
("Minister for the North Anna Berg", "Mayor of Oslo, Anna Berg", "Anna Berg, Rescue Group Commander") and an apposition
between commas ("Oslo, the country's capital,")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.text import names
from pipeline.text.descriptions import kind_of_noun

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from spacy.tokens import Doc, Token

    from graph_schema.ontology import Ontology

MAX_TOKENS = 8
MAX_TITLES = 3
LINKS = frozenset({"of", "for", "the", "and", "in"})
WITHIN = frozenset({"PROPN", "NOUN", "ADJ", "DET", "NUM"})
WITHIN_TAGS = frozenset({"POS", "HYPH", "VBN", "VBG", "RB", "RBS"})
CLOSING = frozenset(",.;:)—–”")
LISTING = frozenset({"and", "or", "as"})


class Beside:
    """Reads what stands beside the names of one chunk. `at` maps token index -> mention index; `people` are the kinds
    that are people."""

    def __init__(self, doc: Doc, at: Mapping[int, int], ontology: Ontology, people: Collection[str]) -> None:
        self.doc = doc
        self.at = at
        self.ontology = ontology
        self.people = people

    def office(self, first: int, last: int, index: int) -> Token | None:
        """The noun of the office before or after the person named by tokens `first` to `last`, mention `index`."""
        return self._office_before(first) or self._office_after(last, index)

    def apposition(self, last: int, kind: str) -> Token | None:
        """The noun of a definite phrase between a comma after the name and the next mark, where it can describe
        something of `kind`. The name ends with token `last`."""
        i = last + 2
        if i + 1 >= len(self.doc) or self.doc[last + 1].text != ",":
            return None
        end = i
        while end < len(self.doc) and end - i < MAX_TOKENS and self._may_describe(self.doc[end]):
            end += 1
        if end >= len(self.doc) or self.doc[end].text not in CLOSING or end - i < 2:
            return None
        if end + 1 < len(self.doc) and self.doc[end].text == "," and self.doc[end + 1].lower_ in LISTING:
            return None
        noun = self.doc[end - 1]
        definite = self.doc[i].lower_ == "the" or any(token.tag_ == "POS" for token in self.doc[i:end])
        said = kind_of_noun(noun.lemma_.lower(), self.ontology)
        if not definite or noun.tag_ != "NN" or said is None:
            return None
        return noun if said in self.ontology.ancestors(kind) or kind in self.ontology.ancestors(said) else None

    def _may_describe(self, token: Token) -> bool:
        return token.pos_ in WITHIN or token.tag_ in WITHIN_TAGS or token.text == "–"

    def _office_before(self, first: int) -> Token | None:
        i = first - 1
        while i >= max(0, first - MAX_TITLES) and i not in self.at and self._is_title(self.doc[i]):
            i -= 1
        if i >= 0 and self.doc[i].text == ",":
            i -= 1
        if i >= 0 and self._is_office(self.doc[i]):
            return self.doc[i]
        steps, between = 0, False  # "Minister for the North": of the North, unless another name follows it
        while i > 0 and steps < MAX_TOKENS and (i in self.at or self.doc[i].lower_ in LINKS):
            between = between or i in self.at
            if between and self.doc[i].lower_ in {"of", "for"} and self._is_office(self.doc[i - 1]):
                return self.doc[i - 1]
            i, steps = i - 1, steps + 1
        return None

    def _office_after(self, last: int, index: int) -> Token | None:
        if last + 2 >= len(self.doc) or self.doc[last + 1].lower_ not in {",", "the"}:
            return None
        for token in self.doc[last + 2 : last + 2 + MAX_TOKENS]:
            if self._is_office(token):
                return token
            if self.at.get(token.i) == index or token.pos_ not in WITHIN:
                return None
        return None

    def _is_title(self, token: Token) -> bool:
        return names.fold(token.text) in names.HONORIFICS or (token.pos_ == "PROPN" and token.is_upper)

    def _is_office(self, token: Token) -> bool:
        return self.ontology.kind_of_role.get(token.lower_) in self.people
