// Purpose: How many documents which extractor read: what a run counts when it has finished. Looks at every document, so
//   that no question has to.
// Column extractor: fingerprint of what read them; `catalogued` where nothing was extracted
// Column documents: how many
MATCH (d:Document)
RETURN d.extractor AS extractor, count(*) AS documents ORDER BY extractor
