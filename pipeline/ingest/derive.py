"""Derive: knowledge from evidence. Entities, facts and typed relationships are recomputed where evidence changed.

The queue is in the graph: whatever transaction changes evidence marks the entities and facts it touches as `Stale`, and
documents wait in the state `resolved`. So a crash loses nothing, and a run over unchanged documents finds no work.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

from graph_schema.keys import fact_key
from graph_schema.ontology import OPEN_TYPE
from graph_schema.statements import TYPE_PATTERN, statement
from pipeline.text.values import compatible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graph_schema.ontology import Ontology
    from pipeline.store.driver import Store, Transaction

BATCH_DOCUMENTS = 100
BATCH_ENTITIES = 1_000
BATCH_FACTS = 1_000
OWN_LABELS = ("__Entity__", "Stale")
Row = dict[str, Any]


def derive(
    store: Store, ontology: Ontology, progress: Callable[[int], None], checkpoint: Callable[[], None] = lambda: None
) -> int:
    """Bring the knowledge layer up to the evidence. Returns how many entities and facts were recomputed.

    `checkpoint` is called between transactions, and may raise.
    """
    done = 0
    while changed := store.write("knowledge", lambda tx: _derive_entities(tx, ontology)):
        done += changed
        progress(done)
        checkpoint()
    while documents := [
        row["key"] for row in store.read("documents_in_state", state="resolved", limit=BATCH_DOCUMENTS)
    ]:
        store.write("knowledge", lambda tx, documents=documents: _link_facts(tx, ontology, documents))  # type: ignore[misc]
        checkpoint()
    while changed := store.write("knowledge", lambda tx: _derive_facts(tx, ontology)):
        done += changed
        progress(done)
        checkpoint()
    return done


def _derive_entities(tx: Transaction, ontology: Ontology) -> int:
    stale = tx.run(statement("read", "stale_entities"), limit=BATCH_ENTITIES)
    if stale:
        tx.write("await_communities")
    rows = [_entity_row(row, ontology) for row in stale if row["members"]]
    tx.write("update_entities", rows=rows)
    tx.write("delete_entities", ids=[row["id"] for row in stale if not row["members"]])
    return len(stale)


def _entity_row(row: Row, ontology: Ontology) -> Row:
    """What `update_entities` takes. Only what has a name is labelled by its kind."""
    properties = entity_properties(row["members"])
    labels = ontology.ancestors(row["kind"]) if properties["named"] else ()
    former = sorted({*row["labels"]} - {*labels, *OWN_LABELS})
    return {"id": row["id"], "labels": list(labels), "former": former, "properties": properties}


def entity_properties(members: Iterable[Row]) -> Row:
    """Name, aliases and counts of an entity, and whether a document names it: a function of its members, whatever their
    order.

    The name is the one most mentions belong to; of equals the longest, then the first in order.
    """
    votes: Counter[str] = Counter()
    names: set[str] = set()
    named = False
    documents = 0
    for member in members:
        documents += 1
        named = named or member["named"]
        votes[member["name"]] += member["mentions"]
        names.update((member["name"], *member["aliases"]))
    name = min(votes, key=lambda each: (-votes[each], -len(each), each))
    return {
        "name": name,
        "aliases": sorted(names - {name}),
        "named": named,
        "mentions": votes.total(),
        "documents": documents,
    }


def _link_facts(tx: Transaction, ontology: Ontology, documents: list[str]) -> None:
    claims = tx.run(statement("read", "resolved_claims_of"), documents=documents)
    facts: dict[str, Row] = {}
    supports: list[Row] = []
    denies: list[Row] = []
    for claim in claims:
        fact = _fact(claim, ontology)
        facts[fact["key"]] = fact
        target = supports if claim["polarity"] == "affirmed" else denies
        target.append({"claim": claim["key"], "fact": fact["key"]})
    rows = [facts[key] for key in sorted(facts)]
    tx.write("merge_facts", rows=rows)
    tx.write("link_fact_subjects", rows=rows)
    tx.write("link_fact_objects", rows=[row for row in rows if row["object"] is not None])
    tx.write("support_facts", rows=supports)
    tx.write("deny_facts", rows=denies)
    tx.write("set_document_state", documents=documents, state="derived")


def _fact(claim: Row, ontology: Ontology) -> Row:
    subject, target, predicate = claim["subject"], claim["object"], claim["predicate"]
    known = ontology.predicates.get(predicate)
    if known is not None and known.symmetric and target is not None:
        subject, target = sorted((subject, target))
    value = f"{claim['value_type']}:{claim['value']}"
    properties = {
        name: claim[name]
        for name in ("predicate", "status", "value", "value_type", "precision")
        if claim[name] is not None
    }
    return {
        "key": fact_key(subject, predicate, value if target is None else target),
        "subject": subject,
        "object": target,
        "properties": properties,
    }


def _derive_facts(tx: Transaction, ontology: Ontology) -> int:
    stale = tx.run(statement("read", "stale_facts"), limit=BATCH_FACTS)
    if stale:
        tx.write("await_communities")
    rows = [row | {"properties": fact_properties(row["claims"])} for row in stale if row["claims"]]
    gone = [row for row in stale if not row["claims"]]
    tx.write("update_facts", rows=[{"key": row["key"], "properties": row["properties"]} for row in rows])
    _write_relationships(tx, rows)
    _delete_relationships(tx, [*gone, *(row for row in rows if not row["properties"]["support"])])
    tx.write("delete_facts", keys=[row["key"] for row in gone])
    _write_conflicts(tx, ontology, stale)
    return len(stale)


def fact_properties(claims: Iterable[Row]) -> Row:
    """Support, denials, documents, confidence and dates of a fact: a function of its claims, whatever their order.

    Confidence is 1 minus the product of each supporting document's doubt, its surest claim counting; claims of one
    document are not independent. `None` when nothing supports it. Dates are of the documents that state it.
    """
    surest: dict[str, float] = defaultdict(float)
    support = denials = 0
    dates: list[str] = []
    for claim in claims:
        if claim["supports"]:
            support += 1
            surest[claim["document"]] = max(surest[claim["document"]], claim["confidence"])
            if claim["date"] is not None:
                dates.append(claim["date"])
        else:
            denials += 1
    doubt = 1.0
    for confidence in sorted(surest.values()):
        doubt *= 1.0 - confidence
    return {
        "support": support,
        "denials": denials,
        "documents": len(surest),
        "confidence": round(1.0 - doubt, 6) if surest else None,
        "first_stated": min(dates, default=None),
        "last_stated": max(dates, default=None),
    }


def _relationship_type(row: Row) -> str:
    return row["predicate"] if row["status"] == "accepted" and TYPE_PATTERN.fullmatch(row["predicate"]) else OPEN_TYPE


def _write_relationships(tx: Transaction, rows: list[Row]) -> None:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["object"] is not None and row["subject"] is not None and row["properties"]["support"]:
            properties = row["properties"]
            kept = {"predicate": row["predicate"]} | {
                name: properties[name] for name in properties if name != "denials"
            }
            grouped[_relationship_type(row)].append(
                {"fact": row["key"], "subject": row["subject"], "object": row["object"], "properties": kept}
            )
    for name in sorted(grouped):
        tx.run(statement("write", "merge_relationships").for_type(name), rows=grouped[name])


def _delete_relationships(tx: Transaction, rows: list[Row]) -> None:
    grouped: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        grouped[_relationship_type(row)].append(row["key"])
    for name in sorted(grouped):
        tx.run(statement("write", "delete_relationships").for_type(name), facts=grouped[name])


def _write_conflicts(tx: Transaction, ontology: Ontology, changed: list[Row]) -> None:
    """Link the facts of functional predicates that exclude each other, and copy the best value onto the entity; of
    predicates that are functional no more, take both away."""
    groups = {
        (row["subject"], row["predicate"])
        for row in changed
        if row["subject"] is not None
        and row["status"] == "accepted"
        and (row["contested"] or row["copied"] or _is_functional(ontology, row["predicate"]))
    }
    if not groups:
        return
    wanted = [{"subject": subject, "predicate": predicate} for subject, predicate in sorted(groups)]
    found = {
        (row["subject"], row["predicate"]): row["facts"]
        for row in tx.run(statement("read", "rival_facts"), groups=wanted)
    }
    rivals = {
        group: [fact for fact in found.get(group, []) if fact["support"] and _is_functional(ontology, group[1])]
        for group in groups
    }
    tx.write("unlink_conflicts", keys=sorted(fact["key"] for facts in found.values() for fact in facts))
    tx.write("link_conflicts", rows=_conflicts(rivals))
    tx.write("set_entity_values", rows=_values(rivals))


def _is_functional(ontology: Ontology, predicate: str) -> bool:
    known = ontology.predicates.get(predicate)
    return known is not None and known.functional


def _conflicts(rivals: dict[tuple[str, str], list[Row]]) -> list[Row]:
    pairs = (pair for facts in rivals.values() for pair in combinations(sorted(facts, key=lambda fact: fact["key"]), 2))
    return [{"a": first["key"], "b": second["key"]} for first, second in pairs if _exclude(first, second)]


def _exclude(first: Row, second: Row) -> bool:
    """Facts of one functional predicate exclude each other unless their values can both be so."""
    if first["object"] is not None or second["object"] is not None:
        return True
    return not compatible(first["value"], second["value"], first["value_type"])


def _values(rivals: dict[tuple[str, str], list[Row]]) -> list[Row]:
    """The best supported value of each group, of equals the most precise, then the first in order; null for none."""
    properties: dict[str, Row] = defaultdict(dict)
    for (subject, predicate), facts in rivals.items():
        valued = [fact for fact in facts if fact["value"] is not None]
        best = min(valued, key=lambda fact: (-fact["support"], -len(fact["value"]), fact["value"]), default=None)
        properties[subject][predicate.lower()] = best["value"] if best else None
    return [{"id": subject, "properties": properties[subject]} for subject in sorted(properties)]
