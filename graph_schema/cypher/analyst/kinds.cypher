// Purpose: How many entities there are of each kind, and how often they are mentioned.
// Column kind: kind of the ontology, or Thing where none is known
// Column entities: how many
// Column mentions: how often documents mention them
// Column example: the most mentioned one
MATCH (e:__Entity__)
WITH e.kind AS kind, e ORDER BY e.mentions DESC, e.id
RETURN kind, count(e) AS entities, sum(e.mentions) AS mentions, head(collect(e.name)) AS example
ORDER BY entities DESC, kind
