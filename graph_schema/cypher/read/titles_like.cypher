// Purpose: Titles whose words match a full-text query, best first.
// Parameter query (string): Lucene query over title keys
// Parameter limit (integer): how many at most
// Column title: the title
// Column score: full-text score
CALL db.index.fulltext.queryNodes('title_words', $query, {limit: $limit}) YIELD node, score
RETURN node.key AS title, score
ORDER BY score DESC, title
