// Purpose: Delete the chunks of documents, with every relationship they have.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (n:Chunk {document: document})
DETACH DELETE n
