// Purpose: Give a lease back, if it is still its owner's.
// Parameter name (string): what is leased
// Parameter owner (string): who holds it
MATCH (l:Lease {name: $name})
SET l.name = $name
WITH l WHERE l.owner = $owner
DELETE l
