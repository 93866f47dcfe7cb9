// Purpose: How many documents were read, and how many of those are catalogued only.
// Column documents: how many
// Column catalogued: from how many of them nothing was extracted
RETURN COUNT { (:Document) } AS documents, COUNT { (d:Document) WHERE d.structured = false } AS catalogued
