// Purpose: Copy the best supported value of each functional predicate onto the entity; null removes it.
// Parameter rows (list<map>): id, properties
UNWIND $rows AS row
MATCH (e:__Entity__ {id: row.id})
SET e += row.properties
