// Purpose: How many nodes there are, from the counts the server keeps.
// Column nodes: how many
MATCH (n)
RETURN count(n) AS nodes
