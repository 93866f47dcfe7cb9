// Purpose: A page of local entities in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter hidden (list<string>): what evidence carries as its document that no reader sees
// Parameter limit (integer): how many at most
// Column key: local entity key
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
// Column derived: the same of what resolution attached to it
MATCH (l:LocalEntity)
WHERE l.key > $after AND NOT l.document IN $hidden
WITH l ORDER BY l.key LIMIT $limit
RETURN l.key AS key, l {.*} AS properties, [] AS links,
       COLLECT {
         MATCH (l)-[r:RESOLVES_TO|HAS_NAME]->(other)
         RETURN [type(r), coalesce(other.key, other.id), properties(r)]
       } AS derived
ORDER BY key
