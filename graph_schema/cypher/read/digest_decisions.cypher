// Purpose: A page of people's decisions in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter limit (integer): how many at most
// Column key: decision key
// Column properties: its properties
// Column links: no relationship begins at a decision
MATCH (d:Decision)
WHERE d.key > $after
WITH d ORDER BY d.key LIMIT $limit
RETURN d.key AS key, d {.*} AS properties, [] AS links
ORDER BY key
