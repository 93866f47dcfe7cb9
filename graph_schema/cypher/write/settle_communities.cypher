// Purpose: Note where communities and centrality stand: found for the knowledge as it is, or left out.
// Parameter properties (map): waiting (false), maker, entities, communities, left_out
MERGE (n:Enrichment {name: 'communities'})
SET n += $properties
