// Purpose: Pairs of facts that connect two sets of entities over one in the middle, the best supported first.
// Parameter ids (list<string>): entity ids of the one
// Parameter others (list<string>): entity ids of the other
// Parameter limit (integer): how many pairs at most
// Column first: key of the fact at the one's side
// Column second: key of the fact at the other's side
// Column middle: name of the entity in the middle
// Column support: the weaker one's support
UNWIND $ids AS id
MATCH (a:__Entity__ {id: id})<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(m:__Entity__)
WHERE f.support > 0 AND NOT m.id IN $ids AND NOT m.id IN $others
MATCH (m)<-[:FACT_SUBJECT|FACT_OBJECT]-(g:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(b:__Entity__)
WHERE b.id IN $others AND g.support > 0
WITH DISTINCT f, g, m
RETURN f.key AS first, g.key AS second, m.name AS middle,
       CASE WHEN f.support < g.support THEN f.support ELSE g.support END AS support
ORDER BY support DESC, first, second LIMIT $limit
