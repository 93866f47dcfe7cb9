// Purpose: Which of some documents are in a scope.
// Parameter keys (list<string>): document keys
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Column key: document key
UNWIND $keys AS key
MATCH (d:Document {key: key})
WHERE $scope IS NULL OR (($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
  AND ($scope.since IS NULL OR d.date >= $scope.since)
  AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until))
RETURN key
