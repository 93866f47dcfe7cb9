// Purpose: What is said of two entities together, in either direction.
// Parameter first (string): name or alias of the one, whole
// Parameter second (string): name or alias of the other, whole
// Column subject: whom the fact speaks of
// Column predicate: of the ontology, or the documents' own words
// Column object: the other entity
// Column support: claims for it
// Column denials: claims against it
// Column confidence: 0 to 1; null when nothing supports it
// Column quotes: up to three quotes that support it
// Column fact: fact key
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($first, '\\', ' '), '"', ' ') + '"')
YIELD node AS a
WHERE toLower($first) IN [name IN [a.name] + coalesce(a.aliases, []) | toLower(name)]
MATCH (a)<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(b:__Entity__)
WHERE b <> a AND toLower($second) IN [name IN [b.name] + coalesce(b.aliases, []) | toLower(name)]
WITH DISTINCT f
MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN s.name AS subject, f.predicate AS predicate, o.name AS object, f.support AS support, f.denials AS denials,
       f.confidence AS confidence,
       COLLECT { MATCH (f)<-[:SUPPORTS]-(c:Claim) RETURN c.quote ORDER BY c.key LIMIT 3 } AS quotes, f.key AS fact
ORDER BY support DESC, subject, predicate, object, fact
