// Purpose: Remove the conflict links of facts before they are written anew.
// Parameter keys (list<string>): fact keys
UNWIND $keys AS key
MATCH (f:Fact {key: key})-[r:CONFLICTS_WITH]-(:Fact)
USING INDEX SEEK f:Fact(key)
DELETE r
