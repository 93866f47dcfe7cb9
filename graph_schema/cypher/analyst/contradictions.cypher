// Purpose: Facts that cannot both be so: two values of what has only one.
// Parameter limit (integer = 100): how many at most
// Column subject: whom both facts speak of
// Column predicate: the predicate that has one value
// Column one: the better supported value
// Column one_support: claims for it
// Column other: the other value
// Column other_support: claims for it
// Column one_fact: fact key
// Column other_fact: fact key
MATCH (a:Fact)-[:CONFLICTS_WITH]->(b:Fact)
WITH CASE WHEN a.support >= b.support THEN a ELSE b END AS one,
     CASE WHEN a.support >= b.support THEN b ELSE a END AS other
MATCH (one)-[:FACT_SUBJECT]->(s:__Entity__)
OPTIONAL MATCH (one)-[:FACT_OBJECT]->(x:__Entity__)
OPTIONAL MATCH (other)-[:FACT_OBJECT]->(y:__Entity__)
RETURN s.name AS subject, one.predicate AS predicate, coalesce(x.name, one.value) AS one, one.support AS one_support,
       coalesce(y.name, other.value) AS other, other.support AS other_support, one.key AS one_fact,
       other.key AS other_fact
ORDER BY subject, predicate, one_fact, other_fact LIMIT $limit
