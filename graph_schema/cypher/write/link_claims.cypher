// Purpose: Attach claims to their subject and to the chunk that states them.
// Parameter rows (list<map>): key, subject, chunk
UNWIND $rows AS row
MATCH (c:Claim {key: row.key})
MATCH (s:LocalEntity {key: row.subject})
MATCH (k:Chunk {id: row.chunk})
MERGE (c)-[:SUBJECT]->(s)
MERGE (c)-[:STATED_IN]->(k)
