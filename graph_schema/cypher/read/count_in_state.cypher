// Purpose: How many documents wait in a state of the ledger.
// Parameter state (string): loaded or resolved
// Column documents: how many
MATCH (d:Document {state: $state})
RETURN count(d) AS documents
