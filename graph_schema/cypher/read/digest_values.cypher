// Purpose: A page of stated values in key order, as the digest takes them.
// Parameter after (string): the key after which the page begins
// Parameter hidden (list<string>): what evidence carries as its document that no reader sees
// Parameter limit (integer): how many at most
// Column key: value key
// Column properties: its properties
// Column links: [type, key of the other end, properties] of each relationship it begins
MATCH (v:Value)
WHERE v.key > $after AND NOT v.document IN $hidden
WITH v ORDER BY v.key LIMIT $limit
RETURN v.key AS key, v {.*} AS properties, [] AS links
ORDER BY key
