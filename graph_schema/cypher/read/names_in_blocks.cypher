// Purpose: The blocks of names, with every name in each.
// Parameter names (list<string>): name keys
// Parameter known (list<string>): keys of blocks to leave out
// Column key: block key
// Column cut: whether it was too large to compare every pair when its names were last resolved
// Column names: one {key, family, text, borne} per name in it; `borne` is false where the last bearer has left
UNWIND $names AS key
MATCH (:Name {key: key})-[:IN_BLOCK]->(b:Block)
WHERE NOT b.key IN $known
WITH DISTINCT b
MATCH (b)<-[:IN_BLOCK]-(n:Name)
RETURN b.key AS key, coalesce(b.cut, false) AS cut,
       collect({key: n.key, family: n.family, text: n.text, borne: EXISTS { (n)<-[:HAS_NAME]-() }}) AS names
