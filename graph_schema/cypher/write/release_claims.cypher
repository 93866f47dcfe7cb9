// Purpose: Take the claims about local entities that moved from their facts, which are to be derived again, and have
//   their documents linked to facts anew.
// Parameter local_entities (list<string>): local entity keys
UNWIND $local_entities AS local
MATCH (l:LocalEntity {key: local})<-[:SUBJECT|OBJECT]-(c:Claim)
WITH DISTINCT c
MATCH (c)-[r:SUPPORTS|DENIES]->(f:Fact)
MATCH (d:Document {key: c.document})
SET f:Stale, d.state = CASE d.state WHEN 'derived' THEN 'resolved' ELSE d.state END
DELETE r
