// Purpose: One entity by its id.
// Parameter id (string): entity id
// Column id: entity id
// Column name: its name
// Column aliases: its other names
// Column kind: its kind
// Column named: false for one that a document only describes
// Column mentions: how often it is mentioned
// Column documents: in how many documents
MATCH (e:__Entity__ {id: $id})
RETURN e.id AS id, e.name AS name, e.aliases AS aliases, e.kind AS kind, e.named AS named, e.mentions AS mentions, e.documents AS documents
