// Purpose: Delete some of a generation's local entities and mark their names and the entities they were.
// Parameter generation (string): the generation's key
// Parameter limit (integer): how many at most
// Column done: how many were deleted
MATCH (l:LocalEntity {document: $generation})
WITH l LIMIT $limit
CALL (l) {
  MATCH (l)-[:RESOLVES_TO]->(e:__Entity__)
  SET e:Stale
}
CALL (l) {
  MATCH (l)-[:HAS_NAME]->(n:Name)
  SET n:Stale
}
DETACH DELETE l
RETURN count(*) AS done
