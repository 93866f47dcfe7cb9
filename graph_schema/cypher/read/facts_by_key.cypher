// Purpose: Facts by their keys.
// Parameter keys (list<string>): fact keys
// Parameter limit (integer): how many at most
// Column key: fact key
// Column predicate: its predicate
// Column status: accepted (of the ontology) or open
// Column subject: {id, name, kind, aliases} of the subject
// Column object: {id, name, kind, aliases} of the object, or null
// Column value: the normalised value, or null
// Column value_type: its type, or null
// Column support: supporting claims
// Column denials: denying claims
// Column documents: documents that support it
// Column confidence: of the fact, or null when nothing supports it
UNWIND $keys AS key
MATCH (f:Fact {key: key})-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN f.key AS key, f.predicate AS predicate, f.status AS status,
       s {.id, .name, .kind, .aliases} AS subject, o {.id, .name, .kind, .aliases} AS object,
       f.value AS value, f.value_type AS value_type, f.support AS support, f.denials AS denials,
       f.documents AS documents, f.confidence AS confidence
ORDER BY support DESC, confidence DESC, key LIMIT $limit
