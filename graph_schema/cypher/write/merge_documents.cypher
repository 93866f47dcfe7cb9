// Purpose: Write document nodes in state 'loaded': the ledger entry that makes their evidence current.
// Parameter rows (list<map>): key, properties
UNWIND $rows AS row
MERGE (d:Document {key: row.key})
SET d += row.properties, d.state = 'loaded'
