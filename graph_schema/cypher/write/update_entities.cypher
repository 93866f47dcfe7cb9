// Purpose: Set the derived properties and labels of entities and take them off the queue.
// Parameter rows (list<map>): id, labels, properties, former (labels that no longer apply)
UNWIND $rows AS row
MATCH (e:__Entity__ {id: row.id})
SET e += row.properties, e:$(row.labels)
REMOVE e:Stale, e:$(row.former)
