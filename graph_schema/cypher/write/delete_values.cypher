// Purpose: Delete the values that documents state.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (n:Value {document: document})
DETACH DELETE n
