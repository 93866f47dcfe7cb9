// Purpose: Entities whose name or alias matches a full-text query, best first.
// Parameter query (string): Lucene query over names and aliases
// Parameter limit (integer): how many at most
// Column id: entity id
// Column name: its name
// Column aliases: its other names
// Column kind: its kind
// Column named: false for one that a document only describes
// Column mentions: how often it is mentioned
// Column score: full-text score
CALL db.index.fulltext.queryNodes('entity_names', $query, {limit: $limit}) YIELD node, score
RETURN node.id AS id, node.name AS name, node.aliases AS aliases, node.kind AS kind,
       node.named AS named, node.mentions AS mentions, score
ORDER BY score DESC, id
