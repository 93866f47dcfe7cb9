// Purpose: A page of the files of a source that the ledger knows, in the order of their paths.
// Parameter source (string): source name
// Parameter after (string): the path after which the page begins
// Parameter limit (integer): how many documents are looked at; a page may hold fewer files
// Column path: path within the source
// Column documents: how many documents the graph holds of it
MATCH (d:Document {source: $source})
WHERE d.path > $after
WITH d ORDER BY d.source, d.path LIMIT $limit
WITH DISTINCT d.path AS path
RETURN path, COUNT { (each:Document) WHERE each.source = $source AND each.path = path } AS documents ORDER BY path
