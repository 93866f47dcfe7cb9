"""What resolution knows of one local entity: its names, its kind, and what its document says around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from graph_schema.keys import digest
from graph_schema.ontology import UNKNOWN_KIND
from pipeline.text import lexicon
from pipeline.text.comparison import (
    Comparison,
    begins_with_a_given_name,
    compare,
    main_title,
    person_name,
)
from pipeline.text.names import HONORIFICS, fold

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology

REDUNDANT_ALIAS_SCORE = 0.85
SURE_SCORE = 0.9
MIN_NAME_CHARS = 2
FAMILIES = ("Person", "Organization", "Place")
UNCERTAIN = ({"Place", "Organization"}, {"Place", "Group"}, {"Organization", "Group"}, {"Work", "Product"})
DIFFERENT = Comparison(0.0, "different")


@dataclass(frozen=True, slots=True)
class Context:
    """What one document says around one local entity: the folded names of what it is mentioned or claimed with,
    occupations, values of functional predicates as (predicate, value, type), and the years it is mentioned with."""

    neighbours: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    facts: frozenset[tuple[str, str, str]] = frozenset()
    years: frozenset[int] = frozenset()

    @property
    def tokens(self) -> frozenset[str]:
        """Everything that two documents can share, as one set."""
        return self.neighbours | self.roles | {f"{predicate} {value}" for predicate, value, _ in self.facts}


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A name as one kind of thing bears it: what blocks hold and what is compared. Every member that bears it shares
    it, so ten thousand documents that mention one country cost as much as one."""

    family: str
    text: str

    @property
    def key(self) -> str:
        """Identity: family of kinds, text."""
        return digest("name", self.family, self.text)

    @property
    def title(self) -> str:
        """What the same name is under any kind: folded, without an article."""
        return main_title(self.text)

    @property
    def weak(self) -> bool:
        """Whether it says too little to be one thing across documents: a bare noun, a common name without another."""
        return _is_weak(self.family, self.text)

    @property
    def alone(self) -> bool:
        """Whether its members are told apart by what is said around them."""
        return self.family == "Person" or self.weak or begins_with_a_given_name(self.text)


@dataclass(frozen=True, slots=True)
class Member:
    """One local entity. `family` is the kind that decides how its names are compared (`family_of`)."""

    key: str
    document: str
    kind: str
    family: str
    name: str
    aliases: tuple[str, ...] = ()
    named: bool = True
    context: Context = field(default=NO_CONTEXT)


def family_of(kind: str, ontology: Ontology) -> str:
    """Whose names its names are like: people's, organisations', places', else those of its outermost ancestor."""
    chain = ontology.ancestors(kind)
    like = ontology.families.get(kind, "other").capitalize()
    return like if like in FAMILIES else chain[-1] if chain else UNKNOWN_KIND


def names_of(member: Member) -> tuple[Name, ...]:
    """A member's own name, and each alias that says something else and is specific enough to find it by."""
    if not member.named or not fold(member.name):
        return ()
    own = Name(member.family, " ".join(member.name.split()))
    others = sorted({Name(member.family, " ".join(alias.split())) for alias in member.aliases if fold(alias)})
    return (own, *(other for other in others if _says_more(own, other)))


def _says_more(own: Name, alias: Name) -> bool:
    if alias.weak or set(alias.title.split()) <= set(own.title.split()):
        return False  # a short form: of what, only its own document says
    if alias.family == "Person" and not person_name(alias.text).first:
        return False
    return compare(own.text, alias.text, own.family).score < REDUNDANT_ALIAS_SCORE


def exclude(one: str, other: str) -> bool:
    """Whether nothing is of both families of kinds; what is of an unknown kind may be of any."""
    return one != other and UNKNOWN_KIND not in (one, other) and {one, other} not in UNCERTAIN


def compare_names(one: Name, other: Name) -> Comparison:
    """Compare two names with their kinds: kinds that exclude each other forbid it, an unknown kind costs certainty."""
    if one.family == other.family:
        return compare(one.text, other.text, one.family)
    same = one.title == other.title
    if UNKNOWN_KIND in (one.family, other.family):
        known = one.family if other.family == UNKNOWN_KIND else other.family
        sure = same or compare(one.text, other.text, known).score >= SURE_SCORE
        return Comparison(0.85, "kind-unknown") if sure else DIFFERENT
    if not exclude(one.family, other.family) or (same and begins_with_a_given_name(one.text)):
        return Comparison(0.8, "kind-uncertain") if same else DIFFERENT
    return Comparison(0.0, "different", "kinds")


@lru_cache(maxsize=131_072)
def _is_weak(family: str, text: str) -> bool:
    words = fold(text).split()
    if sum(map(len, words)) < MIN_NAME_CHARS or all(word.isdigit() for word in words):
        return True
    if family == "Person":
        parts = person_name(text)
        return not parts.first and parts.last in _common()
    generic = lexicon.words("organisation", "generic")
    return all(
        word in generic or word in HONORIFICS or lexicon.organisation_word(word).role == "legal" for word in words
    )


@cache
def _common() -> frozenset[str]:
    return lexicon.words("person", "common") | lexicon.words("person", "alone") | frozenset(lexicon.given_names())
