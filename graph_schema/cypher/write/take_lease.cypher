// Purpose: Take the lease on the graph if nobody holds it, its holder let it expire or is known to be dead. The server's
// clock decides; the first SET locks the node, so that what is read after it is what the last holder committed.
// Parameter name (string): what is leased
// Parameter owner (string): who takes it, unique
// Parameter host (string): on which machine
// Parameter place (string): in which boot and process space of it
// Parameter pid (integer): in which process
// Parameter started (float): when that process began, in seconds since 1970
// Parameter seconds (integer): for how long
// Parameter dead (string): a holder known to be dead, or ''
// Column owner: who holds it now
// Column host: on which machine
// Column pid: in which process
// Column since: ISO 8601, when it was taken
// Column expires: ISO 8601, when it ends unless it is renewed
MERGE (l:Lease {name: $name})
SET l.name = $name
WITH l, l.owner IS NULL OR l.owner IN [$owner, $dead] OR l.expires <= datetime.realtime() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END |
  SET l.owner = $owner, l.host = $host, l.place = $place, l.pid = $pid, l.started = $started,
      l.since = datetime.realtime(), l.expires = datetime.realtime() + duration({seconds: $seconds}))
RETURN l.owner AS owner, l.host AS host, l.pid AS pid, toString(l.since) AS since, toString(l.expires) AS expires
