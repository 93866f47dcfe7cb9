// Purpose: What facts rest on: their claims and documents within a scope, the latest date of those, and the facts that
//   exclude them.
// Parameter keys (list<string>): fact keys
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Parameter per_fact (integer): how many claims, and how many rivals, of each fact are looked at at most
// Column key: fact key
// Column claims: supporting claims
// Column documents: keys of their documents
// Column latest: date of the latest of them, or null
// Column rivals: keys of supported facts that exclude it
UNWIND $keys AS key
MATCH (f:Fact {key: key})
CALL (f) {
  OPTIONAL MATCH (f)<-[:SUPPORTS]-(c:Claim)
  WITH c LIMIT $per_fact
  OPTIONAL MATCH (c)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
  WHERE $scope IS NULL OR (($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
    AND ($scope.since IS NULL OR d.date >= $scope.since)
    AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until))
  RETURN count(d) AS claims, collect(DISTINCT d.key) AS documents, max(d.date) AS latest
}
RETURN key, claims, documents, latest,
       COLLECT { MATCH (f)-[:CONFLICTS_WITH]-(rival:Fact) WHERE rival.support > 0
                 RETURN rival.key ORDER BY rival.key LIMIT $per_fact } AS rivals
