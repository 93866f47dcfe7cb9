// Purpose: Record that a migration was applied.
// Parameter name (string): the migration's name
// Parameter checksum (string): SHA-256 of its text
// Parameter applied (string): when, ISO 8601 UTC
MERGE (m:Migration {name: $name})
SET m.checksum = $checksum, m.applied = $applied
