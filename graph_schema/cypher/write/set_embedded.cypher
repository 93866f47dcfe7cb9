// Purpose: Say that all chunks of documents have their vectors.
// Parameter documents (list<string>): document keys
// Parameter encoder (string): what made them
UNWIND $documents AS document
MATCH (d:Document {key: document})
SET d.embedded_by = $encoder
