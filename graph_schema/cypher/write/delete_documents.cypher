// Purpose: Delete document nodes; their chunks, local entities and claims are deleted before.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (d:Document {key: document})
DETACH DELETE d
