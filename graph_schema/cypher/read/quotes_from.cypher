// Purpose: Claims with the text of their chunks, from a key on, to check that the offsets hold.
// Parameter key (string): where to begin
// Parameter limit (integer): how many at most
// Column key: claim key
// Column quote: the quote of the claim
// Column start: where it begins in its chunk, in characters
// Column text: the text of the chunk
MATCH (c:Claim) WHERE c.key >= $key
WITH c ORDER BY c.key LIMIT $limit
MATCH (c)-[:STATED_IN]->(k:Chunk)
RETURN c.key AS key, c.quote AS quote, c.start - k.start AS start, k.text AS text
