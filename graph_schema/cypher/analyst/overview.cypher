// Purpose: How much the graph holds, layer by layer.
// Column layer: evidence, knowledge or operations
// Column what: what is counted
// Column count: how many
CALL () {
  MATCH (n:Document) WITH count(n) AS count
  RETURN 1 AS row, 'evidence' AS layer, 'documents' AS what, count
  UNION ALL
  MATCH (n:Chunk) WITH count(n) AS count
  RETURN 2 AS row, 'evidence' AS layer, 'chunks' AS what, count
  UNION ALL
  MATCH (n:LocalEntity) WITH count(n) AS count
  RETURN 3 AS row, 'evidence' AS layer, 'local entities' AS what, count
  UNION ALL
  MATCH ()-[r:MENTIONS]->() WITH count(r) AS count
  RETURN 4 AS row, 'evidence' AS layer, 'mentions' AS what, count
  UNION ALL
  MATCH (n:Claim) WITH count(n) AS count
  RETURN 5 AS row, 'evidence' AS layer, 'claims' AS what, count
  UNION ALL
  MATCH (n:__Entity__) WITH count(n) AS count
  RETURN 6 AS row, 'knowledge' AS layer, 'entities' AS what, count
  UNION ALL
  MATCH (n:Fact) WITH count(n) AS count
  RETURN 7 AS row, 'knowledge' AS layer, 'facts' AS what, count
  UNION ALL
  MATCH ()-[r:CONFLICTS_WITH]->() WITH count(r) AS count
  RETURN 8 AS row, 'knowledge' AS layer, 'conflicts' AS what, count
  UNION ALL
  MATCH (n:Run) WITH count(n) AS count
  RETURN 9 AS row, 'operations' AS layer, 'runs' AS what, count
}
RETURN layer, what, count ORDER BY row
