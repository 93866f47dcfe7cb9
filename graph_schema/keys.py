"""Deterministic keys: a hash of what makes a thing itself. Never random, never a server's internal id."""

from __future__ import annotations

from hashlib import blake2b

KEY_BYTES = 16


def digest(*parts: str | int | None) -> str:
    """128-bit hex hash of `parts`. Each part is written with its length, so that no two lists of parts collide;
    `None` and `""` differ."""
    hasher = blake2b(digest_size=KEY_BYTES)
    for part in parts:
        if part is None:
            hasher.update(b"-;")
            continue
        encoded = str(part).encode("utf-8", "surrogatepass")
        hasher.update(b"%d:" % len(encoded))
        hasher.update(encoded)
    return hasher.hexdigest()


def document_key(source: str, path: str, record: str | None) -> str:
    """Source name, path within the source, record id."""
    return digest("document", source, path, record)


def content_hash(text: str, *metadata: str | None) -> str:
    """Normalised text and the metadata that ingestion uses."""
    return digest("content", text, *metadata)


def chunk_key(document: str, index: int, text: str) -> str:
    """Document, index, text."""
    return digest("chunk", document, index, text)


def local_entity_key(document: str, start: int, end: int) -> str:
    """Document, span of the first mention."""
    return digest("local-entity", document, start, end)


def mention_key(chunk: str, start: int, end: int) -> str:
    """Chunk, start, end."""
    return digest("mention", chunk, start, end)


def stated_value_key(chunk: str, start: int, end: int) -> str:
    """Chunk, start, end."""
    return digest("stated-value", chunk, start, end)


def claim_key(document: str, start: int, end: int, subject: str, predicate: str, target: str, polarity: str) -> str:
    """Document, quote span, subject, predicate, object or value, polarity."""
    return digest("claim", document, start, end, subject, predicate, target, polarity)


def entity_key(kind: str, name: str) -> str:
    """What most of its members are called, and whether that is a person; with more for all but one of homonyms."""
    return digest("entity", kind, name)


def fact_key(subject: str, predicate: str, target: str) -> str:
    """Subject entity, predicate, object entity or `type:normalised` value."""
    return digest("fact", subject, predicate, target)
