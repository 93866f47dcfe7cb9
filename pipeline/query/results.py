"""What `entity`, `neighbours` and `path` give: frozen, printable, JSON, and tables of one citation a row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.citation import Citation
    from pipeline.query.link import Entity
    from pipeline.query.retrieve import Fact

MAX_QUOTE_CHARS = 200
MAX_PRINTED_FACTS = 10
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact in words, with the characters that say it; never without any."""

    text: str
    fact: Fact

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The surest claims for and against it."""
        return self.fact.citations

    def __str__(self) -> str:
        citation = self.citations[0]
        denied, quote = "" if citation.supports else "denied by ", " ".join(citation.quote.split())
        said = "" if quote.rstrip(".") == self.text else f" “{_shortened(quote)}”"
        return f"{self.text}\n    {denied}{citation.place}{said}"

    def as_json(self) -> Row:
        """The fact, its statement and every citation."""
        fact = self.fact
        return {
            "statement": self.text,
            **asdict(fact),
            "subject": _entity_json(fact.subject),
            "object": None if fact.object is None else _entity_json(fact.object),
            "citations": [asdict(each) for each in fact.citations],
        }

    def to_rows(self) -> list[Row]:
        """One row a citation."""
        fact = self.fact
        said = {
            "subject": fact.subject.name,
            "predicate": fact.predicate,
            "object": fact.value if fact.object is None else fact.object.name,
            "statement": self.text,
            "support": fact.support,
            "denials": fact.denials,
            "documents": fact.documents,
            "confidence": fact.confidence,
        }
        return [{**said, **_citation_row(citation)} for citation in fact.citations]


@dataclass(frozen=True, slots=True)
class EntityProfile:
    """An entity and the best of what is said of it. `aliases` and `facts` are the first of `total_aliases` and
    `total_facts`; `named` is False for what documents only describe."""

    id: str
    name: str
    kind: str
    named: bool
    aliases: tuple[str, ...]
    total_aliases: int
    mentions: int
    documents: int
    facts: tuple[StatedFact, ...]
    total_facts: int

    def __str__(self) -> str:
        lines = [f"{self.name} ({self.kind})  {self.id}"]
        if self.aliases:
            more = self.total_aliases - len(self.aliases)
            lines.append(f"  also: {'; '.join(self.aliases)}" + (f" and {more} more" if more else ""))
        lines.append(f"  {counted(self.mentions, 'mention')} in {counted(self.documents, 'document')}")
        shown = self.facts[:MAX_PRINTED_FACTS]
        lines += [_indented(fact) for fact in shown]
        if self.total_facts > len(shown):
            lines.append(f"  {len(shown)} of {counted(self.total_facts, 'fact')}")
        return "\n".join(lines)

    def as_json(self) -> Row:
        """Plain values, with every fact and citation."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "named": self.named,
            "aliases": list(self.aliases),
            "total_aliases": self.total_aliases,
            "mentions": self.mentions,
            "documents": self.documents,
            "facts": [fact.as_json() for fact in self.facts],
            "total_facts": self.total_facts,
        }


@dataclass(frozen=True, slots=True)
class Entities(Tabular):
    """The entities of one name, the most mentioned first; homonyms are several. Without any, `closest` are the names
    that come closest. `total` is how many there are in all."""

    asked: str
    entities: tuple[EntityProfile, ...]
    total: int
    closest: tuple[str, ...]

    def __iter__(self) -> Iterator[EntityProfile]:
        return iter(self.entities)

    def __len__(self) -> int:
        return len(self.entities)

    def __str__(self) -> str:
        if not self.entities:
            return unknown(self.asked, self.closest)
        more = self.total - len(self.entities)
        return "\n".join([*map(str, self.entities), *([f"and {more} more of that name"] if more else [])])

    def as_json(self) -> Row:
        """Plain values, with every fact and citation."""
        return {
            "asked": self.asked,
            "entities": [each.as_json() for each in self.entities],
            "total": self.total,
            "closest": list(self.closest),
        }

    def to_rows(self) -> list[Row]:
        """One row a citation of a fact, with the entity before it."""
        return [
            {"entity": each.name, "entity_id": each.id, "kind": each.kind, **row}
            for each in self.entities
            for fact in each.facts
            for row in fact.to_rows()
        ]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entity beside another and the best of the `total_facts` that connect them; `support` counts the claims for all
    of these."""

    entity: Entity
    facts: tuple[StatedFact, ...]
    total_facts: int
    support: int

    def __str__(self) -> str:
        head = f"{self.entity.name} ({self.entity.kind}), {counted(self.total_facts, 'fact')}"
        return "\n".join([head, *map(_indented, self.facts)])

    def as_json(self) -> Row:
        """Plain values, with every fact and citation."""
        return {
            "entity": _entity_json(self.entity),
            "facts": [fact.as_json() for fact in self.facts],
            "total_facts": self.total_facts,
            "support": self.support,
        }


@dataclass(frozen=True, slots=True)
class Neighbours(Tabular):
    """The entities that facts connect with those of one name, the best supported first: the first of `total`.
    `entities` are those that the name stands for; without any, `closest` are the names that come closest."""

    asked: str
    entities: tuple[Entity, ...]
    neighbours: tuple[Neighbour, ...]
    total: int
    closest: tuple[str, ...]

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(self.neighbours)

    def __len__(self) -> int:
        return len(self.neighbours)

    def __str__(self) -> str:
        if not self.entities:
            return unknown(self.asked, self.closest)
        if not self.neighbours:
            return f"No fact connects {self.asked!r} with another entity."
        more = self.total - len(self.neighbours)
        return "\n".join([*map(str, self.neighbours), *([f"and {counted(more, 'more neighbour')}"] if more else [])])

    def as_json(self) -> Row:
        """Plain values, with every fact and citation."""
        return {
            "asked": self.asked,
            "entities": [_entity_json(each) for each in self.entities],
            "neighbours": [each.as_json() for each in self.neighbours],
            "total": self.total,
            "closest": list(self.closest),
        }

    def to_rows(self) -> list[Row]:
        """One row a citation of a fact, with the neighbour before it."""
        return [
            {"neighbour": each.entity.name, "neighbour_id": each.entity.id, "kind": each.entity.kind, **row}
            for each in self.neighbours
            for fact in each.facts
            for row in fact.to_rows()
        ]


@dataclass(frozen=True, slots=True)
class Chain:
    """Facts that lead from one entity to another; `entities` are those along it, one more than facts."""

    entities: tuple[Entity, ...]
    facts: tuple[StatedFact, ...]

    def __str__(self) -> str:
        return "\n".join([" – ".join(each.name for each in self.entities), *map(_indented, self.facts)])

    def as_json(self) -> Row:
        """Plain values, with every fact and citation."""
        return {
            "entities": [_entity_json(each) for each in self.entities],
            "facts": [fact.as_json() for fact in self.facts],
        }


@dataclass(frozen=True, slots=True)
class Paths(Tabular):
    """The shortest chains of facts between two names, the best supported first, none of more than `max_hops` facts.
    `closest` has, for each name that stands for nothing, the names that come closest."""

    asked: tuple[str, str]
    max_hops: int
    chains: tuple[Chain, ...]
    closest: dict[str, tuple[str, ...]]

    def __iter__(self) -> Iterator[Chain]:
        return iter(self.chains)

    def __len__(self) -> int:
        return len(self.chains)

    def __str__(self) -> str:
        if self.closest:
            return "\n".join(unknown(name, closest) for name, closest in self.closest.items())
        if not self.chains:
            one, other = self.asked
            return f"No chain of at most {counted(self.max_hops, 'fact')} connects {one!r} and {other!r}."
        return "\n".join(map(str, self.chains))

    def as_json(self) -> Row:
        """Plain values, with every fact and citation."""
        return {
            "asked": list(self.asked),
            "max_hops": self.max_hops,
            "chains": [each.as_json() for each in self.chains],
            "closest": {name: list(closest) for name, closest in self.closest.items()},
        }

    def to_rows(self) -> list[Row]:
        """One row a citation of a fact, with the numbers of its chain and its place in it, both from 1."""
        return [
            {"chain": number, "hop": hop, **row}
            for number, chain in enumerate(self.chains, 1)
            for hop, fact in enumerate(chain.facts, 1)
            for row in fact.to_rows()
        ]


def unknown(asked: str, closest: tuple[str, ...]) -> str:
    """That a name stands for nothing, and which come closest."""
    near = f" The closest names: {'; '.join(closest)}." if closest else ""
    return f"Nothing in the graph is called {asked!r}.{near}"


def counted(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _entity_json(entity: Entity) -> Row:
    return {"id": entity.id, "name": entity.name, "kind": entity.kind}


def _indented(fact: StatedFact) -> str:
    return "\n".join(f"  {line}" for line in str(fact).splitlines())


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_QUOTE_CHARS else f"{text[: MAX_QUOTE_CHARS - 1]}…"


def _citation_row(citation: Citation) -> Row:
    kept = ("supports", "source", "path", "record", "title", "start", "end", "quote")
    return {name: getattr(citation, name) for name in kept}
