// Purpose: Set the derived properties of facts and take them off the queue.
// Parameter rows (list<map>): key, properties
UNWIND $rows AS row
MATCH (f:Fact {key: row.key})
SET f += row.properties
REMOVE f:Stale
