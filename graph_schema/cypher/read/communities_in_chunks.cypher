// Purpose: The communities that given chunks mention most, and the entities of each that they mention most.
// Parameter chunks (list<string>): chunk ids
// Parameter limit (integer): how many communities at most
// Parameter members (integer): how many entities of each at most
// Column community: community key
// Column weight: how often the chunks mention entities of it
// Column id: entity id
// Column name: its name
// Column kind: its kind
// Column centrality: its centrality; 1 is the average
UNWIND $chunks AS chunk
MATCH (:Chunk {id: chunk})<-[:FROM_CHUNK]-(e:__Entity__)
WHERE e.community IS NOT NULL
WITH e, count(*) AS chunks ORDER BY chunks DESC, e.centrality DESC, e.id
WITH e.community AS community, sum(chunks) AS weight, collect(e)[..$members] AS members
ORDER BY weight DESC, community LIMIT $limit
UNWIND range(0, size(members) - 1) AS place
WITH community, weight, place, members[place] AS e
RETURN community, weight, e.id AS id, e.name AS name, e.kind AS kind, e.centrality AS centrality
ORDER BY weight DESC, community, place
