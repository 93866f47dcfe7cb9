// Purpose: Facts whose object are entities, under some predicates or under all.
// Parameter ids (list<string>): entity ids
// Parameter predicates (list<string>): predicates; none means all
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
MATCH (o:__Entity__ {id: id})<-[:FACT_OBJECT]-(f:Fact)-[:FACT_SUBJECT]->(s:__Entity__)
WHERE size($predicates) = 0 OR f.predicate IN $predicates
RETURN f.key AS key, f.predicate AS predicate, f.status AS status,
       s {.id, .name, .kind} AS subject, o {.id, .name, .kind} AS object,
       f.value AS value, f.value_type AS value_type, f.support AS support, f.denials AS denials,
       f.documents AS documents, f.confidence AS confidence
ORDER BY support DESC, confidence DESC, key LIMIT $limit
