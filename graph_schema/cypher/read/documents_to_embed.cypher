// Purpose: Some of the documents that have no vectors of this encoder, or not all.
// Parameter encoder (string): what makes the vectors
// Parameter limit (integer): how many at most
// Column key: document key
MATCH (d:Document)
WHERE d.embedded_by < $encoder OR d.embedded_by > $encoder
RETURN d.key AS key LIMIT $limit
