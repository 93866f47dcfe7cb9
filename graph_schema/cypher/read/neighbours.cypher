// Purpose: A page of named entities in the order of their ids, with the named entities that each belongs with most: a fact
//   counts as often as documents state it, a chunk counts once for each entity in it, shared among the others there.
// Parameter after (string): the id after which the page begins
// Parameter limit (integer): how many entities at most
// Parameter unit (integer): what counts once, so that shares are whole numbers
// Parameter max_chunks (integer): an entity in more chunks has only its facts counted
// Parameter max_chunk_entities (integer): a chunk with more other entities is a list and says nothing
// Parameter max_neighbours (integer): how many neighbours of each at most
// Column id: entity id
// Column neighbours: [entity id, weight] of each, the heaviest first
MATCH (e:__Entity__)
WHERE e.id > $after AND e.named
WITH e ORDER BY e.id LIMIT $limit
CALL (e) {
  CALL (e) {
    MATCH (e)<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)-[:FACT_SUBJECT|FACT_OBJECT]->(o:__Entity__)
    WHERE o.named AND o <> e AND f.documents > 0
    RETURN o.id AS other, $unit * f.documents AS weight
    UNION ALL
    WITH e WHERE COUNT { (e)-[:FROM_CHUNK]->() } <= $max_chunks
    MATCH (e)-[:FROM_CHUNK]->(k:Chunk)<-[:FROM_CHUNK]-(o:__Entity__)
    WHERE o.named
    WITH k, collect(o.id) AS others
    WHERE size(others) <= $max_chunk_entities
    UNWIND others AS other
    RETURN other, $unit / size(others) AS weight
  }
  WITH other, sum(weight) AS weight ORDER BY weight DESC, other LIMIT $max_neighbours
  RETURN collect([other, weight]) AS neighbours
}
RETURN e.id AS id, neighbours
ORDER BY id
