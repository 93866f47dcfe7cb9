// Purpose: Find entities by words of their names and aliases, best match first.
// Parameter words (string): in the syntax of Lucene: Lindq* and Lindqvist~ find variants, "Margaret Doyle" the phrase
// Parameter kind (string = null): only of this kind, e.g. Person
// Parameter limit (integer = 20): how many at most
// Column name: the name most mentions use
// Column kind: its kind
// Column named: false for one that a document only describes ("coalition forces")
// Column aliases: its other names
// Column mentions: how often it is mentioned
// Column documents: in how many documents
// Column score: how well the name matches
// Column id: entity id
CALL db.index.fulltext.queryNodes('entity_names', $words) YIELD node AS e, score
WHERE $kind IS NULL OR e.kind = $kind
RETURN e.name AS name, e.kind AS kind, e.named AS named, e.aliases AS aliases, e.mentions AS mentions, e.documents AS documents,
       score, e.id AS id
ORDER BY score DESC, id LIMIT $limit
