// Purpose: Before documents' evidence is deleted: mark the entities it resolves to, so that derivation recomputes them.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (l:LocalEntity {document: document})-[:RESOLVES_TO]->(e:__Entity__)
USING INDEX SEEK l:LocalEntity(document)
SET e:Stale
