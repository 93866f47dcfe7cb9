// Purpose: How many documents the graph holds of a source.
// Parameter source (string): source name
// Column documents: how many
MATCH (d:Document {source: $source})
RETURN count(d) AS documents
