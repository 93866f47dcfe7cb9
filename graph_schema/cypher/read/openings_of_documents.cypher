// Purpose: The first passages of documents, and what kind of thing each document is about.
// Parameter documents (list<string>): document keys
// Parameter chunks (integer): how many passages of each
// Parameter chars (integer): how many characters of each passage
// Column id: chunk id
// Column index: its place in the document
// Column text: its text, cut
// Column start: its first offset in the document's text
// Column document: document key
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column kind: kind of what the document is about, or null
UNWIND $documents AS key
MATCH (d:Document {key: key})<-[:FROM_DOCUMENT]-(c:Chunk)
WHERE c.index < $chunks
RETURN c.id AS id, c.index AS index, left(c.text, $chars) AS text, c.start AS start, d.key AS document,
       d.source AS source, d.path AS path, d.record AS record, d.title AS title,
       head(COLLECT { MATCH (d)-[:ABOUT]->(l:LocalEntity) RETURN l.kind }) AS kind
ORDER BY document, index
