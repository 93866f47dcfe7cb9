// Purpose: Note that knowledge changed, so that communities and centrality have to be found again.
MERGE (n:Enrichment {name: 'communities'})
SET n.waiting = true
