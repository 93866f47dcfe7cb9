// Purpose: Before local entities move to another entity: take them from the one they were, which is to be derived again.
// Parameter local_entities (list<string>): local entity keys
UNWIND $local_entities AS local
MATCH (l:LocalEntity {key: local})-[r:RESOLVES_TO]->(e:__Entity__)
SET e:Stale
DELETE r
