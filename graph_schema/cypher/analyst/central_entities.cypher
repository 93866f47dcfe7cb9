// Purpose: The most central named entities; 1 is the average.
// Parameter kind (string = null): only of this kind, e.g. Organization
// Parameter limit (integer = 20): how many at most
// Column name: entity name
// Column kind: its kind
// Column centrality: PageRank over facts and shared passages, times the number of entities
// Column community: the key of its community, or null
// Column id: entity id
MATCH (e:__Entity__) WHERE e.centrality >= 0 AND ($kind IS NULL OR e.kind = $kind)
RETURN e.name AS name, e.kind AS kind, e.centrality AS centrality, e.community AS community, e.id AS id
ORDER BY centrality DESC, id LIMIT $limit
