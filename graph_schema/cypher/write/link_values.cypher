// Purpose: Attach stated values to the chunk that holds them.
// Parameter rows (list<map>): key, chunk
UNWIND $rows AS row
MATCH (c:Chunk {id: row.chunk})
MATCH (v:Value {key: row.key})
MERGE (c)-[:HOLDS_VALUE]->(v)
