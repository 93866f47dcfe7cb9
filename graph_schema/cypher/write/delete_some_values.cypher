// Purpose: Delete some of a generation's stated values.
// Parameter generation (string): the generation's key
// Parameter limit (integer): how many at most
// Column done: how many were deleted
MATCH (v:Value {document: $generation})
WITH v LIMIT $limit
DETACH DELETE v
RETURN count(*) AS done
