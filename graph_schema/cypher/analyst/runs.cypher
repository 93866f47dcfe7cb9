// Purpose: The runs of the ingestion job, latest first.
// Parameter limit (integer = 20): how many at most
// Column run: run id
// Column status: running, done or failed
// Column started: ISO 8601 UTC
// Column finished: ISO 8601 UTC, or null
// Column new: documents that were new
// Column changed: documents that had changed
// Column unchanged: documents that had not
// Column failed: documents that could not be read
MATCH (r:Run)
WHERE r.started IS NOT NULL
RETURN r.id AS run, r.status AS status, r.started AS started, r.finished AS finished, r.documents_new AS new,
       r.documents_changed AS changed, r.documents_unchanged AS unchanged, r.documents_failed AS failed
ORDER BY started DESC, run DESC LIMIT $limit
