"""The context of local entities, made from the same rows whether they come from a document or from the graph."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pipeline.ingest.resolution.members import Context, Member, Name, family_of
from pipeline.text import lexicon
from pipeline.text.comparison import PLACES, place_name
from pipeline.text.names import normalise

if TYPE_CHECKING:
    from graph_schema.models import Evidence
    from graph_schema.ontology import Ontology

Row = dict[str, Any]
MAX_NEIGHBOUR_CHARS = 80
WORDS_BEFORE = 3
CHARS_AROUND = 80
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d\d)(?!\d)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?;:]\s|\n")
_LINK = r"(?:is|was|were|became|becomes|as|had been|has been|worked as|works as|trained as)"
_ARTICLE = r"(?:an?|the|one of the|its|their|our|his|her)"
_PHRASE = r"(?:(?!(?:at|of|in|for|from|with|who|whom|that|on|to)\b)[\w-]+\s*){1,6}"
_SAID_AFTER = re.compile(
    rf"(?:\s*\([^)]{{0,30}}\))?(?:,|\s+{_LINK}\b)\s+{_ARTICLE}\s+(?P<phrase>{_PHRASE})|\s+as\s+(?P<bare>[a-z-]+)\b"
)


def context_of(row: Row, ontology: Ontology) -> Context:
    """A context from a row of `contexts_of.cypher`: neighbours, mentions and affirmed claims of one local entity."""
    roles: set[str] = set()
    facts: set[tuple[str, str, str]] = set()
    years: set[int] = set()
    own: set[str] = set()
    for mention in row["mentions"]:
        text, start, end = mention["text"], mention["start"], mention["end"]
        roles |= _roles_said(text, start, end)
        years |= _years(_sentence(text, start, end))
        own |= set(_WORD.findall(text[start:end])) & set(text[start:end].title().split()[1:])
    for claim in row["claims"]:
        value = claim["value"] or ""
        known = ontology.predicates.get(claim["predicate"])
        if claim["value_type"] == "string":
            roles |= _occupations(value)
        elif claim["value_type"] == "date":
            years |= _years(value)
            if known is not None and known.functional and claim["status"] == "accepted":
                facts.add((claim["predicate"], value, claim["value_type"]))
        years |= _years(claim["valid_from"]) | _years(claim["valid_to"])
    neighbours = {_plain(each["name"], family_of(each["kind"], ontology)) for each in row["neighbours"]} - {""}
    roles -= {word.casefold() for word in own}
    return Context(frozenset(neighbours), frozenset(roles), frozenset(facts), frozenset(years))


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a span, as far as punctuation shows it."""
    before = [cut.end() for cut in _SENTENCE_END.finditer(text, 0, start)]
    after = _SENTENCE_END.search(text, end)
    return text[before[-1] if before else 0 : after.start() if after else len(text)]


def _plain(name: str, family: str) -> str:
    """A neighbour's name in the form in which another document may name it too; empty where it says too little."""
    if len(name) > MAX_NEIGHBOUR_CHARS or Name(family, name).weak:
        return ""
    return place_name(name)[0] if family in PLACES else normalise(name, family)


def _roles_said(text: str, start: int, end: int) -> set[str]:
    """Occupations that stand right before a mention, or that its sentence says of it right after."""
    before = _SENTENCE_END.split(text[max(0, start - CHARS_AROUND) : start])[-1]
    found = _occupations(" ".join(_WORD.findall(before)[-WORDS_BEFORE:])) if "," not in before[-2:] else set()
    found |= _occupations(text[start:end])
    said = _SAID_AFTER.match(text, end, min(len(text), end + 2 * CHARS_AROUND))
    return found | _occupations(said["phrase"] or said["bare"] or "") if said else found


def _occupations(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if word in lexicon.fields_of_work()}


def _years(text: str | None) -> set[int]:
    return {int(year) for year in _YEAR.findall(text or "")}


def members_of(evidence: Evidence, ontology: Ontology) -> list[Member]:
    """The members of one extracted document: what the store would give for it once it is loaded."""
    rows = _context_rows(evidence)
    return [
        Member(
            key=each.key,
            document=each.document,
            kind=each.kind,
            family=family_of(each.kind, ontology),
            name=each.name,
            aliases=each.aliases,
            named=each.named,
            context=context_of(rows[each.key], ontology),
        )
        for each in evidence.entities
    ]


def _context_rows(evidence: Evidence) -> dict[str, Row]:
    chunks = {chunk.key: chunk for chunk in evidence.chunks}
    inside: dict[str, set[str]] = defaultdict(set)
    rows: dict[str, Row] = {each.key: {"neighbours": [], "mentions": [], "claims": []} for each in evidence.entities}
    for mention in evidence.mentions:
        chunk = chunks[mention.chunk]
        inside[mention.chunk].add(mention.entity)
        span = {"text": chunk.text, "start": mention.start - chunk.start, "end": mention.end - chunk.start}
        rows[mention.entity]["mentions"].append(span)
    named = {each.key: {"name": each.name, "kind": each.kind} for each in evidence.entities if each.named}
    for together in inside.values():
        for key in together:
            rows[key]["neighbours"] += [named[other] for other in together if other != key and other in named]
    for claim in evidence.claims:
        if claim.polarity == "affirmed" and claim.modality == "asserted" and claim.status != "refused":
            said = {name: getattr(claim, name) for name in ("predicate", "status", "valid_from", "valid_to")}
            value = {"value": claim.value.normalised, "value_type": claim.value.type} if claim.value else NO_VALUE
            rows[claim.subject]["claims"].append(said | value)
    return rows


NO_VALUE: Row = {"value": None, "value_type": None}
