// Purpose: Give some local entities of a generation that became current their own keys.
// Parameter generation (string): the generation's key
// Parameter document (string): the document's key
// Parameter limit (integer): how many at most
// Column done: how many were given theirs
MATCH (l:LocalEntity {document: $generation})
WITH l LIMIT $limit
SET l.document = $document, l.key = replace(l.key, '~', '')
RETURN count(*) AS done
