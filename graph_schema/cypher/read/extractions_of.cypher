// Purpose: What of some documents was extracted by what, which names their record files.
// Parameter documents (list<string>): document keys
// Column key: document key
// Column content_hash: of its text and metadata
// Column extractor: the fingerprint it was extracted under
UNWIND $documents AS document
MATCH (d:Document {key: document})
RETURN d.key AS key, d.content_hash AS content_hash, d.extractor AS extractor
