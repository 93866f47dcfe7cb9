// Purpose: A page of chunks in key order, as the digest takes them: without vectors.
// Parameter after (string): the key after which the page begins
// Parameter hidden (list<string>): what evidence carries as its document that no reader sees
// Parameter limit (integer): how many at most
// Column key: chunk id
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
// Column derived: the same of what derivation attached to it
MATCH (c:Chunk)
WHERE c.id > $after AND NOT c.document IN $hidden
WITH c ORDER BY c.id LIMIT $limit
RETURN c.id AS key, c {.*, embedding: null, embedded_by: null} AS properties,
       COLLECT {
         MATCH (c)-[r:FROM_DOCUMENT|NEXT_CHUNK|MENTIONS|HOLDS_VALUE]->(other)
         RETURN [type(r), coalesce(other.key, other.id), properties(r)]
       } AS links,
       COLLECT { MATCH (c)<-[r:FROM_CHUNK]-(e:__Entity__) RETURN [type(r), e.id, properties(r)] } AS derived
ORDER BY key
