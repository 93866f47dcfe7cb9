// Purpose: Make sure that facts exist and are recomputed by derivation.
// Parameter rows (list<map>): key, properties
UNWIND $rows AS row
MERGE (f:Fact {key: row.key})
SET f += row.properties, f:Stale
