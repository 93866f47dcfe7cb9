// Purpose: Take the claims about local entities that moved from their facts, which are to be derived again.
// Parameter local_entities (list<string>): local entity keys
UNWIND $local_entities AS local
MATCH (l:LocalEntity {key: local})<-[:SUBJECT|OBJECT]-(c:Claim)
WITH DISTINCT c
MATCH (c)-[r:SUPPORTS|DENIES]->(f:Fact)
SET f:Stale
DELETE r
