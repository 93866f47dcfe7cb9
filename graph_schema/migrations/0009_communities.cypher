// Communities and centrality of entities, and where that enrichment stands; the next run finds them for a graph that has
// entities already.
CREATE CONSTRAINT enrichment_name IF NOT EXISTS FOR (n:Enrichment) REQUIRE n.name IS UNIQUE;
CREATE INDEX entity_community IF NOT EXISTS FOR (n:__Entity__) ON (n.community, n.centrality);
CREATE INDEX entity_centrality IF NOT EXISTS FOR (n:__Entity__) ON (n.centrality);
MATCH (e:__Entity__) WITH e LIMIT 1
MERGE (n:Enrichment {name: 'communities'}) WITH n WHERE n.waiting IS NULL SET n.waiting = true;
