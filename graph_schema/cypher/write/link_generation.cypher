// Purpose: Attach chunks to the generation they belong to.
// Parameter rows (list<map>): id, document (the generation's key)
UNWIND $rows AS row
MATCH (c:Chunk {id: row.id})
MATCH (g:Generation {key: row.document})
MERGE (c)-[:FROM_DOCUMENT]->(g)
