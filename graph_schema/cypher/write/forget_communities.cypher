// Purpose: Take community and centrality from some of the entities that have them.
// Parameter limit (integer): how many at most
// Column done: from how many they were taken
MATCH (e:__Entity__) WHERE e.centrality >= 0
WITH e LIMIT $limit
REMOVE e.community, e.centrality
RETURN count(*) AS done
