// Purpose: Take decisions back.
// Parameter keys (list<string>): decision keys
UNWIND $keys AS key
MATCH (d:Decision {key: key})
DELETE d
