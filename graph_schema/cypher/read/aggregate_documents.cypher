// Purpose: Exactly how many documents mention given entities, and which.
// Parameter ids (list<string>): entity ids
// Parameter limit (integer): how many at most are named
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Column total: how many documents
// Column documents: {source, path, record, title} of each in order, cut at the limit
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})<-[:RESOLVES_TO]-(:LocalEntity)<-[:MENTIONS]-(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
WHERE $scope IS NULL OR (($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
  AND ($scope.since IS NULL OR d.date >= $scope.since)
  AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until))
WITH DISTINCT d ORDER BY d.source, d.path, d.record
RETURN count(d) AS total, collect(d {.source, .path, .record, .title})[..$limit] AS documents
