// Purpose: Everything one document claims, in reading order, with what became of it.
// Parameter source (string): source name, a column of the query `documents`
// Parameter path (string): path within the source
// Parameter record (string = null): record id within a file that holds many; null for all of them
// Parameter limit (integer = 500): how many at most
// Column record: record id within the file, or null
// Column start: first character of the quote in the document's text
// Column end: the character after its last
// Column quote: the characters themselves
// Column subject: its subject as the document names it
// Column predicate: of the ontology, or the document's own words
// Column object: the other entity as the document names it, or the value
// Column polarity: affirmed or negated
// Column modality: asserted, possible, planned, conditional or alleged
// Column attributed_to: who says so, or null for the document itself
// Column status: accepted, open or refused
// Column reason: why it is refused, or null
// Column rule: the pattern of words that was read
MATCH (d:Document {source: $source, path: $path})
WHERE $record IS NULL OR d.record = $record
MATCH (d)<-[:FROM_DOCUMENT]-(:Chunk)<-[:STATED_IN]-(c:Claim)
MATCH (c)-[:SUBJECT]->(s:LocalEntity)
OPTIONAL MATCH (c)-[:OBJECT]->(o:LocalEntity)
RETURN d.record AS record, c.start AS start, c.end AS end, c.quote AS quote, s.name AS subject,
       c.predicate AS predicate, coalesce(o.name, c.value_text) AS object, c.polarity AS polarity,
       c.modality AS modality, c.attributed_to AS attributed_to, c.status AS status, c.reason AS reason,
       c.rule AS rule
ORDER BY record, start, end, c.key LIMIT $limit
