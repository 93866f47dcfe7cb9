// Purpose: Some of the documents of files.
// Parameter source (string): source name
// Parameter paths (list<string>): paths within the source
// Parameter limit (integer): how many documents at most
// Column key: document key
UNWIND $paths AS path
MATCH (d:Document {source: $source, path: path})
RETURN d.key AS key LIMIT $limit
