// Purpose: Where the enrichment by communities and centrality stands; no row before the first entity.
// Column waiting: whether knowledge changed since they were found
// Column maker: fingerprint of what found them, or null
// Column entities: how many named entities they were found over, or null
// Column communities: how many communities there are, or null
// Column left_out: whether there were too many entities, or null
MATCH (n:Enrichment {name: 'communities'})
RETURN n.waiting AS waiting, n.maker AS maker, n.entities AS entities, n.communities AS communities,
       n.left_out AS left_out
