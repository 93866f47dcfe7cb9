// Purpose: The named entities mentioned in the same chunks as one, most frequent first.
// Parameter name (string): its name or an alias, whole; upper and lower case are one
// Parameter limit (integer = 50): how many at most
// Column name: the other entity
// Column kind: its kind
// Column chunks: chunks that mention both
// Column related: whether a fact connects the two
// Column id: entity id of the other
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($name, '\\', ' '), '"', ' ') + '"')
YIELD node AS e
WHERE toLower($name) IN [name IN [e.name] + coalesce(e.aliases, []) | toLower(name)]
MATCH (e)-[:FROM_CHUNK]->(k:Chunk)<-[:FROM_CHUNK]-(other:__Entity__)
WHERE other.named
WITH other, e, count(DISTINCT k) AS shared
WITH other, sum(shared) AS chunks, collect(e) AS same
ORDER BY chunks DESC, other.name, other.id LIMIT $limit
RETURN other.name AS name, other.kind AS kind, chunks,
       EXISTS {
         (other)<-[:FACT_SUBJECT|FACT_OBJECT]-(:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(e:__Entity__) WHERE e IN same
       } AS related,
       other.id AS id
ORDER BY chunks DESC, name, id
