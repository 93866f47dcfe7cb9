// Purpose: All facts about an entity, whichever end it stands at, with what supports them.
// Parameter name (string): its name or an alias, whole; upper and lower case are one
// Parameter limit (integer = 200): how many at most
// Column subject: whom the fact speaks of
// Column predicate: of the ontology, or the documents' own words
// Column object: the other entity, or the value
// Column support: claims for it
// Column denials: claims against it
// Column documents: documents that state it
// Column confidence: 0 to 1; null when nothing supports it
// Column first_stated: date of the earliest document that states it
// Column last_stated: date of the latest
// Column quotes: up to three quotes that support it
// Column fact: fact key, for evidence_of_fact
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($name, '\\', ' '), '"', ' ') + '"')
YIELD node AS e
WHERE toLower($name) IN [name IN [e.name] + coalesce(e.aliases, []) | toLower(name)]
MATCH (e)<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)
WITH DISTINCT f
MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
WITH f, s, coalesce(o.name, f.value) AS object
ORDER BY s.name, f.predicate, object, f.key LIMIT $limit
RETURN s.name AS subject, f.predicate AS predicate, object, f.support AS support, f.denials AS denials,
       f.documents AS documents, f.confidence AS confidence, f.first_stated AS first_stated,
       f.last_stated AS last_stated,
       COLLECT { MATCH (f)<-[:SUPPORTS]-(c:Claim) RETURN c.quote ORDER BY c.key LIMIT 3 } AS quotes, f.key AS fact
ORDER BY subject, predicate, object, fact
