// Purpose: Take names off the queue once their bearers are resolved.
// Parameter keys (list<string>): name keys
UNWIND $keys AS key
MATCH (n:Name {key: key})
REMOVE n:Stale
