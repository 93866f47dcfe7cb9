"""Follow: go from a name along a chain of relations, each step by what a text about the thing says, else by the facts
of the graph; every step with the characters that say it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.query.citation import Citation
from pipeline.query.family import gender_of
from pipeline.query.lifetimes import told
from pipeline.query.link import Entity, Linked, TitledDocument, titled
from pipeline.query.reading import read
from pipeline.query.relations import Relation, relations
from pipeline.text.names import fold, gender_of_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.query.contracts import StepRecord
    from pipeline.query.extracts import Read
    from pipeline.query.question import Hop, Wanted
    from pipeline.query.retrieve import Fact
    from pipeline.store.driver import Store

OPENING_CHUNKS = 2
MAX_CHUNK_CHARS = 20_000  # as many as a chunk may have
MAX_NODES = 3
MAX_DOCUMENTS = 3


class FactReader(Protocol):
    """Gives facts of entities under predicates, with their citations."""

    def __call__(self, ids: list[str], wanted: tuple[Wanted, ...], /) -> Sequence[Fact]:
        """The facts of the entities `ids`."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a relation to something: its words, a date or country in normal form, the characters that say so,
    and the fact of the graph, where it was not read from the text. `forms` are a name and its shorter forms."""

    text: str
    citations: tuple[Citation, ...]
    normalised: str | None = None
    forms: tuple[str, ...] = ()
    fact: Fact | None = None
    entity: Entity | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A thing that a chain has come to, and the steps that led there."""

    name: str
    entities: tuple[Entity, ...]
    documents: tuple[TitledDocument, ...]
    steps: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The opening of a document that is called after a thing, in its chunks."""

    text: str
    rows: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Follower:
    """Follows relations in one store under one step's contract."""

    store: Store
    facts: FactReader
    record: StepRecord
    pages: dict[str, Page] = field(default_factory=dict)

    def start(self, linked: Linked) -> Node:
        """The thing that a name of the question stands for."""
        documents = linked.documents[:MAX_DOCUMENTS]
        about = tuple(dict.fromkeys(entity for document in documents for entity in document.entities))
        known = about if set(about) & set(linked.entities) else tuple(dict.fromkeys((*about, *linked.entities)))
        return Node(linked.name, known, documents)

    def follow(self, node: Node, hops: tuple[Hop, ...]) -> tuple[Node, ...]:
        """The things that a chain of relations leads to; none where some step of it is not told."""
        nodes: tuple[Node, ...] = (node,)
        for hop in hops:
            found = [(each, one) for each in nodes for one in self.found(each, hop)]
            nodes = self._nodes(found[:MAX_NODES], hop)
        return nodes

    def found(self, node: Node, hop: Hop) -> tuple[Found, ...]:
        """What stands in a relation to a thing: as a text about it says, else as facts of the graph do."""
        said = self._read(node, hop.relation) if hop.relation is not None else ()
        if said and all(each.normalised is not None for each in said):
            return said
        held = self._of_facts(node, hop)
        entities = {fold(each.text): each.entity for each in held}
        known = tuple(replace(each, entity=entities.get(fold(each.text))) for each in said)
        return known or held

    # texts

    def _read(self, node: Node, name: str) -> tuple[Found, ...]:
        self._open(node.documents)
        found: dict[str, Found] = {}
        for document in node.documents:
            page = self.pages.get(document.key)
            if page is None:
                continue
            asked = "nationality" if name == "country" and _is_of_a_person(page.text) else name
            for each in read(asked, page.text):
                citation = _citation(page, each)
                if citation is not None:
                    one = Found(each.text, (citation,), each.normalised, each.forms)
                    found.setdefault(each.normalised or fold(each.text), one)
        return self._of_gender(tuple(found.values()), relations()[name])

    def _of_gender(self, found: tuple[Found, ...], relation: Relation) -> tuple[Found, ...]:
        """Those whom their own texts, else the sentence that names them, do not give the other gender."""
        if relation.gender is None or relation.answer != "person" or not found:
            return found
        documents = titled([each.forms for each in found], frozenset(), self.store, self.record)
        self._open([document for each in documents for document in each])
        kept = []
        for each, own in zip(found, documents, strict=True):
            genders = {gender_of(self.pages[document.key].text) for document in own if document.key in self.pages}
            said = gender_of_title(each.text)
            gender = genders.pop() if len(genders) == 1 else said
            if gender in {None, relation.gender}:
                kept.append(each)
        return tuple(kept)

    def _open(self, documents: Iterable[TitledDocument]) -> None:
        missing = sorted({each.key for each in documents} - self.pages.keys())
        if not missing:
            return
        self.record.call()
        rows = self.record.take_rows(
            self.store.read("openings_of_documents", documents=missing, chunks=OPENING_CHUNKS, chars=MAX_CHUNK_CHARS)
        )
        for key in missing:
            own = tuple(row for row in rows if row["document"] == key)
            text = "".join(row["text"] for row in own)
            if own and self.record.room(text):
                self.record.take_text(text)
                self.pages[key] = Page(text, own)

    # facts

    def _of_facts(self, node: Node, hop: Hop) -> tuple[Found, ...]:
        ids = [entity.id for entity in node.entities]
        if not ids or not hop.wanted:
            return ()
        relation = relations()[hop.relation] if hop.relation is not None else None
        found = []
        for fact in self.facts(ids, hop.wanted):
            if not fact.support or (relation is not None and not fits(fact, relation)):
                continue
            other = None if fact.object is None else fact.object if fact.subject.id in ids else fact.subject
            said = other.name if other is not None else _said(fact)
            value = fact.value if other is None else None
            found.append(Found(said, fact.citations, value, (said,), fact, other))
        return tuple(found)

    def _nodes(self, found: list[tuple[Node, Found]], hop: Hop) -> tuple[Node, ...]:
        hints = frozenset(relations()[hop.relation].nouns) if hop.relation is not None else frozenset()
        documents = titled([each.forms for _, each in found], hints, self.store, self.record)
        return tuple(
            Node(
                each.text,
                tuple(dict.fromkeys((*([each.entity] if each.entity else []), *(e for d in own for e in d.entities)))),
                own[:MAX_DOCUMENTS],
                (*node.steps, each),
            )
            for (node, each), own in zip(found, documents, strict=True)
        )


def _citation(page: Page, said: Read) -> Citation | None:
    """The characters of the document that a page's text was read at; `None` where they go across a chunk's border."""
    offset = 0
    for row in page.rows:
        if offset <= said.start < offset + len(row["text"]):
            start, end = max(said.quote_start, offset), min(said.quote_end, offset + len(row["text"]))
            place = {name: row[name] for name in ("source", "path", "record", "title")}
            shift = row["start"] - offset
            return Citation(**place, start=start + shift, end=end + shift, quote=page.text[start:end])
        offset += len(row["text"])
    return None


def _is_of_a_person(text: str) -> bool:
    return told("birth", text) is not None or told("death", text) is not None


def fits(fact: Fact, relation: Relation) -> bool:
    """Whether a fact of a predicate that holds several relations is of this one."""
    if relation.cue is None and relation.gender is None:
        return True
    quotes = " ".join(citation.quote for citation in fact.citations).lower()
    if relation.cue is not None:
        return relation.cue.search(quotes) is not None
    return any(noun in quotes for noun in relation.nouns)


def _said(fact: Fact) -> str:
    return next((each.value_text for each in fact.citations if each.value_text), None) or fact.value or ""
