// Purpose: A page of facts in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter limit (integer): how many at most
// Column key: fact key
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
MATCH (f:Fact)
WHERE f.key > $after
WITH f ORDER BY f.key LIMIT $limit
RETURN f.key AS key, f {.*} AS properties,
       COLLECT {
         MATCH (f)-[r:FACT_SUBJECT|FACT_OBJECT|CONFLICTS_WITH]->(other)
         RETURN [type(r), coalesce(other.key, other.id), properties(r)]
       } AS links
ORDER BY key
