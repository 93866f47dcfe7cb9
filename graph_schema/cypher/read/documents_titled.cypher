// Purpose: The documents that bear given titles. A title that very many bear says too little and gives none.
// Parameter keys (list<string>): title keys
// Parameter max_bearers (integer): how many documents may bear a title
// Column title: the title
// Column bearers: how many documents bear it
// Column document: document key
// Column weight: how surely it names the document, 0 to 1
UNWIND $keys AS key
MATCH (t:Title {key: key})
WITH t, COUNT { (t)<-[:TITLED]-() } AS bearers
WHERE bearers <= $max_bearers
MATCH (t)<-[r:TITLED]-(d:Document)
RETURN t.key AS title, bearers, d.key AS document, r.weight AS weight
ORDER BY title, weight DESC, document
