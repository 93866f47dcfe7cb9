// Purpose: What the ledger knows of the documents of a file, to decide which are new, changed, unchanged or gone.
// Parameter source (string): source name
// Parameter path (string): path within the source
// Column key: document key
// Column content_hash: of its text and metadata
// Column extractor: the fingerprint it was extracted under
MATCH (d:Document {source: $source, path: $path})
RETURN d.key AS key, d.content_hash AS content_hash, d.extractor AS extractor
