// Purpose: Write the dates, amounts and money that documents state.
// Parameter rows (list<map>): key, properties
UNWIND $rows AS row
MERGE (v:Value {key: row.key})
SET v += row.properties
