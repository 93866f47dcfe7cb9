// Purpose: The documents with what was found in each.
// Parameter source (string = null): only of this source
// Parameter limit (integer = 200): how many at most
// Column source: source name
// Column path: path within the source
// Column record: record id within the file, or null
// Column title: its title, or null
// Column date: its date, or null
// Column characters: length of its text
// Column chunks: how many
// Column claims: how many, refused ones included
// Column about: the entity it is about, or null
// Column state: loaded, named, resolved or derived; replaced while a large document changes
MATCH (d:Document)
WHERE $source IS NULL OR d.source = $source
WITH d ORDER BY d.source, d.path, d.record, d.key LIMIT $limit
OPTIONAL MATCH (d)-[:ABOUT]->(l:LocalEntity)
WITH d, min(l.name) AS about
RETURN d.source AS source, d.path AS path, d.record AS record, d.title AS title, d.date AS date,
       d.length AS characters, COUNT { (d)<-[:FROM_DOCUMENT]-() } AS chunks,
       COUNT { (d)<-[:FROM_DOCUMENT]-(:Chunk)<-[:STATED_IN]-(:Claim) } AS claims, about, d.state AS state
ORDER BY source, path, record
