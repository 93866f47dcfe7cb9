// Purpose: The facts of one predicate, best supported first.
// Parameter predicate (string): e.g. FOUNDED; the query `predicates` lists them
// Parameter limit (integer = 200): how many at most
// Column subject: whom the fact speaks of
// Column object: the other entity, or the value
// Column support: claims for it
// Column denials: claims against it
// Column documents: documents that state it
// Column confidence: 0 to 1; null when nothing supports it
// Column fact: fact key
MATCH (f:Fact {predicate: $predicate})-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN s.name AS subject, coalesce(o.name, f.value) AS object, f.support AS support, f.denials AS denials,
       f.documents AS documents, f.confidence AS confidence, f.key AS fact
ORDER BY support DESC, subject, object, fact LIMIT $limit
