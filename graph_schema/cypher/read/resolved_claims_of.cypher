// Purpose: The plainly asserted claims of documents with the entities they resolve to; refused, hypothetical and
//   attributed claims are left out: they never become facts.
// Parameter documents (list<string>): document keys
// Column key: claim key
// Column predicate: ontology predicate, or the document's words
// Column status: accepted or open
// Column polarity: affirmed or negated
// Column value: the normalised value, or null
// Column value_type: its type, or null
// Column precision: of a date, or null
// Column subject: id of the subject's entity
// Column object: id of the object's entity, or null
UNWIND $documents AS document
MATCH (c:Claim {document: document})
WHERE c.status <> 'refused' AND c.modality = 'asserted' AND c.attributed_to IS NULL
MATCH (c)-[:SUBJECT]->(:LocalEntity)-[:RESOLVES_TO]->(s:__Entity__)
OPTIONAL MATCH (c)-[:OBJECT]->(:LocalEntity)-[:RESOLVES_TO]->(o:__Entity__)
RETURN c.key AS key, c.predicate AS predicate, c.status AS status, c.polarity AS polarity, c.value AS value,
       c.value_type AS value_type, c.precision AS precision, s.id AS subject, o.id AS object
