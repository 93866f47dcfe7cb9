// Purpose: How many documents were read, from the counts the server keeps.
// Column documents: how many
MATCH (d:Document)
RETURN count(d) AS documents
