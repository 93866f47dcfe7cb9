// Purpose: Make sure that blocks exist.
// Parameter keys (list<string>): block keys
UNWIND $keys AS key
MERGE (:Block {key: key})
