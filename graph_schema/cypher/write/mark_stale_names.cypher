// Purpose: Before documents' evidence is deleted, or after a decision about them: mark the names in them, so that their
//   bearers are resolved again.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (l:LocalEntity {document: document})-[:HAS_NAME]->(n:Name)
USING INDEX SEEK l:LocalEntity(document)
SET n:Stale
