// Purpose: How many documents of a part of a source which extractor read; of a larger part those that are met first.
// Parameter scope (map): source, path (how a path begins), since and until (ISO dates, or null)
// Parameter limit (integer): how many documents at most are looked at
// Column extractor: fingerprint of what read them; `catalogued` where nothing was extracted
// Column looked_at: how many were looked at
// Column documents: how many of them are in the scope
MATCH (d:Document) WHERE d.source = $scope.source AND d.path STARTS WITH $scope.path
WITH d LIMIT $limit
WITH d.extractor AS extractor,
     ($scope.since IS NULL OR d.date >= $scope.since)
     AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until) AS inside
RETURN extractor, count(*) AS looked_at, count(CASE WHEN inside THEN 1 END) AS documents ORDER BY extractor
