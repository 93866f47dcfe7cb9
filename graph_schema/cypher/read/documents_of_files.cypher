// Purpose: What the ledger knows of the documents of files, to decide which are new, changed, unchanged or gone.
// Parameter files (list<map>): source, path
// Column source: source name
// Column path: path within the source
// Column documents: one {key, content_hash, extractor} per document
UNWIND $files AS file
MATCH (d:Document {source: file.source, path: file.path})
RETURN file.source AS source, file.path AS path,
       collect({key: d.key, content_hash: d.content_hash, extractor: d.extractor}) AS documents
