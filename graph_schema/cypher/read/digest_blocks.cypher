// Purpose: A page of blocks in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter limit (integer): how many at most
// Column key: block key
// Column properties: its properties
// Column links: no relationship begins at a block
MATCH (b:Block)
WHERE b.key > $after
WITH b ORDER BY b.key LIMIT $limit
RETURN b.key AS key, b {.*} AS properties, [] AS links
ORDER BY key
