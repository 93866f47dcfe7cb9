"""Themes: what documents are about, by the communities of their entities; each sentence is a document's own, and cited.

Nothing is phrased: a theme is named by its central entities, and told by the sentences that name most of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.query.citation import Citation, citation_of
from pipeline.query.link import Entity, full_text_query
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc, Span

    from pipeline.query.contracts import StepRecord
    from pipeline.store.driver import Store

MAX_THEMES = 5
MAX_ENTITIES = 8
MAX_SENTENCES = 3
NAMED_BY = 3
MAX_FOCUS_CHUNKS = 60
MAX_CHUNKS = 6
CHUNKS_PER_ENTITY = 200
MAX_PARAGRAPHS = 6
MIN_SHARE = 0.2  # of the weight of the largest theme
MAX_SENTENCE_CHARS = 400
TOLD_BEFORE = 0.25  # what an entity still adds that a sentence before has named
BLANK_LINE = re.compile(r"\n\s*\n")
QUOTED_LINE = re.compile(r"^\s*>", re.MULTILINE)
# Words of questions about themes that say what is asked, not about what.
ASKING = frozenset(
    "about archive collection content corpus cover deal discuss document file gist main overview say subject summary "
    "summarise summarize tell text theme topic".split()
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Theme:
    """What some documents are about: its most central entities, the first of which name it, and the sentences that tell
    most of it, each the characters of a document; never without any."""

    name: str
    entities: tuple[Entity, ...]
    sentences: tuple[Citation, ...]


def themes(
    store: Store, words: Sequence[str], entity_ids: Sequence[str], nlp: Language, record: StepRecord
) -> tuple[Theme, ...]:
    """The themes of the documents, or of the passages about `entity_ids`, or else of those that `words` find; the
    largest first, at most `MAX_THEMES`.

    Empty where nothing is found, and where the graph has no communities. Raises `ContractExceeded` where the contract
    of `record` allows less than one look.
    """
    sought = [word for word in words if not {word.lower(), word.lower().removesuffix("s")} & ASKING]
    chunks = _focus(store, sought, entity_ids, record)
    if chunks is not None and not chunks:
        return ()
    groups = _groups(store, chunks, record)
    if not groups:
        return ()
    record.call()
    rows = store.read(
        "telling_chunks",
        groups=[{"ids": [*(row["id"] for row in group), *entity_ids]} for group in groups],
        chunks=chunks or [],
        per_entity=CHUNKS_PER_ENTITY,
        limit=MAX_CHUNKS,
    )
    kept = _fitting(record.take_rows(rows), record)
    asked = _Asked(tuple(word.lower() for word in sought), frozenset(entity_ids))
    said: set[str] = set()
    found = []
    for place, group in enumerate(groups):
        weights = dict.fromkeys(entity_ids, 0.0) | {row["id"]: float(row["centrality"]) for row in group}
        sentences = _telling([row for row in kept if row["place"] == place], weights, asked, said, nlp)
        if sentences:
            found.append(Theme(_name(group), tuple(map(_entity, group)), sentences))
        record.check_time()
    return tuple(found)


def _focus(store: Store, words: Sequence[str], entity_ids: Sequence[str], record: StepRecord) -> list[str] | None:
    """The chunks that the question is about; `None` for all of them."""
    if entity_ids:
        record.call()
        rows = store.read("chunks_of_entities", ids=list(entity_ids), limit=MAX_FOCUS_CHUNKS)
    elif query := full_text_query(" ".join(words)):
        record.call()
        rows = store.read("find_chunks", query=query, limit=MAX_FOCUS_CHUNKS, scope=None)
    else:
        return None
    return [row["id"] for row in record.take_rows(rows)]


def _groups(store: Store, chunks: list[str] | None, record: StepRecord) -> list[list[Row]]:
    """The most central entities of each theme, the largest theme first. One entity alone is none, nor is what is far
    smaller than the largest."""
    record.call()
    limits = {"limit": MAX_THEMES, "members": MAX_ENTITIES}
    if chunks is None:
        rows = store.read("largest_communities", **limits)
    else:
        rows = store.read("communities_in_chunks", chunks=chunks, **limits)
    groups: dict[int, list[Row]] = {}
    for row in record.take_rows(rows):
        groups.setdefault(row["community"], []).append(row)
    least = MIN_SHARE * rows[0]["weight"] if rows else 0.0
    return [group for group in groups.values() if len(group) > 1 and group[0]["weight"] >= least]


def _fitting(rows: list[Row], record: StepRecord) -> list[Row]:
    """The chunks that fit the contract, the best of every theme before the second best of any."""
    nth: dict[int, int] = {}
    ranked = []
    for row in rows:
        nth[row["place"]] = nth.get(row["place"], -1) + 1
        ranked.append((nth[row["place"]], row["place"], row))
    kept = []
    for _, _, row in sorted(ranked, key=lambda each: each[:2]):
        if record.room(row["text"]):
            record.take_text(row["text"])
            kept.append(row)
    return kept


def _name(group: list[Row]) -> str:
    *others, last = list(dict.fromkeys(row["name"] for row in group))[:NAMED_BY]
    return f"{', '.join(others)} and {last}" if others else str(last)


def _entity(row: Row) -> Entity:
    return Entity(row["id"], row["name"], row["kind"])


# sentences


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the question is about: words in small letters, and entities."""

    words: tuple[str, ...]
    entities: frozenset[str]

    def share(self, words: set[str], entities: frozenset[str]) -> float:
        """The share of it that a sentence with these words and entities holds."""
        total = len(self.words) + len(self.entities)
        return (sum(word in words for word in self.words) + len(self.entities & entities)) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """A paragraph of a chunk with the spans, within it, that mention entities of the theme."""

    row: Row
    start: int
    text: str
    mentions: tuple[tuple[int, int, str], ...]

    @property
    def entities(self) -> set[str]:
        """Those mentioned."""
        return {entity for _, _, entity in self.mentions}


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, the entities that it names, and the share that it holds of what the question is about."""

    citation: Citation
    entities: frozenset[str]
    share: float


def _telling(
    rows: list[Row], weights: dict[str, float], asked: _Asked, said: set[str], nlp: Language
) -> tuple[Citation, ...]:
    """The sentences that together name most of what is central, best first: each adds the weights of its entities,
    less where one before has named them; those that name one alone come last. None that was `said` before."""
    parts = sorted((part for row in rows for part in _parts(row)), key=lambda part: -_weight(part.entities, weights))
    parts = parts[:MAX_PARAGRAPHS]
    docs = nlp.pipe((part.text for part in parts), disable=["ner"])
    left = [each for part, doc in zip(parts, docs, strict=True) for each in _sentences(part, doc, asked)]
    chosen: list[Citation] = []
    told: set[str] = set()
    while len(chosen) < MAX_SENTENCES and (left := [each for each in left if fold(each.citation.quote) not in said]):
        best = min(left, key=lambda each: (len(each.entities) < 2, -_score(each, told, weights), each.citation.place))
        chosen.append(best.citation)
        told |= best.entities
        said.add(fold(best.citation.quote))
    return tuple(chosen)


def _weight(entities: Iterable[str], weights: dict[str, float]) -> float:
    return sum(weights[each] for each in sorted(entities))


def _score(sentence: _Sentence, told: set[str], weights: dict[str, float]) -> float:
    new, before = sentence.entities - told, sentence.entities & told
    return (_weight(new, weights) + TOLD_BEFORE * _weight(before, weights)) * (1 + sentence.share)


def _parts(row: Row) -> Iterator[_Part]:
    """The paragraphs of a chunk that mention the theme, without the text of a mail that was quoted in another."""
    ends = [*(gap.span() for gap in BLANK_LINE.finditer(row["text"])), (len(row["text"]),) * 2]
    for begin, end in zip((0, *(after for _, after in ends)), (before for before, _ in ends), strict=False):
        start, text = row["start"] + begin, row["text"][begin:end]
        mentions = tuple(
            (each["start"] - start, each["end"] - start, each["id"])
            for each in row["mentions"]
            if start <= each["start"] and each["end"] <= start + len(text)
        )
        if mentions and not QUOTED_LINE.search(text):
            yield _Part(row, start, text, mentions)


def _sentences(part: _Part, doc: Doc, asked: _Asked) -> Iterator[_Sentence]:
    """The sentences of a paragraph that say something of what they name."""
    for span in doc.sents:
        text = span.text.strip()
        start = span.start_char + len(span.text) - len(span.text.lstrip())
        end = start + len(text)
        inside = [each for each in part.mentions if start <= each[0] and each[1] <= end]
        entities = frozenset(entity for first, last, entity in inside if _is_name(doc, first, last))
        if not entities or len(text) > MAX_SENTENCE_CHARS or not _states(span):
            continue
        place = {name: part.row[name] for name in ("source", "path", "record", "title")}
        cited = citation_of(place | {"start": part.start + start, "end": part.start + end, "quote": text})
        lemmas = {token.lemma_.lower() for token in span} | {token.lower_ for token in span}
        yield _Sentence(cited, entities, asked.share(lemmas, entities))


def _is_name(doc: Doc, start: int, end: int) -> bool:
    """Whether a mention names what it means: "the company" and "she" tell nothing to whom reads the sentence alone."""
    span = doc.char_span(start, end, alignment_mode="expand")
    return span is not None and any(token.text[0].isupper() and token.pos_ not in {"PRON", "DET"} for token in span)


def _states(span: Span) -> bool:
    """Whether a sentence has a verb that something is said with, and does not only list or greet."""
    return any(token.pos_ in {"VERB", "AUX"} and "Fin" in token.morph.get("VerbForm", []) for token in span)
