// Purpose: Write the vectors of chunks, as an array of single precision, and what made them.
// Parameter rows (list<map>): id, vector
// Parameter encoder (string): what made them
UNWIND $rows AS row
MATCH (c:Chunk {id: row.id})
CALL db.create.setNodeVectorProperty(c, 'embedding', row.vector)
SET c.embedded_by = $encoder
