// Purpose: The chunks in which characters of documents stand, to check what was quoted of them.
// Parameter rows (list<map>): document (key), start and end
// Column document: document key
// Column start: as given
// Column end: as given
// Column chunk: {start, text} of the chunk that holds them, or null
UNWIND $rows AS row
MATCH (d:Document {key: row.document})
RETURN row.document AS document, row.start AS start, row.end AS end,
       head(COLLECT { MATCH (d)<-[:FROM_DOCUMENT]-(c:Chunk) WHERE c.start <= row.start AND c.end >= row.end
                      RETURN c {.start, .text} LIMIT 1 }) AS chunk
