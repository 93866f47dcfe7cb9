// Purpose: Set the community and the centrality of entities; null takes them away.
// Parameter rows (list<map>): id, community, centrality
UNWIND $rows AS row
MATCH (e:__Entity__ {id: row.id})
SET e.community = row.community, e.centrality = row.centrality
