// Purpose: Have the claims of derived documents linked to facts anew, since some of their local entities moved.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (d:Document {key: document})
WHERE d.state = 'derived'
SET d.state = 'resolved'
