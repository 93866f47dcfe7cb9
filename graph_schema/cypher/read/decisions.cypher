// Purpose: What people decided about who is who, each bound to a name in one document and a name in another.
// Column key: decision key
// Column verdict: same or different
// Column first_document: document key
// Column first_name: folded name in it
// Column second_document: document key
// Column second_name: folded name in it
MATCH (d:Decision)
RETURN d.key AS key, d.verdict AS verdict, d.first_document AS first_document, d.first_name AS first_name,
       d.second_document AS second_document, d.second_name AS second_name ORDER BY key
