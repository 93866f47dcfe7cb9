// Purpose: Chunks of current documents that match a full-text query, best first.
// Parameter query (string): Lucene query over the text
// Parameter limit (integer): how many at most
// Column id: chunk id
// Column text: its text
// Column start: its first offset in the document's text
// Column document: document key
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column score: full-text score
CALL db.index.fulltext.queryNodes('chunk_text', $query, {limit: 2 * $limit}) YIELD node, score
MATCH (node)-[:FROM_DOCUMENT]->(d:Document)
RETURN node.id AS id, node.text AS text, node.start AS start, d.key AS document,
       d.source AS source, d.path AS path, d.record AS record, d.title AS title, score
ORDER BY score DESC, id LIMIT $limit
