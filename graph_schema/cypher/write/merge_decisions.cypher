// Purpose: Write people's decisions on which names are the same; a later one on the same two names replaces the earlier.
// Parameter rows (list<map>): key, properties (verdict and, of each end, document, source, path, record and folded name)
UNWIND $rows AS row
MERGE (d:Decision {key: row.key})
SET d = row.properties, d.key = row.key
