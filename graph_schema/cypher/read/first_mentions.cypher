// Purpose: Where documents first mention entities: the citations of a count of documents.
// Parameter ids (list<string>): entity ids
// Parameter limit (integer): how many at most
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Column quote: the characters of the mention
// Column start: their first offset in the document's text
// Column end: the offset after their last
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})<-[:RESOLVES_TO]-(l:LocalEntity)<-[m:MENTIONS]-(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
WHERE m.start = l.start
  AND ($scope IS NULL OR (($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
  AND ($scope.since IS NULL OR d.date >= $scope.since)
  AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until)))
RETURN m.surface AS quote, m.start AS start, m.end AS end, d.source AS source, d.path AS path, d.record AS record,
       d.title AS title
ORDER BY source, path, record, start LIMIT $limit
