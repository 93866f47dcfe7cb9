// Purpose: Who holds the lease on the graph; no row when nobody does.
// Parameter name (string): what is leased
// Column owner: who holds it
// Column host: on which machine
// Column place: in which boot and process space of it
// Column pid: in which process
// Column started: when that process began, in seconds since 1970
// Column since: ISO 8601, when it was taken
// Column expires: ISO 8601, when it ends unless it is renewed
// Column expired: whether that is past
MATCH (l:Lease {name: $name})
RETURN l.owner AS owner, l.host AS host, l.place AS place, l.pid AS pid, l.started AS started,
       toString(l.since) AS since, toString(l.expires) AS expires, l.expires <= datetime.realtime() AS expired
