// Purpose: Delete some of a generation's chunks with their mentions.
// Parameter generation (string): the generation's key
// Parameter limit (integer): how many at most
// Column done: how many were deleted
MATCH (c:Chunk {document: $generation})
WITH c LIMIT $limit
DETACH DELETE c
RETURN count(*) AS done
