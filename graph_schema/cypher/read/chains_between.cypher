// Purpose: The shortest chains of supported facts, of at most three, that connect an entity of one set with one of another;
//   of facts between the same entities the best supported.
// Parameter ids (list<string>): entity ids of the one
// Parameter others (list<string>): entity ids of the other
// Parameter max_hops (integer): how many facts a chain has at most, 1 to 3
// Parameter limit (integer): how many chains at most
// Column facts: fact keys along the chain
// Column entities: {id, name, kind} of the entities along it, one more than facts
// Column support: of its least supported fact
UNWIND $ids AS id
UNWIND $others AS other
MATCH (a:__Entity__ {id: id})
MATCH (b:__Entity__ {id: other})
WHERE a <> b
MATCH chain = ALL SHORTEST (a)(
  (:__Entity__)<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact WHERE f.support > 0)-[:FACT_SUBJECT|FACT_OBJECT]->(:__Entity__)
){1,3}(b)
WHERE size(f) <= $max_hops
WITH [fact IN f | fact.key] AS facts, [node IN nodes(chain) WHERE node:__Entity__ | node {.id, .name, .kind}] AS entities,
     reduce(least = f[0].support, fact IN f | CASE WHEN fact.support < least THEN fact.support ELSE least END) AS support
ORDER BY support DESC, facts
WITH entities, head(collect({facts: facts, support: support})) AS best
RETURN best.facts AS facts, entities, best.support AS support
ORDER BY size(facts), support DESC, facts LIMIT $limit
