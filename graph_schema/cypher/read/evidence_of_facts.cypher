// Purpose: The characters that say facts: the surest claims of each, with their documents.
// Parameter keys (list<string>): fact keys
// Parameter per_fact (integer): how many claims of each at most
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Column fact: fact key
// Column supports: whether the claim supports the fact or denies it
// Column quote: the characters
// Column start: their first offset in the document's text
// Column end: the offset after their last
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column valid_from: from when the claim says it holds, or null
// Column valid_to: until when, or null
// Column value_text: the value in the document's words, or null
UNWIND $keys AS key
MATCH (f:Fact {key: key})
CALL (f) {
  MATCH (c:Claim)-[r:SUPPORTS|DENIES]->(f)
  MATCH (c)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
  WHERE $scope IS NULL OR (($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
    AND ($scope.since IS NULL OR d.date >= $scope.since)
    AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until))
  RETURN c, r, d ORDER BY c.confidence DESC, c.key LIMIT $per_fact
}
RETURN key AS fact, type(r) = 'SUPPORTS' AS supports, c.quote AS quote, c.start AS start, c.end AS end,
       d.source AS source, d.path AS path, d.record AS record, d.title AS title,
       c.valid_from AS valid_from, c.valid_to AS valid_to, c.value_text AS value_text
