// Purpose: The next entities to recompute, with the names of their members.
// Parameter limit (integer): how many at most
// Column id: entity id
// Column kind: its kind
// Column labels: its labels
// Column members: one {name, aliases, named, mentions} per local entity; empty when the last has left
MATCH (e:__Entity__:Stale)
WITH e LIMIT $limit
OPTIONAL MATCH (l:LocalEntity)-[:RESOLVES_TO]->(e)
WITH e, l, CASE WHEN l IS NULL THEN 0 ELSE COUNT { (l)<-[:MENTIONS]-() } END AS mentions
RETURN e.id AS id, e.kind AS kind, labels(e) AS labels,
       collect(CASE WHEN l IS NULL THEN null
               ELSE {name: l.name, aliases: l.aliases, named: l.named, mentions: mentions} END) AS members
