// Purpose: A page of the files of a source that the ledger knows, in the order of their paths.
// Parameter source (string): source name
// Parameter after (string): the path after which the page begins
// Parameter limit (integer): how many files at most
// Column path: path within the source
// Column documents: how many documents the graph holds of it
MATCH (d:Document {source: $source})
WHERE d.path > $after
WITH d.path AS path, count(*) AS documents ORDER BY path LIMIT $limit
RETURN path, documents ORDER BY path
