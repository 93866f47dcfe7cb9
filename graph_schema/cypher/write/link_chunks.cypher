// Purpose: Attach chunks to their document.
// Parameter rows (list<map>): id, document
UNWIND $rows AS row
MATCH (c:Chunk {id: row.id})
MATCH (d:Document {key: row.document})
MERGE (c)-[:FROM_DOCUMENT]->(d)
