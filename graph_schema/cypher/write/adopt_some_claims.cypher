// Purpose: Give some claims of a generation that became current their own keys.
// Parameter generation (string): the generation's key
// Parameter document (string): the document's key
// Parameter limit (integer): how many at most
// Column done: how many were given theirs
MATCH (c:Claim {document: $generation})
WITH c LIMIT $limit
SET c.document = $document, c.key = replace(c.key, '~', '')
RETURN count(*) AS done
