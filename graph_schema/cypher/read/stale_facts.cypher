// Purpose: The next facts to recompute, with the claims for and against them.
// Parameter limit (integer): how many at most
// Column key: fact key
// Column predicate: its predicate
// Column status: accepted (of the ontology) or open
// Column subject: id of the subject entity
// Column object: id of the object entity, or null
// Column contested: whether it is linked to a fact that it excludes
// Column copied: whether its subject carries a property of its predicate
// Column claims: one {document, date, confidence, supports} per claim; empty when the last has left
MATCH (f:Fact:Stale)
WITH f LIMIT $limit
OPTIONAL MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
OPTIONAL MATCH (c:Claim)-[r:SUPPORTS|DENIES]->(f)
OPTIONAL MATCH (d:Document {key: c.document})
RETURN f.key AS key, f.predicate AS predicate, f.status AS status, s.id AS subject, o.id AS object,
       EXISTS { (f)-[:CONFLICTS_WITH]-() } AS contested, f.status = 'accepted' AND s[toLower(f.predicate)] IS NOT NULL AS copied,
       collect(CASE WHEN c IS NULL THEN null
               ELSE {document: c.document, date: d.date, confidence: c.confidence,
                     supports: type(r) = 'SUPPORTS'} END) AS claims
