// Purpose: Attach facts to the entity they speak of.
// Parameter rows (list<map>): key, subject
UNWIND $rows AS row
MATCH (f:Fact {key: row.key})
MATCH (e:__Entity__ {id: row.subject})
MERGE (f)-[:FACT_SUBJECT]->(e)
