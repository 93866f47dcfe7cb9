// Purpose: Write local entities.
// Parameter rows (list<map>): key, properties
UNWIND $rows AS row
MERGE (l:LocalEntity {key: row.key})
SET l += row.properties
