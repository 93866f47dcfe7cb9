// Purpose: Delete the local entities of documents, with every relationship they have.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (n:LocalEntity {document: document})
DETACH DELETE n
