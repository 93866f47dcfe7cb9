// Purpose: The entities that supported facts connect with some entities directly, the best supported first.
// Parameter ids (list<string>): entity ids
// Parameter predicates (list<string>): predicates; none means all
// Parameter most_facts (integer): how many facts of each neighbour at most
// Parameter limit (integer): how many neighbours at most
// Column neighbour: {id, name, kind} of the neighbour
// Column facts: keys of the facts that connect it, the best supported first
// Column total_facts: how many there are
// Column support: claims for all of them
// Column total: how many neighbours there are
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(n:__Entity__)
WHERE f.support > 0 AND NOT n.id IN $ids AND (size($predicates) = 0 OR f.predicate IN $predicates)
WITH DISTINCT n, f ORDER BY f.support DESC, f.confidence DESC, f.key
WITH n, sum(f.support) AS support, collect(f.key) AS keys ORDER BY support DESC, n.id
WITH collect({neighbour: n {.id, .name, .kind}, facts: keys[..$most_facts], total_facts: size(keys), support: support}) AS found
UNWIND found[..$limit] AS each
RETURN each.neighbour AS neighbour, each.facts AS facts, each.total_facts AS total_facts, each.support AS support,
       size(found) AS total
