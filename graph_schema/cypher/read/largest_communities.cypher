// Purpose: The largest communities, by what the centralities of their entities add up to, and the most central entities of
//   each.
// Parameter limit (integer): how many communities at most
// Parameter members (integer): how many entities of each at most
// Column community: community key
// Column weight: what the centralities of all its entities add up to
// Column id: entity id
// Column name: its name
// Column kind: its kind
// Column centrality: its centrality; 1 is the average
MATCH (m:__Entity__) WHERE m.community IS NOT NULL AND m.centrality IS NOT NULL
WITH m.community AS community, sum(m.centrality) AS weight
ORDER BY weight DESC, community LIMIT $limit
CALL (community) {
  MATCH (e:__Entity__) WHERE e.community = community AND e.centrality IS NOT NULL
  RETURN e ORDER BY e.centrality DESC, e.id LIMIT $members
}
RETURN community, weight, e.id AS id, e.name AS name, e.kind AS kind, e.centrality AS centrality
ORDER BY weight DESC, community, centrality DESC, id
