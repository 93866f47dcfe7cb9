// Purpose: Write chunks.
// Parameter rows (list<map>): id, properties
UNWIND $rows AS row
MERGE (c:Chunk {id: row.id})
SET c += row.properties
