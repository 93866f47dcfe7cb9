// Purpose: Before documents' evidence is deleted: mark the facts it supports or denies, so that derivation recomputes them.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (c:Claim {document: document})-[:SUPPORTS|DENIES]->(f:Fact)
USING INDEX SEEK c:Claim(document)
SET f:Stale
