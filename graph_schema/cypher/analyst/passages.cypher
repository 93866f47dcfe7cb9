// Purpose: Find passages by their words, best match first.
// Parameter words (string): in the syntax of Lucene: any of the words; +word for must, "two words" for the phrase
// Parameter limit (integer = 10): how many at most
// Column score: how well it matches
// Column source: source name
// Column path: path within the source
// Column record: record id within the file, or null
// Column start: first character of the passage in the document's text
// Column text: the passage
// Column chunk: chunk id
CALL db.index.fulltext.queryNodes('chunk_text', $words) YIELD node AS k, score
MATCH (k)-[:FROM_DOCUMENT]->(d:Document)
RETURN score, d.source AS source, d.path AS path, d.record AS record, k.start AS start, k.text AS text, k.id AS chunk
ORDER BY score DESC, chunk LIMIT $limit
