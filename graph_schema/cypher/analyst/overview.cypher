// Purpose: How much the graph holds, layer by layer.
// Column layer: evidence, knowledge or operations
// Column what: what is counted
// Column count: how many
OPTIONAL MATCH (g:Generation)
WITH collect(g.key) AS hidden
CALL (hidden) {
  RETURN 1 AS row, 'evidence' AS layer, 'documents' AS what, COUNT { (:Document) } AS count
  UNION ALL
  RETURN 2 AS row, 'evidence' AS layer, 'chunks' AS what,
         COUNT { (:Chunk) } - COUNT { (n:Chunk) WHERE n.document IN hidden } AS count
  UNION ALL
  RETURN 3 AS row, 'evidence' AS layer, 'local entities' AS what,
         COUNT { (:LocalEntity) } - COUNT { (n:LocalEntity) WHERE n.document IN hidden } AS count
  UNION ALL
  RETURN 4 AS row, 'evidence' AS layer, 'mentions' AS what,
         COUNT { ()-[:MENTIONS]->() } - COUNT { (n:Chunk)-[:MENTIONS]->() WHERE n.document IN hidden } AS count
  UNION ALL
  RETURN 5 AS row, 'evidence' AS layer, 'claims' AS what,
         COUNT { (:Claim) } - COUNT { (n:Claim) WHERE n.document IN hidden } AS count
  UNION ALL
  RETURN 6 AS row, 'knowledge' AS layer, 'entities' AS what, COUNT { (:__Entity__) } AS count
  UNION ALL
  RETURN 7 AS row, 'knowledge' AS layer, 'facts' AS what, COUNT { (:Fact) } AS count
  UNION ALL
  RETURN 8 AS row, 'knowledge' AS layer, 'conflicts' AS what, COUNT { ()-[:CONFLICTS_WITH]->() } AS count
  UNION ALL
  RETURN 9 AS row, 'operations' AS layer, 'runs' AS what, COUNT { (:Run) } AS count
}
RETURN layer, what, count ORDER BY row
