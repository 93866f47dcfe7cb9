// Purpose: How many entities have a name, counted no further than a limit.
// Parameter limit (integer): where counting ends
// Column entities: how many
MATCH (e:__Entity__) WHERE e.named
WITH e LIMIT $limit
RETURN count(e) AS entities
