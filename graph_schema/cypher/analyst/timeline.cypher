// Purpose: What is dated about an entity, in order of time.
// Parameter name (string): its name or an alias, whole; upper and lower case are one
// Parameter limit (integer = 200): how many at most
// Column date: ISO 8601, as precise as the document is
// Column until: end of the time for which it held, or null
// Column subject: whom the fact speaks of
// Column predicate: of the ontology, or the documents' own words
// Column object: the other entity, or the value
// Column quote: what says so
// Column fact: fact key
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($name, '\\', ' '), '"', ' ') + '"')
YIELD node AS e
WHERE toLower($name) IN [name IN [e.name] + coalesce(e.aliases, []) | toLower(name)]
MATCH (e)<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)
WITH DISTINCT f
MATCH (f)<-[:SUPPORTS]-(c:Claim)
WITH f, c, CASE WHEN f.value_type = 'date' THEN f.value ELSE coalesce(c.valid_from, c.valid_to) END AS date
WHERE date IS NOT NULL
MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN date, c.valid_to AS until, s.name AS subject, f.predicate AS predicate, coalesce(o.name, f.value) AS object,
       c.quote AS quote, f.key AS fact
ORDER BY date, subject, predicate, fact, c.key LIMIT $limit
