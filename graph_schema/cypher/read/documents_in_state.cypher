// Purpose: Some of the documents waiting in a state of the ledger. Without an order, which would sort all that wait.
// Parameter state (string): loaded, named or resolved
// Parameter limit (integer): how many at most
// Column key: document key
MATCH (d:Document {state: $state})
RETURN d.key AS key LIMIT $limit
