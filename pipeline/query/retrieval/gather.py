"""Gather the candidates of a question: what its names stand for, what those passages name, what that names in turn, and
what matches its words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.query.retrieval.features import (
    Origin,
    QuestionWords,
    edge_features,
    relation_from,
    relations_of,
    stems_of,
)
from pipeline.query.retrieval.walk import (
    LINKED_CHARS,
    LINKED_CHUNKS,
    TARGET_CHARS,
    Link,
    Mention,
    words_query,
)
from pipeline.query.retrieval.words import STOP_WORDS, key_of, names_in, read, surface

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graph_schema.ontology import Ontology
    from pipeline.query.retrieval.asked import Asked
    from pipeline.query.retrieval.walk import Passage, Span, Walker

    Score = Callable[[list[list[float]]], Sequence[float]]

MATCHING = 40
SEEDS_BY_WORDS = 6
MAX_LINKED = 80
HOMONYMS = 6
BEAM = 8
MAX_TARGETS = 300
SCORE_DIGITS = 9
MORE_WORDS = 0.3
SURE_NAMES, OTHER_NAMES, MAX_PHRASES, PASSAGES_A_PHRASE = 10, 4, 24, 6


@dataclass(slots=True)
class Edge:
    """A passage that names a document, with what was measured of it and the score that a model gives it. `used` are
    the stems of the question that led here."""

    mention: Mention
    target: Passage
    source: Link | None
    features: list[float]
    used: frozenset[str]
    hop: int
    asks: str
    score: float = 0.0
    rank: int = 0


@dataclass(slots=True)
class Gathered:
    """All that was found, by document."""

    asked: Asked
    links: list[Link]
    passages: dict[str, Passage] = field(default_factory=dict)
    linked: dict[str, tuple[Link, int]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    matching: list[Passage] = field(default_factory=list)
    near: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """A name in a passage, the likelier to lead on the lower its cost."""

    cost: float
    phrase: str
    number: int
    span: Span
    passage: Passage

    def order(self) -> tuple[float, int]:
        """The likeliest first, then as the text has them."""
        return self.cost, self.number


class Gatherer:
    """Gathers under one ontology; `score(features)` rates edges, which decides what is followed on."""

    def __init__(
        self,
        walker: Walker,
        ontology: Ontology,
        score: Score,
        parts: frozenset[str],
    ) -> None:
        self.walker = walker
        self.ontology = ontology
        self.score = score
        self.parts = parts
        self.meanings = relations_of(ontology)

    def __call__(self, asked: Asked) -> Gathered:
        """Two hops from the question's names, and the passages that match its words."""
        query = words_query(surface(asked.text, number, number + 1) for number in asked.content)
        matching = self.walker.matching(query, MATCHING) if "text" in self.parts else []
        links = self.walker.links(asked) if "links" in self.parts else []
        found = Gathered(asked, links, matching=matching)
        openings = self._linked(found)
        for passage in matching:
            found.passages.setdefault(passage.document, passage)
        sources = [passage for document in found.linked for passage in openings[document]]
        seeds = [passage for passage in matching if passage.document not in found.linked][:SEEDS_BY_WORDS]
        first = self._edges(found, [*sources, *seeds], 1, {})
        parents: dict[str, Edge] = {}
        for edge in first:
            if edge.target.document not in found.linked and len(parents) < BEAM:
                parents.setdefault(edge.target.document, edge)
        self._edges(found, [edge.target for edge in parents.values()], 2, parents)
        return found

    def _linked(self, found: Gathered) -> dict[str, list[Passage]]:
        """Keep, of the bearers of one name, those whose openings share most with the question's other words."""
        openings: dict[str, list[Passage]] = defaultdict(list)
        documents = [link.document for link in found.links][:MAX_LINKED]
        for passage in self.walker.openings(documents, chunks=LINKED_CHUNKS, chars=LINKED_CHARS):
            openings[passage.document].append(passage)
        words = found.asked.text.words
        asked_stems = {words[number].stem for number in found.asked.content}
        by_span: dict[Span, list[tuple[float, str, Link]]] = defaultdict(list)
        for link in found.links:
            if link.document in openings:
                openings[link.document].sort(key=lambda passage: passage.index)
                passage = openings[link.document][0]
                shared = stems_of(f"{passage.title or ''} {passage.text}") & asked_stems
                fit = len(shared) / max(1, len(asked_stems)) + link.weight * link.ratio
                by_span[link.span].append((-fit, link.document, link))
        for links in by_span.values():
            for rank, (_, document, link) in enumerate(sorted(links, key=lambda each: each[:2])[:HOMONYMS]):
                if document not in found.linked or found.linked[document][1] > rank:
                    found.linked[document] = (link, rank)
                    found.passages[document] = openings[document][0]
        return openings

    def _edges(self, found: Gathered, sources: list[Passage], hop: int, parents: dict[str, Edge]) -> list[Edge]:
        origins = {
            passage.document: self._origin(found, passage, parents.get(passage.document), hop) for passage in sources
        }
        pairs = self._named(found, sources) if "walk" in self.parts else []
        pairs += self._bridged(found, sources, origins) if "bridges" in self.parts else []
        words = self._words(found)
        edges = []
        for mention, target, rank in pairs:
            origin = origins[mention.passage.document]
            before, after, _ = origin.around
            asks = before + surface(read(mention.passage.text), *mention.link.span) + after
            values, used = edge_features(mention, target, origin, words, asks=asks, hop=hop, rank=rank)
            edges.append(Edge(mention, target, origin.link, values, used | origin.used, hop, asks))
        rate_hop(edges, self.score)
        found.edges += edges
        return edges

    def _origin(self, found: Gathered, passage: Passage, parent: Edge | None, hop: int) -> Origin:
        link, ordinal = found.linked.get(passage.document, (None, 9))
        if parent is not None:
            link = parent.source
        used = parent.used if parent is not None else frozenset()
        spans = [other.span for other, _ in found.linked.values()]
        relation = relation_from(found.asked, None if link is None else link.span, used, self.ontology, spans)
        around = found.asked.around(None if link is None else link.span, hop)
        return Origin(link, ordinal, parent.score if parent is not None else 0.0, used, relation, around)

    def _words(self, found: Gathered) -> QuestionWords:
        words = found.asked.text.words
        return QuestionWords(
            stems=frozenset(words[number].stem for number in found.asked.content),
            names=frozenset(words[number].stem for link, _ in found.linked.values() for number in range(*link.span)),
            meanings=self.meanings,
        )

    def _surely_meant(self, found: Gathered, document: str) -> float:
        """1 for a document that a name of the question stands for before any other, 0 for one that words led to."""
        link, rank = found.linked.get(document, (None, 0))
        return 0.0 if link is None or rank else link.weight * link.ratio

    def _named(self, found: Gathered, sources: list[Passage]) -> list[tuple[Mention, Passage, int]]:
        """The documents whose titles stand in the sources."""
        mentions = self.walker.mentions(sources)
        documents = list(dict.fromkeys(each.link.document for each in mentions))[:MAX_TARGETS]
        missing = [document for document in documents if document not in found.passages]
        for passage in self.walker.openings(missing, chunks=1, chars=TARGET_CHARS):
            found.passages[passage.document] = passage
        return [
            (mention, found.passages[mention.link.document], 0)
            for mention in mentions
            if mention.link.document in found.passages
        ]

    def _bridged(
        self, found: Gathered, sources: list[Passage], origins: dict[str, Origin]
    ) -> list[tuple[Mention, Passage, int]]:
        """The passages that name what a source names, and fit what is then left to ask."""
        places = self._places(found, sources, origins)
        queries = [
            (place.phrase, words_query(_asking(*origins[place.passage.document].around[:2]))) for place in places
        ]
        pairs = []
        ranks: dict[int, int] = defaultdict(int)
        for query, target in self.walker.naming(queries, PASSAGES_A_PHRASE):
            place = places[query]
            if target.document == place.passage.document:
                continue
            link = Link(place.span, key_of(read(place.passage.text), *place.span), target.document, 0.0, 0)
            found.passages.setdefault(target.document, target)
            pairs.append((Mention(place.passage, link, place.number, bridge=True), target, ranks[query]))
            ranks[query] += 1
        return pairs

    def _places(self, found: Gathered, sources: list[Passage], origins: dict[str, Origin]) -> list[_Place]:
        """The names in the sources that most likely lead on, each phrase once."""
        best: dict[str, _Place] = {}
        for passage in sources:
            text = read(passage.text)
            title = stems_of(passage.title or "")
            sure = self._surely_meant(found, passage.document)
            places = []
            for number, span in enumerate(names_in(text)):
                if {word.stem for word in text.words[slice(*span)]} <= title:
                    continue
                beside = {text.words[other].stem for other in text.sentence_of(span[0])}
                weights = origins[passage.document].relation.weights
                fit = sum(weight for word, weight in weights.items() if word in beside) + 1 / (1 + number)
                fit += MORE_WORDS if span[1] - span[0] > 1 else 0.0
                places.append(_Place(-fit - sure, surface(text, *span), number, span, passage))
            for place in sorted(places, key=_Place.order)[: SURE_NAMES if sure else OTHER_NAMES]:
                if place.phrase not in best or best[place.phrase].cost > place.cost:
                    best[place.phrase] = place
        return sorted(best.values(), key=lambda place: (place.cost, place.phrase))[:MAX_PHRASES]


def rate(found: Gathered, score: Score) -> None:
    """Rate all edges again, after more was measured of them."""
    hops = [[edge for edge in found.edges if edge.hop == hop] for hop in (1, 2)]
    for edges in hops:
        rate_hop(edges, score)
    found.edges = [edge for edges in hops for edge in edges]


def rate_hop(edges: list[Edge], score: Score) -> None:
    """Give the edges of one hop their scores, put the likely ones first, and number the targets of each passage."""
    for edge, found in zip(edges, score([edge.features for edge in edges]), strict=True):
        edge.score = float(found)
    edges.sort(key=_likely_first)
    seen: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        targets = seen[edge.mention.passage.document]
        edge.rank = len(targets)
        targets.add(edge.target.document)


def _likely_first(edge: Edge) -> tuple[float, str, str, Span]:
    return -round(edge.score, SCORE_DIGITS), edge.target.document, edge.mention.passage.id, edge.mention.link.span


def _asking(*parts: str) -> list[str]:
    """The words that say something in parts of a question."""
    texts = [read(part) for part in parts]
    return [
        surface(text, number, number + 1)
        for text in texts
        for number, word in enumerate(text.words)
        if word.text not in STOP_WORDS
    ]
