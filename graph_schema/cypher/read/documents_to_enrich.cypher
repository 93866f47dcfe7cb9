// Purpose: Some of the documents that another enricher than the current one, or none, has worked on.
// Parameter enricher (string): fingerprint of the current one
// Parameter limit (integer): how many at most
// Column key: document key
// Column title: the document's title
// Column opening: the beginning of its text
// Column aliases: names of what it is about
MATCH (d:Document)
WHERE d.enriched < $enricher OR d.enriched > $enricher
WITH d LIMIT $limit
RETURN d.key AS key, d.title AS title,
       head(COLLECT { MATCH (d)<-[:FROM_DOCUMENT]-(c:Chunk {index: 0}) RETURN left(c.text, 400) }) AS opening,
       COLLECT { MATCH (d)-[:ABOUT]->(l:LocalEntity) WHERE l.named UNWIND [l.name, l.aliases] AS names
                 UNWIND names AS name RETURN name } AS aliases
