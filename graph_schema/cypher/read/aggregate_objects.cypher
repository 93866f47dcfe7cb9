// Purpose: Exactly how many named entities, and which, stand in a relation with given ones as its subject; one query, no sample.
// Parameter ids (list<string>): entity ids
// Parameter predicates (list<string>): predicates
// Parameter kinds (list<string>): labels an answer must have one of; none means any
// Parameter limit (integer): how many names and keys at most
// Parameter scope (map = null): source, path (how a path begins), since and until (ISO dates, or null); null for everything
// Column total: how many distinct entities
// Column names: their names in order, cut at the limit
// Column facts: keys of the facts that say so, cut at the limit
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})<-[:FACT_SUBJECT]-(f:Fact)-[:FACT_OBJECT]->(other:__Entity__)
WHERE f.predicate IN $predicates AND f.support > 0 AND other.named
  AND (size($kinds) = 0 OR any(kind IN $kinds WHERE kind IN labels(other)))
  AND ($scope IS NULL OR EXISTS {
    MATCH (f)<-[:SUPPORTS]-(:Claim)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
    WHERE ($scope.source IS NULL OR d.source = $scope.source) AND d.path STARTS WITH $scope.path
      AND ($scope.since IS NULL OR d.date >= $scope.since)
      AND ($scope.until IS NULL OR left(d.date, size($scope.until)) <= $scope.until)
  })
WITH DISTINCT other, f ORDER BY other.name, other.id, f.key
WITH other, head(collect(f.key)) AS fact
RETURN count(other) AS total, collect(other.name)[..$limit] AS names, collect(fact)[..$limit] AS facts
