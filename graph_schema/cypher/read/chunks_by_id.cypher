// Purpose: Chunks in full.
// Parameter ids (list<string>): chunk ids
// Column id: chunk id
// Column text: its text
UNWIND $ids AS id
MATCH (c:Chunk {id: id})
RETURN c.id AS id, c.text AS text
