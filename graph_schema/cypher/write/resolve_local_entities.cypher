// Purpose: Say which entity each local entity is, by which rule and how surely.
// Parameter rows (list<map>): local, entity, rule, score
UNWIND $rows AS row
MATCH (l:LocalEntity {key: row.local})
MATCH (e:__Entity__ {id: row.entity})
MERGE (l)-[r:RESOLVES_TO]->(e)
SET r.rule = row.rule, r.score = row.score
