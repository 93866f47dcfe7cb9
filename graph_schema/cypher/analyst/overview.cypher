// Purpose: How much the graph holds, layer by layer.
// Column layer: evidence, knowledge or operations
// Column what: what is counted
// Column count: how many
CALL () {
  MATCH (n:Document) RETURN 1 AS row, 'evidence' AS layer, 'documents' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Chunk) RETURN 2 AS row, 'evidence' AS layer, 'chunks' AS what, count(n) AS count
  UNION ALL
  MATCH (n:LocalEntity) RETURN 3 AS row, 'evidence' AS layer, 'entities within their documents' AS what, count(n) AS count
  UNION ALL
  MATCH ()-[r:MENTIONS]->() RETURN 4 AS row, 'evidence' AS layer, 'mentions' AS what, count(r) AS count
  UNION ALL
  MATCH (n:Claim) RETURN 5 AS row, 'evidence' AS layer, 'claims' AS what, count(n) AS count
  UNION ALL
  MATCH (n:__Entity__) RETURN 6 AS row, 'knowledge' AS layer, 'entities' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Fact) RETURN 7 AS row, 'knowledge' AS layer, 'facts' AS what, count(n) AS count
  UNION ALL
  MATCH ()-[r:CONFLICTS_WITH]->() RETURN 8 AS row, 'knowledge' AS layer, 'pairs of conflicting facts' AS what, count(r) AS count
  UNION ALL
  MATCH (n:Run) RETURN 9 AS row, 'operations' AS layer, 'runs' AS what, count(n) AS count
}
RETURN layer, what, count ORDER BY row
