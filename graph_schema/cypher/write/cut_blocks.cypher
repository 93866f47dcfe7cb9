// Purpose: Record which blocks are too large to compare every pair of names in them; null for those that are not.
// Parameter rows (list<map>): key, cut
UNWIND $rows AS row
MATCH (b:Block {key: row.key})
SET b.cut = row.cut
