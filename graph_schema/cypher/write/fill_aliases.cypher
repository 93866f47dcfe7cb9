// Purpose: After a bulk import, which takes an empty list for none: give some local entities without aliases the empty one.
// Parameter after (string): the key after which to go on
// Parameter limit (integer): how many local entities to look at, at most
// Column last: the key of the last one; null when there was none
MATCH (l:LocalEntity)
WHERE l.key > $after
WITH l ORDER BY l.key LIMIT $limit
SET l.aliases = coalesce(l.aliases, [])
RETURN max(l.key) AS last
