// Purpose: Where documents are from.
// Parameter documents (list<string>): document keys
// Column key: document key
// Column source: its source
// Column path: its path within the source
// Column record: the id of its record within the file, or null
UNWIND $documents AS document
MATCH (d:Document {key: document})
RETURN d.key AS key, d.source AS source, d.path AS path, d.record AS record
