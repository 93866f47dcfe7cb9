// Purpose: Facts that some document denies, with how many state them.
// Parameter limit (integer = 100): how many at most
// Column subject: whom the fact speaks of
// Column predicate: of the ontology, or the documents' own words
// Column object: the other entity, or the value
// Column support: claims for it
// Column denials: claims against it
// Column quotes: up to three quotes that deny it
// Column fact: fact key
MATCH (denial:Claim)-[:DENIES]->(f:Fact)
WITH f, collect(denial.quote)[..3] AS quotes
MATCH (f)-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN s.name AS subject, f.predicate AS predicate, coalesce(o.name, f.value) AS object, f.support AS support,
       f.denials AS denials, quotes, f.key AS fact
ORDER BY denials DESC, fact LIMIT $limit
