// Purpose: A page of entities in key order, as the digest takes them: without community and centrality.
// Parameter after (string): the key after which the page begins
// Parameter limit (integer): how many at most
// Column key: entity id
// Column properties: its properties, and under `labels` its kinds
// Column links: [type, key of the other end, properties] of each relationship it begins that has no key of its own
MATCH (e:__Entity__)
WHERE e.id > $after
WITH e ORDER BY e.id LIMIT $limit
RETURN e.id AS key, e {.*, community: null, centrality: null, labels: [label IN labels(e) WHERE label <> 'Stale']} AS properties,
       [] AS links
ORDER BY key
