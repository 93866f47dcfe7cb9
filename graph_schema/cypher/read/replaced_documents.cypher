// Purpose: Documents whose new evidence is current and still carries the key of its generation.
// Column key: document key
MATCH (d:Document {state: 'replaced'})
RETURN d.key AS key ORDER BY key
