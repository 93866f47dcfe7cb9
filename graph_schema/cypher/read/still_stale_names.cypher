// Purpose: Those of some names whose bearers are still to be resolved again.
// Parameter names (list<string>): name keys
// Column key: name key
UNWIND $names AS name
MATCH (n:Name {key: name})
WHERE n:Stale
RETURN n.key AS key
