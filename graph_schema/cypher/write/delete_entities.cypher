// Purpose: Delete entities whose last member has left.
// Parameter ids (list<string>): entity ids
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
DETACH DELETE e
