// Purpose: A page of names in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter limit (integer): how many at most
// Column key: name key
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
MATCH (n:Name)
WHERE n.key > $after
WITH n ORDER BY n.key LIMIT $limit
RETURN n.key AS key, n {.*} AS properties,
       COLLECT { MATCH (n)-[r:IN_BLOCK]->(b:Block) RETURN [type(r), b.key, properties(r)] } AS links
ORDER BY key
