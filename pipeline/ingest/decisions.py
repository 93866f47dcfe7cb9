"""The journal of people's decisions on who is who.

A decision says that two names in their documents are the same, or are not. It is bound to the names, not to anything
that resolution computed, so it survives re-ingestion and binds again; one whose document or name is gone waits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from graph_schema.keys import digest, document_key
from pipeline.errors import UsageError
from pipeline.files import write_atomically
from pipeline.ingest.resolution.cluster import MAX_ATOMS_OF_NAME
from pipeline.ingest.resolution.members import exclude, family_of
from pipeline.text.names import fold, is_called

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from graph_schema.ontology import Ontology
    from pipeline.ingest.resolution.decisions import Verdict
    from pipeline.store.driver import Store, Transaction

VERDICTS = ("same", "different")
MAX_FOUND = 100
MAX_AGAINST = 200
ID_CHARS = 32


@dataclass(frozen=True, slots=True, order=True)
class NamedIn:
    """A name, folded, in one document."""

    source: str
    path: str
    record: str | None
    name: str

    @property
    def document(self) -> str:
        """The document's key."""
        return document_key(self.source, self.path, self.record)

    def __str__(self) -> str:
        where = f"{self.source}/{self.path}" + (f"#{self.record}" if self.record is not None else "")
        return f"{self.name!r} in {where}"


@dataclass(frozen=True, slots=True)
class Decision:
    """Two names in their documents and the verdict. Which of the two is first does not matter."""

    verdict: Verdict
    first: NamedIn
    second: NamedIn

    @property
    def key(self) -> str:
        """Identity: both ends. A later verdict on the same two replaces the earlier."""
        ends = sorted(digest(end.document, end.name) for end in (self.first, self.second))
        return digest("decision", *ends)

    def as_json(self) -> dict[str, Any]:
        """One line of the exported journal."""
        return {
            "verdict": self.verdict,
            "first": {name: getattr(self.first, name) for name in NamedIn.__slots__},
            "second": {name: getattr(self.second, name) for name in NamedIn.__slots__},
        }

    @classmethod
    def of(cls, row: Any) -> Self:  # noqa: ANN401
        """The decision of one exported line. Raises `UsageError` naming what is wrong with it."""
        if not isinstance(row, dict) or set(row) != {"verdict", "first", "second"} or row["verdict"] not in VERDICTS:
            raise UsageError(
                f"{row!r} is no decision.", "It has a verdict (same or different), a first and a second name."
            )
        decision = cls(row["verdict"], _end(row["first"]), _end(row["second"]))
        decision.check()
        return decision

    def check(self) -> None:
        """Raise `UsageError` for a decision that says nothing: of a name with itself, or with what is no name."""
        for end in (self.first, self.second):
            if not end.name:
                raise UsageError(f"there is no name in a decision on {end.path!r}.", "A name has letters or digits.")
        if (self.first.document, self.first.name) == (self.second.document, self.second.name):
            raise UsageError(f"{self.first} is the same name twice.", "A decision is on two names, or two documents.")

    def __str__(self) -> str:
        return f"{self.first} is {'' if self.verdict == 'same' else 'not '}{self.second}"


@dataclass(frozen=True, slots=True)
class Member:
    """What one document says of an entity: its local entity, and what joined it. `aliases` are its other names."""

    key: str
    named_in: NamedIn
    surface: str
    aliases: tuple[str, ...]
    kind: str
    mentions: int
    rule: str
    score: float

    @property
    def where(self) -> str:
        """The document as people name it: path, and record where there is one."""
        path, record = self.named_in.path, self.named_in.record
        return path if record is None else f"{path}#{record}"

    def is_called(self, end: NamedIn) -> bool:
        """Whether a decision's end binds to it."""
        own = {self.named_in.name, *(fold(alias) for alias in self.aliases)}
        return end.document == self.named_in.document and end.name in own


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An entity of the graph with its members, in the order of their documents."""

    id: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    named: bool
    members: tuple[Member, ...]

    @property
    def representative(self) -> Member:
        """The member that decisions on the whole entity are bound to: its first by document."""
        return min(self.members, key=lambda member: (member.named_in.source, member.where, member.key))

    @property
    def where(self) -> str:
        """The document that mentions it first."""
        return self.representative.where

    def __str__(self) -> str:
        documents = len({member.named_in.document for member in self.members})
        return f"{self.id}  {self.name} ({self.kind}, {documents} document{'s' if documents != 1 else ''})"


def find(store: Store, name: str) -> list[FoundEntity]:
    """The entities with that whole name or alias, but for case, accents, titles and legal forms; or the one with that
    id."""
    rows = store.read("entity_of_id", id=name) if _is_id(name) else []
    if not rows and (words := fold(name).split()):
        query = " ".join(f'"{word}"' for word in words)
        found = store.read("find_entities", query=query, limit=MAX_FOUND)
        rows = [row for row in found if is_called(name, row["kind"], (row["name"], *row["aliases"]))]
    rows.sort(key=lambda row: (-(row["mentions"] or 0), row["id"]))
    return [
        FoundEntity(
            row["id"], row["name"], row["kind"], tuple(row["aliases"]), row["named"], members_of(store, row["id"])
        )
        for row in rows
    ]


def find_one(store: Store, name: str) -> FoundEntity:
    """The one entity of that name or id. Raises `UsageError` when there is none, or more than one, naming them."""
    found = find(store, name)
    if not found:
        raise UsageError(
            f"no entity is called {name!r}.", "`groundplan cypher entities_by_name -p words=...` searches."
        )
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} entities are called {name!r}:\n" + "\n".join(f"  {each}" for each in found),
            "Give the id of the one that is meant.",
        )
    return found[0]


def members_of(store: Store, entity: str) -> tuple[Member, ...]:
    """The members of the entity with that id."""
    return tuple(
        Member(
            key=row["key"],
            named_in=NamedIn(row["source"], row["path"], row["record"], fold(row["name"])),
            surface=row["name"],
            aliases=tuple(row["aliases"]),
            kind=row["kind"],
            mentions=row["mentions"],
            rule=row["rule"],
            score=row["score"],
        )
        for row in store.read("members_of_entity", id=entity)
    )


def merge(store: Store, first: FoundEntity, second: FoundEntity, ontology: Ontology) -> Decision:
    """Decide that two entities are one; what an earlier decision said against it is taken back. Raises `UsageError` for
    what cannot be one: an entity and itself, what has no name, kinds that exclude each other."""
    if first.id == second.id:
        raise UsageError(f"{first.name!r} and {second.name!r} are one entity already ({first.id}).", "")
    for each in (first, second):
        if not each.named:
            raise UsageError(
                f"{each.name!r} ({each.id}) is no name: {each.where} only describes it so.", "Merge names."
            )
    if exclude(*(family_of(each.kind, ontology) for each in (first, second))):
        raise UsageError(
            f"{first.name!r} is of kind {first.kind} and {second.name!r} of kind {second.kind}: nothing is both.",
            "Merge two of like kinds. Where one was misread, list the name under its kind in the ontology.",
        )
    decision = Decision("same", first.representative.named_in, second.representative.named_in)
    against = _between(journal(store), "different", first.members, second.members)
    record(store, [decision], forgotten=against)
    return decision


def split(store: Store, entity: FoundEntity, documents: Sequence[str]) -> list[Decision]:
    """Decide that what `documents` (paths, `path#record` for records) call by this entity's name is another thing than
    what the others do. Raises `UsageError` for a document that is not among the entity's, and when none would be
    left.

    Each of these is another than each of the others (of very many, than `MAX_AGAINST` of them), and these are one. The
    others are said to be one too where resolution does not compare every two of them.
    """
    unknown = sorted(set(documents) - {member.where for member in entity.members})
    if unknown:
        known = ", ".join(sorted({member.where for member in entity.members})[:20])
        raise UsageError(f"{entity.name!r} is not mentioned in {', '.join(map(repr, unknown))}.", f"It is in {known}.")
    apart = [member for member in entity.members if member.where in documents]
    rest = [member for member in entity.members if member.where not in documents]
    if not rest:
        raise UsageError(f"no document of {entity.name!r} would be left.", "Name only those in which it is another.")
    these, others = (list(dict.fromkeys(member.named_in for member in group)) for group in (apart, rest))
    decisions = [Decision("different", one, other) for one in these for other in others[:MAX_AGAINST]]
    for names in (these, others if len(entity.members) > MAX_ATOMS_OF_NAME else []):
        decisions += [Decision("same", names[0], other) for other in names[1:]]
    record(store, decisions, forgotten=_between(journal(store), "same", apart, rest))
    return decisions


def journal(store: Store) -> list[Decision]:
    """Every decision, in the order of their keys."""
    return [Decision(row["verdict"], _end_of(row, "first"), _end_of(row, "second")) for row in store.read("decisions")]


def export(path: Path, decisions: Iterable[Decision]) -> None:
    """Write decisions as JSON Lines: all of them, or no file. Raises `UsageError` where that cannot be written."""
    lines = [json.dumps(each.as_json(), ensure_ascii=False) + "\n" for each in decisions]
    try:
        write_atomically(path, "".join(lines))
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written: {error.strerror}.", "Name a file in a folder.") from None


def load(path: Path) -> list[Decision]:
    """The decisions of an exported file. Raises `UsageError` naming the line that is not one."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}.", "") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{str(path)!r} is no UTF-8 at byte {error.start}.", "Export it again.") from None
    decisions = []
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines also cuts at U+2028, which JSON allows
        if not line.strip():
            continue
        try:
            decisions.append(Decision.of(json.loads(line)))
        except ValueError as error:
            raise UsageError(f"{str(path)!r}, line {number}, is no JSON: {error}.", "Mend or remove it.") from None
        except UsageError as error:
            raise UsageError(f"{str(path)!r}, line {number}: {error.message}", error.remedy) from None
    return decisions


def record(store: Store, decisions: Iterable[Decision], *, forgotten: Iterable[Decision] = ()) -> None:
    """Write and take back decisions in one transaction, and send the documents they name to resolution again. Raises
    `UsageError` for one that says nothing."""
    kept, gone = list(decisions), list(forgotten)
    for each in kept:
        each.check()
    rows = [{"key": each.key, "properties": _properties(each)} for each in kept]
    keys = sorted({each.key for each in gone} - {each.key for each in kept})
    ends = (end for each in (*kept, *gone) for end in (each.first, each.second))
    documents = sorted({end.document for end in ends})

    def work(tx: Transaction) -> None:
        tx.write("delete_decisions", keys=keys)
        tx.write("merge_decisions", rows=rows)
        tx.write("set_document_state", documents=documents, state="loaded")

    store.write("decisions", work)


def _between(
    decisions: Iterable[Decision], verdict: Verdict, ones: Sequence[Member], others: Sequence[Member]
) -> list[Decision]:
    """The decisions of that verdict that hold between two groups."""
    return [
        each
        for each in decisions
        if each.verdict == verdict
        and any(
            any(one.is_called(first) for one in ones) and any(other.is_called(second) for other in others)
            for first, second in ((each.first, each.second), (each.second, each.first))
        )
    ]


def _is_id(text: str) -> bool:
    return len(text) == ID_CHARS and all(character in "0123456789abcdef" for character in text)


def _properties(decision: Decision) -> dict[str, str]:
    properties: dict[str, str | None] = {"verdict": decision.verdict}
    for side, end in (("first", decision.first), ("second", decision.second)):
        properties |= {f"{side}_{name}": getattr(end, name) for name in ("document", *NamedIn.__slots__)}
    return {name: value for name, value in properties.items() if value is not None}


def _end_of(row: dict[str, Any], side: str) -> NamedIn:
    return NamedIn(*(row[f"{side}_{name}"] for name in NamedIn.__slots__))


def _end(given: Any) -> NamedIn:  # noqa: ANN401
    allowed = set(NamedIn.__slots__)
    texts = (
        isinstance(given, dict) and set(given) == allowed and all(given[each] for each in ("source", "path", "name"))
    )
    if not texts or any(not isinstance(value, str) for name, value in given.items() if value is not None):
        raise UsageError(
            f"{given!r} is no name in a document.", "It has a source, a path, a record or null, and a name."
        )
    return NamedIn(given["source"], given["path"], given["record"], fold(given["name"]))
