// Purpose: The first chunks of documents, in order: what an article says of its subject at once.
// Parameter documents (list<string>): document keys
// Parameter chunks (integer): how many chunks of each at most
// Column document: document key
// Column text: text of a chunk
// Column start: its first offset in the document's text
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
UNWIND $documents AS document
MATCH (d:Document {key: document})<-[:FROM_DOCUMENT]-(c:Chunk)
WHERE c.index < $chunks
RETURN d.key AS document, c.text AS text, c.start AS start, d.source AS source, d.path AS path, d.record AS record,
       d.title AS title
ORDER BY document, start
