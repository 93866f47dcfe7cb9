// Purpose: Give some chunks of a generation that became current, and their mentions, their own keys.
// Parameter generation (string): the generation's key
// Parameter document (string): the document's key
// Parameter limit (integer): how many at most
// Column done: how many were given theirs
MATCH (c:Chunk {document: $generation})
WITH c LIMIT $limit
CALL (c) {
  MATCH (c)-[m:MENTIONS]->()
  SET m.key = replace(m.key, '~', '')
}
SET c.document = $document, c.id = replace(c.id, '~', '')
RETURN count(*) AS done
