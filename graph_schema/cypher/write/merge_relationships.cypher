// Purpose: Write typed relationships, one per fact between entities; one statement text per type of the ontology.
// Parameter rows (list<map>): fact, subject, object, properties
UNWIND $rows AS row
MATCH (s:__Entity__ {id: row.subject})
MATCH (o:__Entity__ {id: row.object})
MERGE (s)-[r:RELATIONSHIP_TYPE {fact: row.fact}]->(o)
SET r += row.properties
