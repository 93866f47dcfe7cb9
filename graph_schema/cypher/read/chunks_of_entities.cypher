// Purpose: Chunks of current documents that mention given entities, those that mention most of them first.
// Parameter ids (list<string>): entity ids
// Parameter limit (integer): how many at most
// Column id: chunk id
// Column entities: how many of the entities it mentions
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})-[:FROM_CHUNK]->(k:Chunk)-[:FROM_DOCUMENT]->(:Document)
RETURN k.id AS id, count(*) AS entities
ORDER BY entities DESC, id LIMIT $limit
