// Purpose: The next documents waiting in a state of the ledger, in key order.
// Parameter state (string): loaded, named or resolved
// Parameter limit (integer): how many at most
// Column key: document key
MATCH (d:Document {state: $state})
RETURN d.key AS key ORDER BY key LIMIT $limit
