// Purpose: A page of documents in key order, as the digest takes them: without what only the ledger needs.
// Parameter after (string): the key after which the page begins
// Parameter limit (integer): how many at most
// Column key: document key
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
MATCH (d:Document)
WHERE d.key > $after
WITH d ORDER BY d.key LIMIT $limit
RETURN d.key AS key, d {.*, state: null, file_hash: null, extractor: null, enriched: null, embedded_by: null} AS properties,
       COLLECT { MATCH (d)-[r:ABOUT]->(l:LocalEntity) RETURN [type(r), l.key, properties(r)] } AS links
ORDER BY key
