// Purpose: Chunks of current documents that match a full-text query, best first.
// Parameter query (string): Lucene query over the text
// Parameter limit (integer): how many at most
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Column id: chunk id
// Column text: its text
// Column start: its first offset in the document's text
// Column document: document key
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column score: full-text score
WITH CASE WHEN $scope IS NULL THEN 2 ELSE 50 END * $limit AS looked_at
CALL db.index.fulltext.queryNodes('chunk_text', $query, {limit: looked_at}) YIELD node, score
MATCH (node)-[:FROM_DOCUMENT]->(d:Document)
WHERE $scope IS NULL OR (($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
  AND ($scope.since IS NULL OR d.date >= $scope.since)
  AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until))
RETURN node.id AS id, node.text AS text, node.start AS start, d.key AS document,
       d.source AS source, d.path AS path, d.record AS record, d.title AS title, score
ORDER BY score DESC, id LIMIT $limit
