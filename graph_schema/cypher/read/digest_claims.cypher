// Purpose: A page of claims in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter hidden (list<string>): what evidence carries as its document that no reader sees
// Parameter limit (integer): how many at most
// Column key: claim key
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
// Column derived: the same of what derivation attached to it
MATCH (c:Claim)
WHERE c.key > $after AND NOT c.document IN $hidden
WITH c ORDER BY c.key LIMIT $limit
RETURN c.key AS key, c {.*} AS properties,
       COLLECT {
         MATCH (c)-[r:SUBJECT|OBJECT|STATED_IN]->(other)
         RETURN [type(r), coalesce(other.key, other.id), properties(r)]
       } AS links,
       COLLECT { MATCH (c)-[r:SUPPORTS|DENIES]->(f:Fact) RETURN [type(r), f.key, properties(r)] } AS derived
ORDER BY key
