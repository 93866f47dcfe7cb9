// Purpose: When documents are dated.
// Parameter keys (list<string>): document keys
// Column key: document key
// Column date: ISO 8601 cut to its precision, or null
UNWIND $keys AS key
MATCH (d:Document {key: key})
RETURN key, d.date AS date
