// Purpose: The named entities with the most facts.
// Parameter kind (string = null): only of this kind, e.g. Organization
// Parameter limit (integer = 20): how many at most
// Column name: entity name
// Column kind: its kind
// Column facts: facts it is subject or object of
// Column mentions: how often it is mentioned
// Column documents: in how many documents
// Column id: entity id
MATCH (e:__Entity__)
WHERE e.named AND ($kind IS NULL OR e.kind = $kind)
RETURN e.name AS name, e.kind AS kind, COUNT { (e)<-[:FACT_SUBJECT|FACT_OBJECT]-() } AS facts,
       e.mentions AS mentions, e.documents AS documents, e.id AS id
ORDER BY facts DESC, mentions DESC, id LIMIT $limit
