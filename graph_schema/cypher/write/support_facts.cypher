// Purpose: Attach claims to the facts they support.
// Parameter rows (list<map>): claim, fact
UNWIND $rows AS row
MATCH (c:Claim {key: row.claim})
MATCH (f:Fact {key: row.fact})
MERGE (c)-[:SUPPORTS]->(f)
