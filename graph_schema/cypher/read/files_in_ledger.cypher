// Purpose: What the ledger knows of files as a whole, to find those that are unchanged.
// Parameter files (list<map>): source, path
// Column source: source name
// Column path: path within the source
// Column documents: how many documents the graph holds of it
// Column file_hashes: the hashes of the file that they carry, each once; '' for one that carries none
// Column extractors: the fingerprints they were extracted under, each once
UNWIND $files AS file
MATCH (d:Document {source: file.source, path: file.path})
RETURN file.source AS source, file.path AS path, count(*) AS documents,
       collect(DISTINCT coalesce(d.file_hash, '')) AS file_hashes, collect(DISTINCT d.extractor) AS extractors
