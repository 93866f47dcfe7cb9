// Purpose: Move documents to the next state of the ledger: loaded, named, resolved, derived.
// Parameter documents (list<string>): document keys
// Parameter state (string): the new state
UNWIND $documents AS document
MATCH (d:Document {key: document})
SET d.state = $state
