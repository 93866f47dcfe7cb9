// Purpose: Say which local entity a document is about.
// Parameter rows (list<map>): document, entity
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
MATCH (l:LocalEntity {key: row.entity})
MERGE (d)-[:ABOUT]->(l)
