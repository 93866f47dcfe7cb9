// Purpose: Attach the entities of local entities to the chunks that mention them, as neo4j-graphrag and its tools expect.
// Parameter local_entities (list<string>): local entity keys
UNWIND $local_entities AS local
MATCH (l:LocalEntity {key: local})-[:RESOLVES_TO]->(e:__Entity__)
MATCH (l)<-[:MENTIONS]-(c:Chunk)
WITH DISTINCT e, c
MERGE (e)-[:FROM_CHUNK]->(c)
