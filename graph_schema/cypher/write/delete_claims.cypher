// Purpose: Delete the claims of documents, with every relationship they have.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (n:Claim {document: document})
DETACH DELETE n
