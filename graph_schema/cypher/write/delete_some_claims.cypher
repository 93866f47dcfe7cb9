// Purpose: Delete some of a generation's claims and mark the facts they were for or against.
// Parameter generation (string): the generation's key
// Parameter limit (integer): how many at most
// Column done: how many were deleted
MATCH (c:Claim {document: $generation})
WITH c LIMIT $limit
CALL (c) {
  MATCH (c)-[:SUPPORTS|DENIES]->(f:Fact)
  SET f:Stale
}
DETACH DELETE c
RETURN count(*) AS done
