// Purpose: Some of the names whose bearers are to be resolved again. Finding them may look at every stale node.
// Parameter limit (integer): how many at most
// Column key: name key
MATCH (n:Name:Stale)
RETURN n.key AS key LIMIT $limit
