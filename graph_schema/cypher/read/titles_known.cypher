// Purpose: Which of given title keys name a document.
// Parameter keys (list<string>): title keys
// Parameter limit (integer): how many at most
// Column key: a title key that names one
UNWIND $keys AS key
MATCH (t:Title {key: key})
RETURN t.key AS key ORDER BY key LIMIT $limit
