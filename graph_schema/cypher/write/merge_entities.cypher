// Purpose: Make sure that entities exist and are recomputed by derivation.
// Parameter rows (list<map>): id, kind
UNWIND $rows AS row
MERGE (e:__Entity__ {id: row.id})
SET e:Stale, e.kind = row.kind
