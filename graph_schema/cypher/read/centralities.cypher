// Purpose: A page of the entities that have a name, or a centrality from when they had one, in the order of their ids.
// Parameter after (string): the id after which the page begins
// Parameter limit (integer): how many at most
// Column id: entity id
// Column named: whether it has a name now
// Column community: its community, or null
// Column centrality: its centrality, or null
MATCH (e:__Entity__)
WHERE e.id > $after AND (e.named OR e.centrality IS NOT NULL)
WITH e ORDER BY e.id LIMIT $limit
RETURN e.id AS id, e.named AS named, e.community AS community, e.centrality AS centrality
ORDER BY id
