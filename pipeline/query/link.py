"""Link: the entities and documents that a question's names stand for.

Entities are found by full text and judged by the structure of names; documents by the exact titles that they can be
called by, where homonyms are told apart by the question's other words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from graph_schema.statements import statement
from pipeline.text.names import fold, normalise
from pipeline.text.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.query.parse import NameSpan, Question
    from pipeline.store.driver import Store

MAX_NAMES = 4
MAX_CANDIDATES = 20
MIN_SCORE = 0.6
EXACT, CONTAINED, SIMILAR = 1.0, 0.8, 0.6
SIMILAR_RATIO = 88.0
MAX_HOMONYMS = 6
MIN_WEIGHT, SURE_WEIGHT = 0.6, 0.95


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of the graph; its `aliases` are there where a query gives them."""

    id: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitledDocument:
    """A document that is called by a name, how surely (0 to 1), and the entities it is about."""

    key: str
    title: str | None
    weight: float
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """A name of the question and the entities it stands for: several when the graph knows it under several kinds, or
    under names of one thing. `alternatives` are the names that came close and were left out; `documents` are those that
    are called by the name, homonyms among them."""

    name: str
    entities: tuple[Entity, ...]
    alternatives: tuple[str, ...]
    documents: tuple[TitledDocument, ...] = ()

    @property
    def ids(self) -> list[str]:
        """The entities' ids."""
        return [entity.id for entity in self.entities]


def link(question: Question, store: Store, ontology: Ontology, record: StepRecord) -> tuple[Linked, ...]:
    """Link the names of a question, in their order; a name that nothing in the graph matches has neither entities nor
    documents."""
    linked = []
    for span in question.names[:MAX_NAMES]:
        record.take_text(span.text)
        linked.append(_link_name(span, store, ontology, record))
    forms = [(each.name,) for each in linked]
    hints = frozenset(fold(word) for word in question.words)
    documents = titled(forms, hints, store, record)
    return tuple(_with_documents(each, found) for each, found in zip(linked, documents, strict=True))


def _with_documents(linked: Linked, documents: tuple[TitledDocument, ...]) -> Linked:
    """Where full text found no entity, the name stands for what the documents called by it are about."""
    entities = linked.entities or tuple(dict.fromkeys(entity for document in documents for entity in document.entities))
    return replace(linked, entities=entities, documents=documents)


def titled(
    names: Sequence[tuple[str, ...]], hints: frozenset[str], store: Store, record: StepRecord
) -> list[tuple[TitledDocument, ...]]:
    """For each name, given in its forms with the fullest first, the documents that the fullest form names which names
    any; of homonyms those whose title or first words hold most of the `hints`. All in one query."""
    keys = {title_key(form) for forms in names for form in forms} - {""}
    if not keys:
        return [() for _ in names]
    record.call()
    rows = record.take_rows(store.read("documents_called", keys=sorted(keys), per_title=MAX_HOMONYMS))
    by_title: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["weight"] >= MIN_WEIGHT:
            by_title[row["title_key"]].append(row)
    return [
        _best_titled(next((by_title[key] for key in map(title_key, forms) if key in by_title), []), hints)
        for forms in names
    ]


def _best_titled(rows: list[dict[str, Any]], hints: frozenset[str]) -> tuple[TitledDocument, ...]:
    best = max((row["weight"] for row in rows), default=0.0)
    near = [row for row in rows if row["weight"] >= min(best, SURE_WEIGHT)]
    scored = [
        (len(hints & set(fold(f"{row['title'] or ''} {row['opening']}").split())), row["weight"], row) for row in near
    ]
    top = max((score[:2] for score in scored), default=None)
    return tuple(
        TitledDocument(row["key"], row["title"], row["weight"], tuple(Entity(**each) for each in row["entities"]))
        for *score, row in scored
        if tuple(score) == top
    )


def full_text_query(text: str) -> str:
    """A Lucene query that looks for any of the words of `text`; nothing in it can be read as an operator."""
    return " ".join(f'"{word}"' for word in re.findall(r"\w+", text))


def _link_name(span: NameSpan, store: Store, ontology: Ontology, record: StepRecord) -> Linked:
    query = full_text_query(span.text)
    if not query:
        return Linked(span.text, (), ())
    record.call()
    rows = record.take_rows(store.read("find_entities", query=query, limit=MAX_CANDIDATES))
    scored = sorted(
        ((_score(span.text, row), row) for row in rows),
        key=lambda pair: (-pair[0], -(pair[1]["mentions"] or 0), pair[1]["id"]),
    )
    best = scored[0][0] if scored else 0.0
    if best < MIN_SCORE:
        return Linked(span.text, (), tuple(row["name"] for _, row in scored[:3]))
    chosen = [row for score, row in scored if score == best]
    if best < EXACT:
        chosen = [row for row in chosen if normalise(row["name"], row["kind"]) == _normal(chosen[0])]
    entities = [Entity(row["id"], row["name"], row["kind"]) for row in chosen]
    entities += _same(entities, store, ontology, record)
    kept = {entity.id for entity in entities}
    others = [row["name"] for score, row in scored if score >= MIN_SCORE and row["id"] not in kept]
    return Linked(span.text, tuple(entities), tuple(dict.fromkeys(others))[:3])


def _normal(row: dict[str, Any]) -> str:
    return normalise(row["name"], row["kind"])


def _score(text: str, row: dict[str, Any]) -> float:
    """How well a name in a question fits an entity: the same name, words of it, or the same with a slip of the pen;
    what a document only describes is meant by its whole description."""
    best = 0.0
    asked = normalise(text, row["kind"])
    words = set(asked.split())
    for name in (row["name"], *row["aliases"]):
        known = normalise(name, row["kind"])
        if known == asked:
            return EXACT
        if words and (words < set(known.split()) or (len(known.split()) > 1 and set(known.split()) < words)):
            best = max(best, CONTAINED)
        elif fuzz.ratio(asked, known) >= SIMILAR_RATIO or fold(text) == fold(name):
            best = max(best, SIMILAR)
    return best if row["named"] else 0.0


def _same(entities: list[Entity], store: Store, ontology: Ontology, record: StepRecord) -> list[Entity]:
    """What the graph says is the same thing under another name."""
    types = [name for name, predicate in ontology.predicates.items() if predicate.same]
    if not types:
        return []
    record.call()
    query = statement("read", "same_entities").for_type(*types)
    ids = [entity.id for entity in entities]
    rows = record.take_rows(store.run_read(query, ids=ids, limit=MAX_CANDIDATES))
    return [Entity(row["id"], row["name"], row["kind"]) for row in rows]
