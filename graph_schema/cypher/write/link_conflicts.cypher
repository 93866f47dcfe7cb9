// Purpose: Link facts that cannot both be so; from the smaller key to the larger.
// Parameter rows (list<map>): a, b
UNWIND $rows AS row
MATCH (a:Fact {key: row.a})
MATCH (b:Fact {key: row.b})
MERGE (a)-[:CONFLICTS_WITH]->(b)
