// Purpose: The next names whose bearers are to be resolved again.
// Parameter limit (integer): how many at most
// Column key: name key
MATCH (n:Name:Stale)
RETURN n.key AS key ORDER BY key LIMIT $limit
