// Purpose: The local entities that are one entity: what each document calls it, and why they were joined.
// Parameter id (string): entity id
// Column key: local entity key
// Column document: document key
// Column source: source name
// Column path: path within the source
// Column record: record id within the file, or null
// Column name: its fullest name in that document
// Column aliases: its other names there
// Column kind: its kind there
// Column named: false for one that the document only describes
// Column mentions: how often the document mentions it
// Column rule: what joined it to the entity
// Column score: how surely
MATCH (e:__Entity__ {id: $id})<-[r:RESOLVES_TO]-(l:LocalEntity)
MATCH (l)<-[:MENTIONS]-(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
WITH DISTINCT l, r, d
RETURN l.key AS key, l.document AS document, d.source AS source, d.path AS path, d.record AS record,
       l.name AS name, l.aliases AS aliases, l.kind AS kind, l.named AS named,
       COUNT { (l)<-[:MENTIONS]-() } AS mentions, r.rule AS rule, r.score AS score
ORDER BY source, path, record, l.start
