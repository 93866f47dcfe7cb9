// Purpose: Take documents with all their evidence from every reader; it is then deleted in pieces.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (d:Document {key: document})
SET d:Generation
REMOVE d:Document, d.state
