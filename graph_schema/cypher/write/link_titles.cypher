// Purpose: Say what documents can be called.
// Parameter rows (list<map>): document, key, weight
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (t:Title {key: row.key})
MERGE (d)-[r:TITLED]->(t)
SET r.weight = row.weight
