// Purpose: Say which names local entities bear.
// Parameter rows (list<map>): local, name
UNWIND $rows AS row
MATCH (l:LocalEntity {key: row.local})
MATCH (n:Name {key: row.name})
MERGE (l)-[:HAS_NAME]->(n)
