// Purpose: For each of several full-text queries, the chunks of current documents that match it best.
// Parameter queries (list<string>): Lucene queries over the text
// Parameter limit (integer): how many of each at most
// Column query: number of the query, from 0
// Column id: chunk id
// Column index: its place in the document
// Column text: its text
// Column start: its first offset in the document's text
// Column document: document key
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column kind: kind of what the document is about, or null
// Column score: full-text score
UNWIND range(0, size($queries) - 1) AS number
CALL (number) {
  CALL db.index.fulltext.queryNodes('chunk_text', $queries[number], {limit: $limit}) YIELD node, score
  RETURN node, score
}
MATCH (node)-[:FROM_DOCUMENT]->(d:Document)
RETURN number AS query, node.id AS id, node.index AS index, node.text AS text, node.start AS start, d.key AS document,
       d.source AS source, d.path AS path, d.record AS record, d.title AS title,
       head(COLLECT { MATCH (d)-[:ABOUT]->(l:LocalEntity) RETURN l.kind }) AS kind, score
ORDER BY query, score DESC, id
