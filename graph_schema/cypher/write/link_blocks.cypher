// Purpose: Put names into their blocks.
// Parameter rows (list<map>): name, block
UNWIND $rows AS row
MATCH (n:Name {key: row.name})
MATCH (b:Block {key: row.block})
MERGE (n)-[:IN_BLOCK]->(b)
