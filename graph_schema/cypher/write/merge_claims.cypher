// Purpose: Write claims.
// Parameter rows (list<map>): key, properties
UNWIND $rows AS row
MERGE (c:Claim {key: row.key})
SET c += row.properties
