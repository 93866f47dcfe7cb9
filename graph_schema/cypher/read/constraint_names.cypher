// Purpose: The names of all constraints the graph has.
// Column name: constraint name
SHOW CONSTRAINTS YIELD name
RETURN name ORDER BY name
