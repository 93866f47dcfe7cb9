// Purpose: Detach entities from chunks that mention them no more.
// Parameter rows (list<map>): local, entity (the one it was)
UNWIND $rows AS row
MATCH (l:LocalEntity {key: row.local})
MATCH (e:__Entity__ {id: row.entity})
MATCH (l)<-[:MENTIONS]-(c:Chunk)<-[f:FROM_CHUNK]-(e)
WHERE NOT EXISTS { (c)-[:MENTIONS]->(:LocalEntity)-[:RESOLVES_TO]->(e) }
WITH DISTINCT f
DELETE f
