// Purpose: What documents claim in words that the ontology does not know, most frequent first: candidates for it.
// Parameter limit (integer = 50): how many at most
// Column predicate: the documents' own words
// Column claims: how many
// Column documents: in how many documents
// Column quote: the first of them by key
MATCH (c:Claim {status: 'open'})-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
WITH c, d ORDER BY c.key
RETURN c.predicate AS predicate, count(c) AS claims, count(DISTINCT d) AS documents,
       head(collect(c.quote)) AS quote
ORDER BY claims DESC, predicate LIMIT $limit
