// Purpose: Attach facts between entities to their object.
// Parameter rows (list<map>): key, object
UNWIND $rows AS row
MATCH (f:Fact {key: row.key})
MATCH (e:__Entity__ {id: row.object})
MERGE (f)-[:FACT_OBJECT]->(e)
