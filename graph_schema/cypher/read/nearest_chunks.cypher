// Purpose: Chunks of current documents whose vector is nearest to another of the same encoder, nearest first.
// Parameter vector (list<float>): of as many dimensions as the index
// Parameter encoder (string): what made it; vectors that another made are left out
// Parameter limit (integer): how many at most
// Column id: chunk id
// Column text: its text
// Column start: its first offset in the document's text
// Column document: document key
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column score: (1 + cosine) / 2
CALL db.index.vector.queryNodes('chunk_embedding', 2 * $limit, $vector) YIELD node, score
WHERE node.embedded_by = $encoder
MATCH (node)-[:FROM_DOCUMENT]->(d:Document)
RETURN node.id AS id, node.text AS text, node.start AS start, d.key AS document, d.source AS source, d.path AS path,
       d.record AS record, d.title AS title, score
ORDER BY score DESC, id LIMIT $limit
