// Purpose: The local entities of documents, as resolution needs them.
// Parameter documents (list<string>): document keys
// Column key: local entity key
// Column kind: its kind
// Column name: its fullest name
// Column named: false for one known by a role only
UNWIND $documents AS document
MATCH (l:LocalEntity {document: document})
RETURN l.key AS key, l.kind AS kind, l.name AS name, l.named AS named
