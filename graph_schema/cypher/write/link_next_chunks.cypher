// Purpose: Chain the chunks of a document in reading order.
// Parameter rows (list<map>): id, next
UNWIND $rows AS row
MATCH (a:Chunk {id: row.id})
MATCH (b:Chunk {id: row.next})
MERGE (a)-[:NEXT_CHUNK]->(b)
