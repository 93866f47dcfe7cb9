// Purpose: The shortest chains of facts, of at most four, that connect two entities.
// Parameter first (string): name or alias of the one, whole
// Parameter second (string): name or alias of the other, whole
// Parameter limit (integer = 5): how many at most
// Column length: facts in the chain
// Column chain: names and predicates in turn
// Column facts: the fact keys along it
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($first, '\\', ' '), '"', ' ') + '"')
YIELD node AS a
WHERE toLower($first) IN [name IN [a.name] + coalesce(a.aliases, []) | toLower(name)]
WITH collect(a) AS starts
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($second, '\\', ' '), '"', ' ') + '"')
YIELD node AS b
WHERE toLower($second) IN [name IN [b.name] + coalesce(b.aliases, []) | toLower(name)]
UNWIND starts AS a
WITH a, b WHERE a <> b
MATCH chain = ALL SHORTEST (a)(
  (:__Entity__)<-[:FACT_SUBJECT|FACT_OBJECT]-(:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(:__Entity__)
){1,4}(b)
WITH [node IN nodes(chain) | coalesce(node.name, node.predicate)] AS chain,
     [node IN nodes(chain) WHERE node:Fact | node.key] AS facts
RETURN size(facts) AS length, chain, facts
ORDER BY length, facts LIMIT $limit
