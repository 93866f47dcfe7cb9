"""The frozen records that leave the stages; each can be written as one JSON line.

Offsets are half-open character offsets into the document's NFC-normalised text, everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from graph_schema import keys

Polarity = Literal["affirmed", "negated"]
Modality = Literal["asserted", "possible", "planned", "conditional", "alleged"]
Status = Literal["accepted", "open", "refused"]
ValueType = Literal["date", "quantity", "money", "string"]
Precision = Literal["year", "month", "day"]

CATALOGUED = "catalogued"  # stands for the extractor of documents that are only read, segmented and indexed


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a source. `path` is relative to the source, never absolute; `record` is the id of a record
    within a file that holds many, else `None`. `content_hash` is of the normalised text and the metadata."""

    source: str
    path: str
    record: str | None
    title: str | None
    date: str | None
    media_type: str
    content_hash: str
    length: int

    @property
    def key(self) -> str:
        """Identity: source name, path within the source, record id."""
        return keys.document_key(self.source, self.path, self.record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A part of a document's text; the chunks of a document partition it: joined they are the document."""

    document: str
    index: int
    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """Identity: document, index, text."""
        return keys.chunk_key(self.document, self.index, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEntity:
    """Something one document mentions, with every mention that was joined to it.

    `start` and `end` are the span of its first mention. `name` is its fullest surface; `aliases` are its other
    names, sorted. What is only described ("the harbour master", "coalition forces") has `named` False. `about` marks
    the one the document is about.
    """

    document: str
    start: int
    end: int
    name: str
    kind: str
    aliases: tuple[str, ...]
    named: bool
    about: bool = False

    @property
    def key(self) -> str:
        """Identity: document, span of the first mention."""
        return keys.local_entity_key(self.document, self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Characters of a chunk that stand for a local entity; `rule` says what joined them, `confidence` how surely."""

    chunk: str
    entity: str
    start: int
    end: int
    surface: str
    rule: str
    confidence: float = 1.0

    @property
    def key(self) -> str:
        """Identity: chunk, start, end."""
        return keys.mention_key(self.chunk, self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A typed value. `normalised` is canonical text (a date is ISO 8601 cut to its precision, a stretch of time its
    first and last, `1998-05/1999-06`, a quantity `number unit`, money `number CODE`), `text` is what the document
    says."""

    type: ValueType
    normalised: str
    text: str
    precision: Precision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedValue:
    """Characters of a chunk that state a date, an amount or money, whether or not a claim takes it for its value.

    `normalised` is `None` where the document does not tell it: "last week" in one without a date.
    """

    document: str
    chunk: str
    start: int
    end: int
    surface: str
    value_type: ValueType
    normalised: str | None
    precision: Precision | None = None

    @property
    def key(self) -> str:
        """Identity: chunk, start, end."""
        return keys.stated_value_key(self.chunk, self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of one document: `document_text[start:end] == quote`.

    `object` is the key of a local entity, or `None` when `value` holds a typed value. `predicate` is one of the
    ontology's when `status` is `accepted` or `refused`, the document's own words (lemmas) when it is `open`.
    `rule` is the pattern of words that was read; docs/graph.md lists them.
    """

    document: str
    chunk: str
    subject: str
    predicate: str
    object: str | None
    value: Value | None
    polarity: Polarity
    modality: Modality
    attributed_to: str | None
    confidence: float
    quote: str
    start: int
    end: int
    valid_from: str | None
    valid_to: str | None
    method: str
    rule: str
    status: Status
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.object is None) == (self.value is None):
            raise ValueError(f"a claim has either an object or a value: {self.predicate!r} at {self.start}")

    @property
    def key(self) -> str:
        """Identity: document, quote span, subject, predicate, object or value, polarity."""
        if self.object is not None:
            target = self.object
        else:
            assert self.value is not None
            target = f"{self.value.type}:{self.value.normalised}"
        return keys.claim_key(self.document, self.start, self.end, self.subject, self.predicate, target, self.polarity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything one document says: what the loader writes whole, or not at all."""

    document: Document
    chunks: tuple[Chunk, ...]
    entities: tuple[LocalEntity, ...]
    mentions: tuple[Mention, ...]
    values: tuple[StatedValue, ...]
    claims: tuple[Claim, ...]

    @property
    def rows(self) -> int:
        """How many nodes and relationships it takes in the graph, roughly: the unit of transaction limits."""
        own = 1 + 2 * len(self.chunks) + len(self.entities) + len(self.mentions)
        return own + 2 * len(self.values) + 4 * len(self.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """What a stage returns for a document it could not take; one line of the dead-letter file."""

    source: str
    path: str
    record: str | None
    stage: str
    reason: str
    remedy: str
    transient: bool

    def as_json(self) -> dict[str, Any]:
        """One JSON object, field by field."""
        return {name: getattr(self, name) for name in self.__slots__}
