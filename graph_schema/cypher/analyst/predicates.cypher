// Purpose: Which predicates the facts have, most frequent first.
// Parameter limit (integer = 100): how many at most
// Column predicate: of the ontology, or the documents' own words
// Column status: accepted (of the ontology) or open
// Column facts: how many
// Column corroborated: how many of them more than one document states
MATCH (f:Fact)
WHERE f.predicate IS NOT NULL
RETURN f.predicate AS predicate, f.status AS status, count(f) AS facts,
       count(CASE WHEN f.documents > 1 THEN 1 END) AS corroborated
ORDER BY facts DESC, predicate, status LIMIT $limit
