// Purpose: Other names of the same thing: what is reached over relationship types that say so (a renaming).
// Parameter ids (list<string>): entity ids
// Parameter limit (integer): how many at most
// Column id: entity id
// Column name: its name
// Column kind: its kind
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})-[:RELATIONSHIP_TYPE*1..3]-(other:__Entity__)
WHERE NOT other.id IN $ids
RETURN DISTINCT other.id AS id, other.name AS name, other.kind AS kind ORDER BY id LIMIT $limit
