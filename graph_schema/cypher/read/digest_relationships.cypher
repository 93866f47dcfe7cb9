// Purpose: A page of the relationships of one type between entities in the order of their facts, as the digest takes
//   them; one statement text per type.
// Parameter after (string): the fact after which the page begins
// Parameter limit (integer): how many at most
// Column key: fact key
// Column properties: its properties
// Column links: [type, id of the subject, id of the object]
MATCH (a:__Entity__)-[r:RELATIONSHIP_TYPE]->(b:__Entity__)
WHERE r.fact > $after
WITH a, r, b ORDER BY r.fact LIMIT $limit
RETURN r.fact AS key, r {.*} AS properties, [[type(r), a.id, b.id]] AS links
ORDER BY key
