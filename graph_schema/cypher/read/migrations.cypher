// Purpose: The migrations this graph has.
// Column name: the migration's name
// Column checksum: SHA-256 of its text when it was applied
MATCH (m:Migration)
RETURN m.name AS name, m.checksum AS checksum ORDER BY name
