// Purpose: Attach entities to the chunks that mention them, as neo4j-graphrag and its tools expect.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (l:LocalEntity {document: document})-[:RESOLVES_TO]->(e:__Entity__)
MATCH (l)<-[:MENTIONS]-(c:Chunk)
WITH DISTINCT e, c
MERGE (e)-[:FROM_CHUNK]->(c)
