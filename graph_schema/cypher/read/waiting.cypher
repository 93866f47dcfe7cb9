// Purpose: What a run that ended early left to the next one.
// Column what: documents in a state before the last, or what waits to be resolved or derived again
// Column count: how many
CALL () {
  MATCH (d:Document) WHERE d.state IN ['loaded', 'named', 'resolved']
  RETURN 'documents ' + d.state AS what, count(*) AS count
  UNION ALL
  MATCH (n:Stale:Name) RETURN 'names to resolve' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Stale:__Entity__) RETURN 'entities to derive' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Stale:Fact) RETURN 'facts to derive' AS what, count(n) AS count
}
WITH what, count WHERE count > 0
RETURN what, count ORDER BY what
