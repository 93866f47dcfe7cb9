// Purpose: Renew a lease that is still its owner's. As the first statement of every writing transaction of a run it is the
// fence: it locks the lease until the commit, and gives no row to a run whose lease another has taken.
// Parameter name (string): what is leased
// Parameter owner (string): who holds it
// Parameter seconds (integer): for how long from now
// Column owner: the owner; no row when it is another
MATCH (l:Lease {name: $name})
SET l.name = $name
WITH l WHERE l.owner = $owner
SET l.expires = datetime.realtime() + duration({seconds: $seconds})
RETURN l.owner AS owner
