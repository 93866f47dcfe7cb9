// Purpose: What stands alone in the graph and never should; every count is 0 in a sound one.
// Column what: what stands alone
// Column count: how many
CALL () {
  MATCH (n:Chunk) WHERE NOT EXISTS { (n)-[:FROM_DOCUMENT]->(:Document) }
  RETURN 'chunks without a document' AS what, count(n) AS count
  UNION ALL
  MATCH (n:LocalEntity) WHERE NOT EXISTS { (:Chunk)-[:MENTIONS]->(n) }
  RETURN 'local entities without a mention' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Claim) WHERE NOT EXISTS { (n)-[:STATED_IN]->(:Chunk) } OR NOT EXISTS { (n)-[:SUBJECT]->(:LocalEntity) }
  RETURN 'claims without a chunk or a subject' AS what, count(n) AS count
  UNION ALL
  MATCH (n:__Entity__) WHERE NOT n:Stale AND NOT EXISTS { (:LocalEntity)-[:RESOLVES_TO]->(n) }
  RETURN 'entities without a member' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Fact) WHERE NOT n:Stale AND NOT EXISTS { (:Claim)-[:SUPPORTS|DENIES]->(n) }
  RETURN 'facts without a claim' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Name) WHERE NOT n:Stale AND NOT EXISTS { (:LocalEntity)-[:HAS_NAME]->(n) }
  RETURN 'names without a bearer' AS what, count(n) AS count
  UNION ALL
  MATCH (n:Title) WHERE NOT EXISTS { (:Document)-[:TITLED]->(n) }
  RETURN 'titles without a document' AS what, count(n) AS count
}
RETURN what, count ORDER BY what
