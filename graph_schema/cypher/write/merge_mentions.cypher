// Purpose: Write mentions: the characters of a chunk that stand for a local entity.
// Parameter rows (list<map>): key, chunk, entity, properties
UNWIND $rows AS row
MATCH (c:Chunk {id: row.chunk})
MATCH (l:LocalEntity {key: row.entity})
MERGE (c)-[m:MENTIONS {key: row.key}]->(l)
SET m += row.properties
