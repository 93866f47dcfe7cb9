// Purpose: Facts that several documents state independently.
// Parameter documents (integer = 2): how many documents at least
// Parameter limit (integer = 100): how many at most
// Column subject: whom the fact speaks of
// Column predicate: of the ontology, or the documents' own words
// Column object: the other entity, or the value
// Column documents: documents that state it
// Column support: claims for it
// Column confidence: 0 to 1
// Column fact: fact key
MATCH (f:Fact)
WHERE f.documents >= $documents
MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN s.name AS subject, f.predicate AS predicate, coalesce(o.name, f.value) AS object, f.documents AS documents,
       f.support AS support, f.confidence AS confidence, f.key AS fact
ORDER BY documents DESC, support DESC, fact LIMIT $limit
