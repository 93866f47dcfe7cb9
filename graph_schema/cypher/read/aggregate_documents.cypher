// Purpose: Exactly how many documents mention given entities, and which.
// Parameter ids (list<string>): entity ids
// Parameter limit (integer): how many at most are named
// Column total: how many documents
// Column documents: {source, path, record, title} of each in order, cut at the limit
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})<-[:RESOLVES_TO]-(:LocalEntity)<-[:MENTIONS]-(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
WITH DISTINCT d ORDER BY d.source, d.path, d.record
RETURN count(d) AS total, collect(d {.source, .path, .record, .title})[..$limit] AS documents
