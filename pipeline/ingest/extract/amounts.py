"""Amounts that a clause gives: "the population of X is 900", "X has 900 inhabitants", "bought X for 900 euros"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.ingest.extract.clause import obliques

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spacy.tokens import Token

    from graph_schema.models import Value
    from pipeline.ingest.extract.clause import Argument, Clause, Tree

HAVING = frozenset({"have", "with"})
AMOUNTING = frozenset({"be", "reach", "total", "exceed"})
MOVING = frozenset("rise grow increase climb swell fall drop decline shrink stand".split())
AMOUNTS = frozenset({"quantity", "money"})
PARTICIPLES = {"buy": "bought", "sell": "sold", "take": "taken", "build": "built", "make": "made"}


class AmountReader:
    """Reads the amounts of one chunk's clauses. `entities` gives the mentions of entities that a token heads, `value`
    what it says as a value."""

    def __init__(
        self, tree: Tree, entities: Callable[[Token], list[int]], value: Callable[[Token], Value | None]
    ) -> None:
        self.tree = tree
        self.entities = entities
        self.value = value

    def __call__(self, clause: Clause) -> Iterator[tuple[int, str, Value, Token]]:
        """Whose, the phrase that leads to it, how much, and the token that says so."""
        verb, noun, subjects = clause.head, clause.subject, self.entities(clause.subject)
        objects = [each.head for each in clause.arguments if each.role == "object"]
        for argument in clause.arguments:
            marker = argument.markers[-1].lower_ if argument.markers else verb.lemma_
            value = self.of(argument.head)
            if value is not None and noun.pos_ == "NOUN" and self._says_amount(verb, argument):
                yield from ((owner, f"{noun.lemma_.lower()} of", value, argument.head) for owner in self._owners(noun))
            if marker in HAVING:
                for counted, value in self.counts([argument.head]):
                    yield from ((owner, f"{counted.lemma_.lower()} of", value, counted) for owner in subjects)
            if argument.role == "object" and clause.rule == "active":
                yield from self._prices(verb, argument.head, clause)
        if verb.lemma_ == "pay" and any(self.of(each) for each in objects):
            yield from self._paid(clause, objects)

    def _prices(self, verb: Token, bought: Token, clause: Clause) -> Iterator[tuple[int, str, Value, Token]]:
        """ "Bought X for 900 euros" says of X what "X was bought for 900 euros" says."""
        targets = [(each.markers[-1], each.head) for each in clause.arguments if each.role == "oblique"]
        for preposition in self.tree.of(bought, "prep"):
            targets += [(preposition, each.head) for each in obliques(self.tree, preposition)]
        for preposition, target in targets:
            value = self.of(target)
            if value is not None and value.type == "money":
                phrase = f"{_participle(verb)} {preposition.lower_}"
                yield from ((owner, phrase, value, target) for owner in self.entities(bought))

    def _paid(self, clause: Clause, sums: list[Token]) -> Iterator[tuple[int, str, Value, Token]]:
        """ "Paid 900 euros for X"."""
        value = next(value for each in sums if (value := self.of(each)) is not None)
        targets = [each.head for each in clause.arguments if each.markers and each.markers[-1].lower_ == "for"]
        for each in sums:
            for preposition in self.tree.of(each, "prep"):
                targets += [found.head for found in obliques(self.tree, preposition) if preposition.lower_ == "for"]
        yield from ((owner, "paid for", value, target) for target in targets for owner in self.entities(target))

    def _says_amount(self, verb: Token, argument: Argument) -> bool:
        """Whether a verb gives its subject the amount: "is 900", "reached 900", "rose to 900", "stood at 900"."""
        if not argument.markers:
            return verb.lemma_ in AMOUNTING
        return verb.lemma_ in MOVING and argument.markers[-1].lower_ in {"to", "at"}

    def _owners(self, noun: Token) -> list[int]:
        """Whose a noun is: "the population of X", "X's population"."""
        owners = [*self.tree.of(noun, "poss")]
        for preposition in self.tree.of(noun, "prep"):
            if preposition.lower_ == "of":
                owners += [each.head for each in obliques(self.tree, preposition)]
        return [index for owner in owners for index in self.entities(owner)]

    def counts(self, heads: list[Token]) -> Iterator[tuple[Token, Value]]:
        """The nouns that come with an amount, and it."""
        for head in heads:
            for noun in coordinated(self.tree, head):
                if noun.pos_ == "NOUN" and (value := self.counted(noun)) is not None:
                    yield noun, value

    def counted(self, noun: Token) -> Value | None:
        """The amount that a noun comes with: "900 inhabitants", "a population of 900", "population 900"."""
        after = (self.of(child) for child in self.tree.of(noun, "nummod") if child.i > noun.i)
        value = self.of(noun) or next((amount for amount in after if amount is not None), None)
        if value is not None:
            return _without_unit(value, noun.lemma_.lower())
        for preposition in self.tree.of(noun, "prep"):
            if preposition.lower_ == "of":
                amounts = (self.of(each.head) for each in obliques(self.tree, preposition))
                return next((value for value in amounts if value is not None), None)
        return None

    def of(self, token: Token) -> Value | None:
        """The amount that `token` heads."""
        value = self.value(token)
        return value if value is not None and value.type in AMOUNTS else None


def coordinated(tree: Tree, noun: Token) -> list[Token]:
    """A noun and the nouns coordinated with it: "founder of X and director of Y"."""
    found = [noun]
    for each in found:
        found.extend(child for child in tree.of(each, "conj") if child.pos_ in {"NOUN", "PROPN"})
    return found


def _participle(verb: Token) -> str:
    """The past participle of a verb, regular unless it is one of the few that prices are said with."""
    lemma = verb.lemma_.lower()
    return PARTICIPLES.get(lemma) or (f"{lemma}d" if lemma.endswith("e") else f"{lemma}ed")


def _without_unit(value: Value, unit: str) -> Value:
    """An amount without its unit, where that is only what is counted: 900 of "900 inhabitants"."""
    return replace(value, normalised=value.normalised.removesuffix(f" {unit}"))
