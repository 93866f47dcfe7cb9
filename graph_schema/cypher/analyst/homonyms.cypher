// Purpose: Names that more than one entity has: homonyms, or one thing that resolution did not join.
// Parameter limit (integer = 100): how many at most
// Column name: the shared name
// Column entities: how many have it
// Column kinds: the kinds they have
// Column mentions: of all of them
// Column ids: their entity ids
MATCH (e:__Entity__)
WHERE e.named
WITH e ORDER BY e.id
WITH e.name AS name, count(e) AS entities, collect(DISTINCT e.kind) AS kinds, sum(e.mentions) AS mentions,
     collect(e.id) AS ids
WHERE entities > 1
RETURN name, entities, kinds, mentions, ids
ORDER BY mentions DESC, name LIMIT $limit
