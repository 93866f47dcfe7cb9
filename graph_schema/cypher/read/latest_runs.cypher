// Purpose: The latest runs, latest first.
// Parameter limit (integer): how many at most
// Column run: run id
// Column status: running, done, stopped, failed, or imported by a bulk load
// Column started: ISO 8601 UTC
// Column finished: ISO 8601 UTC, or null
// Column summary: the run's summary, as JSON
MATCH (r:Run) WHERE r.started IS NOT NULL
RETURN r.id AS run, r.status AS status, r.started AS started, r.finished AS finished, r.summary AS summary
ORDER BY started DESC, run DESC LIMIT $limit
