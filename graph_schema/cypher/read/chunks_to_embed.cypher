// Purpose: Some of the chunks of documents that have no vector of this encoder.
// Parameter documents (list<string>): document keys
// Parameter encoder (string): what makes the vectors
// Parameter limit (integer): how many at most
// Column id: chunk id
// Column text: its text
// Column title: the document's title
UNWIND $documents AS document
MATCH (d:Document {key: document})<-[:FROM_DOCUMENT]-(c:Chunk)
WHERE c.embedded_by IS NULL OR c.embedded_by <> $encoder
RETURN c.id AS id, c.text AS text, d.title AS title
LIMIT $limit
