// Purpose: The indexes of the graph and whether they can be used.
// Column name: index name
// Column state: ONLINE, POPULATING or FAILED
SHOW INDEXES YIELD name, state
RETURN name, state ORDER BY name
