// Purpose: The largest communities of named entities that share facts and passages, with the most central of each.
// Parameter limit (integer = 20): how many communities at most
// Parameter members (integer = 10): how many entities of each are named
// Column community: its key
// Column entities: how many it has
// Column weight: what their centralities add up to
// Column names: the most central, in that order
MATCH (m:__Entity__) WHERE m.community IS NOT NULL AND m.centrality IS NOT NULL
WITH m.community AS community, count(*) AS entities, sum(m.centrality) AS weight
ORDER BY weight DESC, community LIMIT $limit
RETURN community, entities, round(weight, 4) AS weight,
       COLLECT {
         MATCH (e:__Entity__) WHERE e.community = community AND e.centrality IS NOT NULL
         RETURN e.name ORDER BY e.centrality DESC, e.id LIMIT $members
       } AS names
ORDER BY weight DESC, community
