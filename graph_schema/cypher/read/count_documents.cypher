// Purpose: How many documents were read, and how many of those are catalogued only.
// Column documents: how many
// Column catalogued: from how many of them nothing was extracted
CALL () { MATCH (d:Document) RETURN count(d) AS documents }
CALL () { MATCH (d:Document) WHERE d.structured = false RETURN count(d) AS catalogued }
RETURN documents, catalogued
