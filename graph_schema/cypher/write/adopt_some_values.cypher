// Purpose: Give some stated values of a generation that became current their own keys.
// Parameter generation (string): the generation's key
// Parameter document (string): the document's key
// Parameter limit (integer): how many at most
// Column done: how many were given theirs
MATCH (v:Value {document: $generation})
WITH v LIMIT $limit
SET v.document = $document, v.key = replace(v.key, '~', '')
RETURN count(*) AS done
