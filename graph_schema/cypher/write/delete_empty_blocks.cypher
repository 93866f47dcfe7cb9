// Purpose: Delete those of some blocks that hold no name any more.
// Parameter keys (list<string>): block keys
UNWIND $keys AS key
MATCH (b:Block {key: key})
WHERE NOT EXISTS { (b)<-[:IN_BLOCK]-() }
DELETE b
