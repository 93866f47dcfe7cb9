// Purpose: How many documents have no vectors of this encoder, or not all.
// Parameter encoder (string): what makes the vectors
// Column documents: how many
MATCH (d:Document)
WHERE d.embedded_by < $encoder OR d.embedded_by > $encoder
RETURN count(d) AS documents
