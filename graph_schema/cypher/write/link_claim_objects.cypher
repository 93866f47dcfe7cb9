// Purpose: Attach claims whose object is an entity to it.
// Parameter rows (list<map>): key, object
UNWIND $rows AS row
MATCH (c:Claim {key: row.key})
MATCH (o:LocalEntity {key: row.object})
MERGE (c)-[:OBJECT]->(o)
