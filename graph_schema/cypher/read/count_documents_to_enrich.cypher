// Purpose: How many documents another enricher than the current one, or none, has worked on.
// Parameter first (string): fingerprint of the current one
// Parameter last (string): the last that counts as the current one
// Column documents: how many
MATCH (d:Document)
WHERE d.enriched < $first OR d.enriched > $last
RETURN count(d) AS documents
