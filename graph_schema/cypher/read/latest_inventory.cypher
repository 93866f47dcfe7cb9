// Purpose: How many documents there are now, from the counts the server keeps, and what the latest finished run counted.
// Parameter looked_at (integer): how many runs at most are looked at, latest first
// Column documents: how many
// Column finished: when that run finished, ISO 8601 UTC, or null
// Column inventory: what it counted, as JSON, or null
OPTIONAL CALL () {
  MATCH (r:Run) WHERE r.started > ''
  WITH r ORDER BY r.started DESC LIMIT $looked_at
  WHERE r.status = 'done'
  RETURN r LIMIT 1
}
RETURN COUNT { (:Document) } AS documents, r.finished AS finished, r.inventory AS inventory
