// Purpose: Which claims the ontology refused and why, grouped by reason.
// Parameter limit (integer = 100): how many at most
// Column reason: why
// Column predicate: the predicate
// Column claims: how many
// Column quote: the first of them by key
MATCH (c:Claim {status: 'refused'})
WHERE EXISTS { (c)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(:Document) }
WITH c ORDER BY c.key
RETURN c.reason AS reason, c.predicate AS predicate, count(c) AS claims, head(collect(c.quote)) AS quote
ORDER BY claims DESC, reason, predicate LIMIT $limit
