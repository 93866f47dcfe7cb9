// Purpose: Make sure that names exist and that their bearers are resolved again.
// Parameter rows (list<map>): key, family, text
UNWIND $rows AS row
MERGE (n:Name {key: row.key})
SET n.family = row.family, n.text = row.text, n:Stale
