"""The context of local entities, made from the same rows whether they come from a document or from the graph."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pipeline.ingest.resolution.members import Context, Member, Name, family_of
from pipeline.text import lexicon
from pipeline.text.comparison import main_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph_schema.models import Evidence
    from graph_schema.ontology import Ontology

Row = dict[str, Any]
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d\d)(?!\d)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
MAX_NEIGHBOUR_CHARS = 80


def context_of(neighbours: Iterable[str], claims: Iterable[Row], ontology: Ontology) -> Context:
    """A context from the names around a local entity and the affirmed claims about it (`contexts_of.cypher`)."""
    roles: set[str] = set()
    facts: set[tuple[str, str, str]] = set()
    years: set[int] = set()
    for claim in claims:
        value = claim["value"] or ""
        known = ontology.predicates.get(claim["predicate"])
        if claim["value_type"] == "string":
            roles |= _occupations(value, ontology)
        elif claim["value_type"] == "date":
            years |= {int(year) for year in _YEAR.findall(value)}
            if known is not None and known.functional and claim["status"] == "accepted":
                facts.add((claim["predicate"], value, claim["value_type"]))
        for bound in (claim["valid_from"], claim["valid_to"]):
            years |= {int(year) for year in _YEAR.findall(bound or "")}
    return Context(
        neighbours=frozenset(
            main_title(name) for name in neighbours if len(name) <= MAX_NEIGHBOUR_CHARS and not Name("", name).weak
        ),
        roles=frozenset(roles),
        facts=frozenset(facts),
        years=frozenset(years),
    )


def _occupations(text: str, ontology: Ontology) -> set[str]:
    words = set(_WORD.findall(text.casefold()))
    own = {noun for noun, kind in ontology.kind_of_role.items() if kind == "Person"}
    return {word for word in words if word in lexicon.fields_of_work() or word in own}


def members_of(evidence: Evidence, ontology: Ontology) -> list[Member]:
    """The members of one extracted document: what the store would give for it once it is loaded."""
    chunks: dict[str, set[str]] = defaultdict(set)
    for mention in evidence.mentions:
        chunks[mention.chunk].add(mention.entity)
    names = {each.key: each.name for each in evidence.entities if each.named}
    neighbours: dict[str, set[str]] = defaultdict(set)
    for inside in chunks.values():
        for key in inside:
            neighbours[key] |= {names[other] for other in inside if other != key and other in names}
    claims: dict[str, list[Row]] = defaultdict(list)
    for claim in evidence.claims:
        if claim.polarity == "affirmed" and claim.modality == "asserted" and claim.status != "refused":
            claims[claim.subject].append(
                {
                    "predicate": claim.predicate,
                    "status": claim.status,
                    "value": claim.value.normalised if claim.value else None,
                    "value_type": claim.value.type if claim.value else None,
                    "valid_from": claim.valid_from,
                    "valid_to": claim.valid_to,
                }
            )
    return [
        Member(
            key=each.key,
            document=each.document,
            kind=each.kind,
            family=family_of(each.kind, ontology),
            name=each.name,
            aliases=each.aliases,
            named=each.named,
            context=context_of(sorted(neighbours[each.key]), claims[each.key], ontology),
        )
        for each in evidence.entities
    ]
