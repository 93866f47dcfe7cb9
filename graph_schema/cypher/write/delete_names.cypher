// Purpose: Delete names whose last bearer has left.
// Parameter keys (list<string>): name keys
UNWIND $keys AS key
MATCH (n:Name {key: key})
DETACH DELETE n
