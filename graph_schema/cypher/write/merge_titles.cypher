// Purpose: Make sure that titles exist.
// Parameter keys (list<string>): title keys
UNWIND $keys AS key
MERGE (:Title {key: key})
