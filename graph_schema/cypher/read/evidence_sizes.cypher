// Purpose: How many nodes and relationships the evidence of documents takes, roughly: the unit of transaction limits.
// Parameter documents (list<string>): document keys
// Column key: document key
// Column rows: how many
UNWIND $documents AS document
MATCH (d:Document {key: document})
RETURN d.key AS key,
       1 + 2 * COUNT { (c:Chunk) WHERE c.document = document } + COUNT { (l:LocalEntity) WHERE l.document = document }
       + COUNT { (c:Chunk)-[:MENTIONS]->() WHERE c.document = document }
       + 2 * COUNT { (v:Value) WHERE v.document = document }
       + 4 * COUNT { (c:Claim) WHERE c.document = document } AS rows
