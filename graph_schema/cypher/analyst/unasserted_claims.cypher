// Purpose: Claims that are negated, hypothetical or someone else's word: kept as evidence, never plain relationships.
// Parameter limit (integer = 200): how many at most
// Column polarity: affirmed or negated
// Column modality: asserted, possible, planned, conditional or alleged
// Column attributed_to: who says so, or null
// Column subject: its subject as the document names it
// Column predicate: of the ontology, or the document's own words
// Column object: the other entity as the document names it, or the value
// Column quote: the characters that say it
// Column claim: claim key
MATCH (c:Claim)
WHERE (c.polarity = 'negated' OR c.modality <> 'asserted' OR c.attributed_to IS NOT NULL)
  AND EXISTS { (c)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(:Document) }
WITH c ORDER BY c.key LIMIT $limit
MATCH (c)-[:SUBJECT]->(s:LocalEntity)
OPTIONAL MATCH (c)-[:OBJECT]->(o:LocalEntity)
RETURN c.polarity AS polarity, c.modality AS modality, c.attributed_to AS attributed_to, s.name AS subject,
       c.predicate AS predicate, coalesce(o.name, c.value_text) AS object, c.quote AS quote, c.key AS claim
ORDER BY claim
