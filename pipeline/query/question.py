"""What a parsed question holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from graph_schema.models import Value, ValueType
    from pipeline.query.grammar import Measure

Form = Literal["fact", "count", "list", "yes-no", "connection", "reason", "about", "compare", "theme"]
Side = Literal["subject", "object"]
Order = Literal["first", "last"]


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
class Hop:
    """One relation of a chain: the predicates that can hold it, and its name in `relations.toml` where the question
    says it in the words that stand there."""

    wanted: tuple[Wanted, ...]
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What of two names is compared: which of them comes first (or `last`) by `measure`, or whether they have the same
    value of the relation `same`. `sides` are their numbers among the question's names, in the order of their naming;
    `hops` are the relations whose values are compared: of an age both of its ends, else the first that tells one."""

    sides: tuple[int, int]
    hops: tuple[Hop, ...]
    measure: Measure | None = None
    last: bool = False
    same: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed question. `kinds` are the entity kinds an answer may have and `value` the type of value, both empty or
    `None` when the question leaves it open; `inner` leads from the named entity to the one that `wanted` is about, in a
    question over two relations. `words` are the lemmas of its content words outside names, without the noun that "what"
    or "how many" asks for; `counted` is the latter; `times` are the dates it names. `chain` are its relations, the one
    nearest to the name first (at most three), and what a `comparison` follows before it compares. `order` is set where
    it asks for the first or the last. `unparsed` are the words that no plan but the passages takes into account."""

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
    chain: tuple[Hop, ...] = ()
    comparison: Comparison | None = None
    order: Order | None = None
    unparsed: tuple[str, ...] = ()
