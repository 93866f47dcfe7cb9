// Purpose: Delete facts whose last supporting or denying claim has left.
// Parameter keys (list<string>): fact keys
UNWIND $keys AS key
MATCH (f:Fact {key: key})
DETACH DELETE f
