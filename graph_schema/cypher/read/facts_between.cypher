// Purpose: Facts that connect two sets of entities directly.
// Parameter ids (list<string>): entity ids of the one
// Parameter others (list<string>): entity ids of the other
// Parameter limit (integer): how many at most
// Column key: fact key
// Column predicate: its predicate
// Column status: accepted (of the ontology) or open
// Column subject: {id, name, kind} of the subject
// Column object: {id, name, kind} of the object, or null
// Column value: the normalised value, or null
// Column value_type: its type, or null
// Column support: supporting claims
// Column denials: denying claims
// Column documents: documents that support it
// Column confidence: of the fact, or null when nothing supports it
UNWIND $ids AS id
MATCH (a:__Entity__ {id: id})<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(b:__Entity__)
WHERE b.id IN $others AND f.support > 0
MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
WITH DISTINCT f, s, o
RETURN f.key AS key, f.predicate AS predicate, f.status AS status,
       s {.id, .name, .kind} AS subject, o {.id, .name, .kind} AS object,
       f.value AS value, f.value_type AS value_type, f.support AS support, f.denials AS denials,
       f.documents AS documents, f.confidence AS confidence
ORDER BY support DESC, confidence DESC, key LIMIT $limit
