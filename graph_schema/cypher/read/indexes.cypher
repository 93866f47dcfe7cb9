// Purpose: The indexes of the graph and whether they can be used.
// Column name: index name
// Column state: ONLINE, POPULATING or FAILED
// Column dimensions: of a vector index, or null
SHOW INDEXES YIELD name, state, options
RETURN name, state, options.indexConfig['vector.dimensions'] AS dimensions ORDER BY name
